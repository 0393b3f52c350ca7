"""What is built: one package in one wheel, the same from a checkout and from the sdist."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKERS = ("integrations/trailmark/__init__.py", "server/trailmark/__init__.py")
# DESIGN: the base installation. What else is needed is an extra.
BASE = {
    "click",
    "msgspec",
    "numpy",
    "nvidia-ml-py",
    "pillow",
    "psutil",
    "pyarrow",
    "pyyaml",
    "requests",
    "rich",
    "tomli",
}


def _build(source: Path, target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [built] = folder.iterdir()
    return built


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _metadata(contents: dict[str, bytes], name: str) -> str:
    [path] = [path for path in contents if path.endswith(f".dist-info/{name}")]
    return contents[path].decode()


def _sources() -> dict[str, bytes]:
    """Return the files of the three source roots by their path below the root."""
    found: dict[str, bytes] = {}
    for root in ("core", "integrations", "server"):
        for path in sorted((ROOT / root).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and str(path.relative_to(ROOT)) not in MARKERS:
                name = path.relative_to(ROOT / root).as_posix()
                assert name not in found, f"{name} is in two source roots"
                found[name] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files in the wheel that the checkout builds."""
    return _contents(_build(ROOT, "wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the checkout's sdist unpacks to."""
    archive = _build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    [top] = folder.iterdir()
    return top


def test_holds_the_source_roots(wheel: dict[str, bytes]) -> None:
    """The wheel holds the files of the three source roots, without their markers, and nothing else."""
    assert {name: data for name, data in wheel.items() if ".dist-info/" not in name} == _sources()


def test_is_one_typed_package(wheel: dict[str, bytes]) -> None:
    """The wheel installs one package, `trailmark`, and says that it is typed."""
    assert {name.split("/")[0] for name in wheel if ".dist-info/" not in name} == {"trailmark"}
    assert "trailmark/py.typed" in wheel


def test_has_the_package_of_core(wheel: dict[str, bytes]) -> None:
    """The package's `__init__.py` is core's, not the marker of another root."""
    assert wheel["trailmark/__init__.py"] == (ROOT / "core/trailmark/__init__.py").read_bytes()


@pytest.mark.parametrize("marker", MARKERS)
def test_marker_refuses_to_be_imported(marker: str) -> None:
    """A source root put before core on the path says so, instead of hiding the package."""
    folder = ROOT / marker.split("/", maxsplit=1)[0]
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import trailmark"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "put core/ before this folder on sys.path" in done.stderr


@pytest.mark.parametrize("name", ["index.html", "sources.sha256"])
def test_has_the_dashboard(wheel: dict[str, bytes], name: str) -> None:
    """Who installs the wheel has the dashboard, built of these sources."""
    assert f"trailmark/server/static/{name}" in wheel


def test_loads_nothing_from_elsewhere(wheel: dict[str, bytes]) -> None:
    """The dashboard's page names no script, style or font of another place: it works offline."""
    page = wheel["trailmark/server/static/index.html"].decode()
    assert re.findall(r'(?:src|href)="([^"]*)"', page)
    assert not [link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if not link.startswith("/")]


def test_has_no_tests(wheel: dict[str, bytes]) -> None:
    """Nobody who installs the wheel gets tests, examples or benchmarks."""
    assert not [name for name in wheel if set(name.split("/")) & {"tests", "examples", "benchmarks", "conftest.py"}]


def test_base_dependencies(wheel: dict[str, bytes]) -> None:
    """The base installation needs what the design says, each with a lower bound (which tox tests)."""
    required = Parser().parsestr(_metadata(wheel, "METADATA")).get_all("Requires-Dist", [])
    base = {line.split(">=")[0]: line for line in required if "extra ==" not in line}
    assert set(base) == BASE
    assert not [line for line in base.values() if ">=" not in line]


def test_has_the_license_and_the_command(wheel: dict[str, bytes]) -> None:
    """The wheel carries the license's text and installs the command `trailmark`."""
    assert _metadata(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "trailmark = trailmark.cli:main" in _metadata(wheel, "entry_points.txt")


def test_sdist_builds_the_same_wheel(
    wheel: dict[str, bytes], sdist: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Who builds from the sdist gets the wheel that we test, byte for byte."""
    assert _contents(_build(sdist, "wheel", tmp_path_factory.mktemp("again"))) == wheel


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "LICENSE",
        "tox.ini",
        "tests/repo/test_wheel.py",
        "docs",
        "examples",
        "hatch_build.py",
        "dashboard/package.json",
    ],
)
def test_sdist_can_be_tested(sdist: Path, name: str) -> None:
    """The sdist has what a packager needs to run the tests."""
    assert (sdist / name).exists()
