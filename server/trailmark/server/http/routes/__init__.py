"""The addresses of the HTTP interface, one noun a module."""

from __future__ import annotations

from trailmark.server.http.routes import (
    aggregates,
    artifacts,
    console,
    edits,
    export,
    feed,
    files,
    objects,
    projects,
    reference,
    runs,
    series,
    status,
    tables,
    views,
)

ROUTERS = tuple(
    module.router
    for module in (
        status,
        projects,
        edits,
        runs,
        series,
        aggregates,
        objects,
        tables,
        console,
        files,
        artifacts,
        views,
        export,
        feed,
        reference,
    )
)
