"""Access: who may ask, and what browsers are told to refuse.

It stands before everything else that answers, so that no route can forget it. A request has to ask for a host that
the server was told of (no DNS rebinding), has to bring the token (in the cookie that opening the printed address sets,
or as ``Authorization: Bearer``), must not come from a foreign page if it changes anything, and has a body of at most
1 MiB. Nothing of this is about what a route does.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response

from trailmark.server.http.faults import fault_answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1 << 20
_COOKIE_AGE_S = 90 * 86_400
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_API = "/api/"

# Scripts are files of the dashboard, never text in a page. Styles may be: charts set their own.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Access:
    """An ASGI application that lets through to another what may pass.

    Args:
        app: what answers.
        token: what each request has to bring; None asks for none.
        hosts: names that may be asked for, besides those of this machine's loopback.
    """

    def __init__(self, app: ASGIApp, token: str | None, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":  # there are none
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, _guarded(send))
            return
        await self._app(scope, _limited(receive), _guarded(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that must not pass; None if it may."""
        if not self._knows_host(headers.get("host", "")):
            return fault_answer(403, f"this server does not answer for the host {headers.get('host', '')[:100]!r}")
        if scope["method"] not in _SAFE and _is_foreign(headers):
            return fault_answer(403, "a page of another origin may change nothing here")
        if self._token is not None and (answer := self._without_token(scope, headers, self._token)) is not None:
            return answer
        length = headers.get("content-length", "")
        if length and (not length.isdigit() or int(length) > MAX_BODY_BYTES):
            return fault_answer(413, f"a request has at most {MAX_BODY_BYTES} bytes")
        return None

    def _knows_host(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if name == "localhost" or name in self._hosts:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # A page of a foreign name cannot have an address as its host. Without a token only loopback is listened on.
        return address.is_loopback or self._token is not None

    def _without_token(self, scope: Scope, headers: Headers, token: str) -> Response | None:
        """Return the answer to a request that does not bring the token, or brings it in its address."""
        is_page = scope["method"] in ("GET", "HEAD") and not scope["path"].startswith(_API)
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True) if is_page else []
        given = [value for name, value in query if name == "token"]
        if given and hmac.compare_digest(given[-1].strip().encode(), token.encode()):
            return self._let_in(scope, [(name, value) for name, value in query if name != "token"], token)
        if _brings(headers, token):
            return None
        if is_page and "text/html" in headers.get("accept", ""):
            return HTMLResponse(_asking(wrong=bool(given)), 401, {"Cache-Control": "no-store"})
        answer = fault_answer(401, "the token is missing or wrong: open the address that `trailmark ui` printed")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def _let_in(self, scope: Scope, query: list[tuple[str, str]], token: str) -> Response:
        """Set the cookie, and lead to the same page without the token in its address."""
        # One slash in front: two would lead to another host.
        path = "/" + scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0].lstrip("/\\")
        answer = RedirectResponse(path + (f"?{urlencode(query)}" if query else ""), 303, {"Cache-Control": "no-store"})
        answer.set_cookie(
            cookie_name(token),
            _cookie_of(token),
            max_age=_COOKIE_AGE_S,
            httponly=True,
            samesite="lax",  # a link in a chat should open; changes need the same origin besides
            secure=scope.get("scheme") == "https",
        )
        return answer


def cookie_name(token: str) -> str:
    """Return the cookie's name: one for each token, as browsers share cookies among the ports of a machine."""
    return f"trailmark-{hashlib.sha256(token.encode()).hexdigest()[:12]}"


def _cookie_of(token: str) -> str:
    """Return what the cookie holds: it opens this server, and does not tell the token."""
    return hmac.new(token.encode(), b"trailmark cookie", hashlib.sha256).hexdigest()


def _brings(headers: Headers, token: str) -> bool:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(bearer.strip().encode(), token.encode()):
        return True
    name = cookie_name(token)
    cookies = [cookie_parser(line).get(name, "") for line in headers.getlist("cookie")]
    return any(hmac.compare_digest(cookie.encode(), _cookie_of(token).encode()) for cookie in cookies)


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another origin asks."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower() or "://" not in origin
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _limited(receive: Receive) -> Receive:
    """Return `receive` that refuses a body which is longer than it may be, whatever its header says."""
    taken = 0

    async def receive_limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY_BYTES:
            raise HTTPException(413, f"a request has at most {MAX_BODY_BYTES} bytes")
        return message

    return receive_limited


def _guarded(send: Send) -> Send:
    """Return `send` that adds the headers which every answer has; an answer's own count."""

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: Any = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_guarded


def _asking(*, wrong: bool) -> str:
    """Return the page for a person who comes without the token."""
    said = "That token is not the one of this server." if wrong else "This dashboard asks for a token."
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Trailmark</title>
<style>
  :root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
  main {{ max-width: 30rem; margin: 20vh auto; padding: 0 1.5rem }}
  input, button {{ font: inherit; padding: .4rem .7rem }}
</style>
<main><h1>Trailmark</h1><p>{html.escape(said)} Open the address that <code>trailmark ui</code> printed, or put the
token in here.</p><form action="/" method="get"><input name="token" type="password" autocomplete="off" required
aria-label="Token"> <button>Open</button></form></main></html>
"""
