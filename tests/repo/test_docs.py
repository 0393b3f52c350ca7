"""Everything public is documented, and the documents name nothing that is not there."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import click
import pytest

import trailmark
import trailmark.errors
from trailmark._run.settings import TYPES, environment_name
from trailmark.cli.app import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ .*", re.MULTILINE)
VARIABLE = re.compile(r"\bTRAILMARK_[A-Z][A-Z_]*[A-Z]\b")
ERRORS = sorted(name for name, value in vars(trailmark.errors).items() if inspect.isclass(value))


def _code(path: Path) -> str:
    """Return what a page shows as code."""
    return "\n".join(CODE.findall(path.read_text(encoding="utf-8")))


PAGE_CODE = {path: _code(path) for path in PAGES}
ALL_CODE = "\n".join(PAGE_CODE.values())


def _commands(group: click.Group = cli, prefix: str = "") -> dict[str, click.Command]:
    """Return the commands by what one types, those of groups among them too."""
    context, found = click.Context(group), {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            found[prefix + name] = command
            if isinstance(command, click.Group):
                found |= _commands(command, f"{prefix}{name} ")
    return found


def _options() -> list[tuple[str, str]]:
    return [
        (name, option)
        for name, command in _commands().items()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in parameter.opts
        if option.startswith("--")
    ]


def _variables() -> list[str]:
    """Return the environment variables that the source reads."""
    written = {name for path in (ROOT / "core").rglob("*.py") for name in VARIABLE.findall(path.read_text("utf-8"))}
    return sorted(written | {environment_name(name) for name in TYPES})


def _page(name: str) -> str:
    """Return the code on one page of the documents."""
    path = ROOT / "docs" / name
    assert path in PAGE_CODE, f"docs/{name} is missing"
    return PAGE_CODE[path]


def _has(name: str, text: str = ALL_CODE) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


@pytest.mark.parametrize("name", sorted(trailmark.__all__))
def test_public_name_is_documented(name: str) -> None:
    """Each name of `trailmark.__all__` stands in the documents, as code."""
    assert _has(name)


@pytest.mark.parametrize("name", sorted(trailmark.__all__))
def test_public_name_exists_and_says_what_it_is(name: str) -> None:
    """Each name of `trailmark.__all__` is there, and what can be called or made has a docstring."""
    value = vars(type(trailmark)).get(name) or getattr(trailmark, name)
    if inspect.isclass(value) or inspect.isroutine(value) or isinstance(value, property):
        assert inspect.getdoc(value)


def test_every_public_name_is_in_all() -> None:
    """What the package defines without an underscore is in `__all__`."""
    shown = {name for name, value in vars(trailmark).items() if _is_ours(value) and not name.startswith("_")}
    assert shown | {name for name in vars(type(trailmark)) if not name.startswith("_")} <= set(trailmark.__all__)


def _is_ours(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).split(".", maxsplit=1)[0] == "trailmark"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_documented_names_exist(page: Path) -> None:
    """Whatever a page writes as `trailmark.name` is in `__all__` or a module of the package."""
    names = set(re.findall(r"(?<![\w./-])trailmark\.([A-Za-z]\w*)", PAGE_CODE[page]))
    known = set(trailmark.__all__)
    assert not [name for name in sorted(names - known) if not _is_module(f"trailmark.{name}")]


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("name", ERRORS)
def test_error_is_documented(name: str) -> None:
    """Each exception stands in the documents, so that one can look up what to do."""
    assert _has(name)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_setting_is_documented(name: str) -> None:
    """Each setting stands in the documents with the environment variable that sets it."""
    page = _page("settings.md")
    assert _has(name, page)
    assert _has(environment_name(name), page)


@pytest.mark.parametrize("name", _variables())
def test_environment_variable_is_documented(name: str) -> None:
    """Each environment variable that the source reads stands in the documents."""
    assert _has(name)


@pytest.mark.parametrize("name", sorted(_commands()))
def test_command_is_documented(name: str) -> None:
    """Each command stands in `docs/cli.md` as one would type it, and has a help text."""
    assert _has(f"trailmark {name}", _page("cli.md"))
    assert _commands()[name].help


@pytest.mark.parametrize(("command", "option"), _options())
def test_option_is_documented(command: str, option: str) -> None:
    """Each option of a command stands in `docs/cli.md`."""
    assert _has(option, _page("cli.md")), f"trailmark {command} {option}"


def _record_kinds() -> list[Any]:
    from trailmark.journal.records import RECORDS

    return list(RECORDS)


@pytest.mark.parametrize("record", _record_kinds(), ids=lambda record: record.__name__)
def test_record_kind_is_specified(record: Any) -> None:
    """Each record kind and each of its fields stands in the journal's specification."""
    page = _page("journal.md") + "\n".join(HEADING.findall((ROOT / "docs/journal.md").read_text("utf-8")))
    for name in (record.__struct_config__.tag, *record.__struct_fields__):
        assert _has(name, page), name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link from a page to another file of the repository leads to a file that is there."""
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]
