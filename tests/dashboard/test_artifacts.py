"""Artifacts: their list, versions, aliases, files and lineage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

import trailmark

if TYPE_CHECKING:
    from dashboard_support import Server


def test_artifacts_are_listed_by_type(look: Any) -> None:
    """Each artifact of the project stands in the list, and leads to its page."""
    page = look("p/digits/artifacts")
    expect(page.get_by_role("link", name=re.compile("digits-data")).first).to_be_visible()
    page.get_by_role("link", name=re.compile("classifier")).first.click()
    page.wait_for_url("**/p/digits/artifacts/classifier**")


def test_an_artifact_has_versions_and_aliases(look: Any) -> None:
    """All versions are there, with the aliases that point to them."""
    page = look("p/digits/artifacts/classifier")
    versions = page.get_by_role("navigation", name="Versions")
    for text in ("v0", "v1", "v2", "v3", "latest"):
        expect(versions).to_contain_text(text)


def test_a_file_of_a_version_is_read(look: Any) -> None:
    """The files of a version are listed, and shown."""
    page = look("p/digits/artifacts/classifier/v0")
    page.get_by_role("tab", name=re.compile("^Files")).click()
    page.get_by_text("weights.txt").first.click()
    expect(page.get_by_text("weights of alpha run").first).to_be_visible()


def test_lineage_leads_to_runs(look: Any) -> None:
    """The graph shows which run made a version, and what that run had used."""
    page = look("p/digits/artifacts/digits-data/v0")
    page.get_by_role("tab", name=re.compile("^Lineage")).click()
    expect(page.get_by_label(re.compile("^run alpha")).first).to_be_visible()


def test_a_table_in_parts_is_one_table(look: Any, server: Server) -> None:
    """The file of a table whose parts lie in the same version shows the rows of all parts."""
    parts = trailmark.Artifact("sharded", "table")
    for shard in range(2):
        parts.add(trailmark.Table(columns=["text"], data=[[f"row of shard {shard}"]]), f"shards/{shard}")
    parts.add(trailmark.PartitionedTable("shards"), "all")
    settings = {"silent": True, "console": "off", "system": False, "requirements": False, "git": False}
    with trailmark.init(project="parts", id="one", dir=str(server.root), settings=settings) as run:
        run.log_artifact(parts)
    page = look("p/parts/artifacts/sharded/v0?part=files&file=all.partitioned-table.json")
    for shard in range(2):
        expect(page.get_by_text(f"row of shard {shard}")).to_be_visible()
