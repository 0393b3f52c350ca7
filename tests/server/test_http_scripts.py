"""Scripts that somebody logged are data: no answer is a page of this server that would run them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trailmark
from http_support import SCRIPT, encoded

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

API = "/api/v1"


def test_stored_scripts_are_never_html(client: TestClient, begin: Any, settle: Any, root: Path) -> None:
    """A script in any text that can be logged or edited is answered as JSON, or in a sandbox, and as nothing else."""
    file = root.parent / "<img onerror=alert(1)>.html"
    file.write_text(SCRIPT)
    run = begin(
        id="one",
        name=SCRIPT,
        notes=SCRIPT,
        tags=[SCRIPT],
        group=SCRIPT,
        job_type=SCRIPT,
        config={SCRIPT: SCRIPT},
        settings={"console": "wrap"},
    )
    run.log({SCRIPT: SCRIPT, "html": trailmark.Html(SCRIPT), "table": trailmark.Table([SCRIPT], [[SCRIPT]])})
    run.alert(SCRIPT, SCRIPT)
    print(SCRIPT)  # noqa: T201 (which the run captures)
    run.save(str(file), base_path=str(root.parent))
    artifact = trailmark.Artifact("model", "model", description=SCRIPT, metadata={SCRIPT: SCRIPT})
    with artifact.new_file("page.html") as target:
        target.write(SCRIPT)
    run.log_artifact(artifact)
    run.finish()
    settle()
    client.put(f"{API}/projects/p/views/{encoded(SCRIPT, 1)}", json={SCRIPT: SCRIPT})
    client.patch(f"{API}/projects/p/runs/one", json={"notes": SCRIPT})
    answers = [
        client.get(f"{API}/{path}")
        for path in (
            "projects", "projects/p/columns", "projects/p/runs/one", "alerts", "projects/p/runs/one/console",
            "projects/p/runs/one/files", "projects/p/runs/one/code", "projects/p/artifacts",
            "projects/p/artifacts/model",
            "projects/p/artifacts/model/v0", "projects/p/artifacts/model/v0/lineage", "projects/p/views",
            f"projects/{encoded(SCRIPT, 1)}/columns", f"projects/p/runs/{encoded(SCRIPT, 1)}",
            "projects/p/export", "projects/p/artifacts/model/v0/files/page.html", f"{encoded(SCRIPT, 1)}",
        )
    ]  # fmt: skip
    answers += [
        client.get(f"{API}/projects/p/runs/one/files/{encoded(each['path'], 1)}")
        for each in client.get(f"{API}/projects/p/runs/one/files").json()["files"]
    ]
    answers += [
        client.post(f"{API}/projects/p/runs/query", json={"columns": [f"config.{SCRIPT}"], "order": "config.<script>"}),
        client.post(f"{API}/projects/p/runs/query", json={"order": SCRIPT}),
        client.post(f"{API}/projects/p/runs/query", json={"group_by": [f"config.{SCRIPT}"]}),
        client.post(f"{API}/objects/query", json={"project": "p", "runs": ["one"], "keys": [SCRIPT, "html", "table"]}),
        client.post(f"{API}/projects/p/runs/one/table", json={"key": "table"}),
        client.post(f"{API}/series/query", json={"project": SCRIPT, SCRIPT: SCRIPT}),
    ]
    kinds = set()
    for answer in answers:
        kind = answer.headers["content-type"].partition(";")[0]
        kinds.add(kind)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if kind == "text/html":
            assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts;")
        else:
            assert kind in (
                "application/json",
                "text/csv",
                "text/plain",
                "application/vnd.apache.parquet",
                "application/octet-stream",
            ), kind
    assert "text/html" in kinds
