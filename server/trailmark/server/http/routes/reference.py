"""`/docs`: the OpenAPI document as a page; nothing of it is loaded from elsewhere, and nothing of it runs."""

import html
import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(tags=["projects"], include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { overflow: auto; padding: .6rem .8rem; background: #8881; border-radius: 6px }
section { border-top: 1px solid #8883; padding: .8rem 0 }
h2 { font-size: 1rem; margin: .4rem 0 } td { padding: 0 1rem .2rem 0; vertical-align: top } b { font-weight: 600 }
"""


@router.get("/docs", response_class=HTMLResponse)
def reference(request: Request) -> HTMLResponse:
    """Show all addresses, what they take, and how to ask them from a shell."""
    document = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    parts = [
        _operation(base, path, method, about, document)
        for path, methods in document["paths"].items()
        for method, about in methods.items()
    ]
    body = (
        "<h1>The HTTP interface of Trailmark</h1><p>All of it as a document for programs: "
        '<a href="openapi.json">openapi.json</a>. The token is in <code>$TOKEN</code> below.</p>' + "".join(parts)
    )
    head = f'<meta charset="utf-8"><title>HTTP interface · Trailmark</title><style>{_STYLE}</style>'
    return HTMLResponse(f'<!doctype html><html lang="en">{head}{body}</html>')


def _operation(base: str, path: str, method: str, about: dict[str, Any], document: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{_text(each['name'])}</code><td>{_text(each['in'])}<td>{_text(_kind(each.get('schema', {})))}"
        for each in about.get("parameters", ())
    )
    schema = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    fields = document.get("components", {}).get("schemas", {}).get(name, {}).get("properties", {})
    rows += "".join(
        f"<tr><td><code>{_text(field)}</code><td>body<td>{_text(_kind(told))}" for field, told in fields.items()
    )
    how = "" if method == "get" else f"-X {method.upper()} "
    call = f"curl -H \"Authorization: Bearer $TOKEN\" {how}'{base}{path}'"
    if schema:
        call += " -H 'Content-Type: application/json' -d '{}'"
    return (
        f"<section><h2><code>{method.upper()} {_text(path)}</code></h2><p>{_text(about.get('description', ''))}</p>"
        f"<table>{rows}</table><pre>{_text(call)}</pre></section>"
    )


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    kind = str(schema.get("$ref", schema.get("type", "anything"))).rpartition("/")[2]
    if kind == "array":
        kind = f"list of {_kind(schema.get('items', {}))}"
    default = schema.get("default")
    return kind if default is None else f"{kind}, {json.dumps(default)} if it is left out"


def _text(text: str) -> str:
    return html.escape(str(text))
