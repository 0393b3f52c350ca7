"""`python -m trailmark.server`: the server without the command line's comforts, for those who work on it."""

from __future__ import annotations

import argparse

import uvicorn

from trailmark.server.http.app import create_app
from trailmark.server.http.service import Service
from trailmark.server.token import keep_token


def main() -> None:
    """Serve a root until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m trailmark.server")
    parser.add_argument("--root", required=True)
    parser.add_argument("--port", type=int, default=7007)
    parser.add_argument("--no-token", action="store_true")
    chosen = parser.parse_args()
    service = Service(chosen.root)
    if not chosen.no_token:
        service.token = keep_token(service.root)
    address = f"http://127.0.0.1:{chosen.port}/" + (f"?token={service.token}" if service.token else "")
    print(address, flush=True)  # noqa: T201 (what the user came for)
    uvicorn.run(create_app(service), port=chosen.port, log_level="warning", timeout_graceful_shutdown=0)


if __name__ == "__main__":
    main()
