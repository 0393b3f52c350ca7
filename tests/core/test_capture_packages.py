"""Installed packages."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from typing import TYPE_CHECKING

from trailmark.capture.packages import conda_environment, requirements

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_names_and_versions_are_those_of_the_metadata() -> None:
    """For packages that are really installed, folder names tell what their metadata says."""
    expected = {
        re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower(): distribution.version
        for distribution in importlib.metadata.distributions()
    }
    found = dict(line.split("==") for line in requirements())
    assert len(found) > 5
    assert found == expected


def test_forms_of_folder_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wheels, eggs and developed packages are recognised; of two the one that comes first on the path counts."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (
        first / "Some_Package.X-1.0+cu118.dist-info",
        first / "egg-2.0-py3.10.egg-info",
        first / "old-0.1.egg-info",
        first / "developed.egg-info",
        first / "unknown.egg-info",
        first / "module",
        second / "some_package_x-0.9.dist-info",
        second / "other-3.0.dist-info",
    ):
        path.mkdir(parents=True)
    (first / "developed.egg-info" / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: developed\nVersion: 4.2\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "gone"), str(first), str(second), str(tmp_path / "a.zip")])
    assert requirements() == [
        "developed==4.2",
        "egg==2.0",
        "old==0.1",
        "other==3.0",
        "some-package-x==1.0+cu118",
        "unknown",
    ]


def test_conda_environment(tmp_path: Path) -> None:
    """The packages of a conda environment are told by the names of its records."""
    prefix = tmp_path / "env"
    (prefix / "conda-meta").mkdir(parents=True)
    for name in ("numpy-1.26.4-py311h_0.json", "ca-certificates-2024.2-h0.json", "history"):
        (prefix / "conda-meta" / name).write_text("")
    assert conda_environment(str(prefix)) == (
        f"name: env\ndependencies:\n  - ca-certificates=2024.2=h0\n  - numpy=1.26.4=py311h_0\nprefix: {prefix}\n"
    )


def test_no_conda_environment(tmp_path: Path) -> None:
    """A prefix that holds none gives nothing."""
    assert conda_environment(str(tmp_path)) is None
