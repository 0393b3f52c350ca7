"""The command `trailmark` as a whole: commands, errors, pipes, start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli_support import call, in_terminal, invoke, plain, rows_of, start, write_run
from trailmark import __version__
from trailmark.cli.app import cli

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def commands_of(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """Return the commands by what one types, those of groups among them too."""
    context, found = click.Context(group), {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[prefix + name] = command
        if isinstance(command, click.Group):
            found |= commands_of(command, f"{prefix}{name} ")
    return found


COMMANDS = commands_of(cli)


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "trailmark", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


def test_the_version_is_told() -> None:
    """--version and -V tell name and version."""
    assert run("--version").stdout == run("-V").stdout == f"trailmark {__version__}\n"


def test_help_names_all_commands() -> None:
    """--help lists each command with a line about it."""
    for name in COMMANDS:
        *group, last = name.split()
        assert re.search(rf"^  {last} +\w", invoke(*group, "--help").stdout, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    """--help and -h of a command tell its usage."""
    for option in ("--help", "-h"):
        result = invoke(*name.split(), option)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: trailmark {name}")


@pytest.mark.parametrize(
    ("word", "meant"), [("sho", "show"), ("list", "ls"), ("exprot", "export"), ("follow", "tail"), ("fsck", "verify")]
)
def test_a_wrong_command_suggests(word: str, meant: str) -> None:
    """A misspelt command, and what other tools call it, lead to the right one."""
    result = invoke(word)
    assert result.exit_code == 2
    assert f"no command '{word}'; did you mean `trailmark {meant}`?" in result.stderr


def test_a_strange_command_gets_the_list() -> None:
    """Where nothing is close all commands are named."""
    assert "commands are ls, show, tail" in invoke("xyzzy").stderr
    assert "commands are ls, show, get" in invoke("artifact", "xyzzy").stderr


def test_a_wrong_option_is_a_usage_error(tmp_path: Path) -> None:
    """An option that is not there ends with exit code 2."""
    assert call(tmp_path, "ls", "--nope").exit_code == 2


def test_the_root_stands_before_or_after_the_command(tmp_path: Path) -> None:
    """--root belongs to all commands, wherever it stands; the one that stands last counts."""
    write_run(tmp_path, "r1")
    for arguments in (
        ["--root", str(tmp_path), "ls"],
        ["ls", "--root", str(tmp_path)],
        ["--root", "/", "ls", "--root", str(tmp_path)],
    ):
        assert "r1" in invoke(*arguments).stdout


def test_the_root_is_that_of_the_settings(tmp_path: Path) -> None:
    """Without --root it is the one that `init` would use."""
    write_run(tmp_path, "r1")
    result = run("ls", env={**os.environ, "TRAILMARK_DIR": str(tmp_path)})
    assert "\tr1\t" in result.stdout


def test_an_error_is_one_sentence(tmp_path: Path) -> None:
    """What Trailmark raises ends on standard error, without a traceback, with exit code 1."""
    result = run("--root", str(tmp_path), "show", "nope")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == f"trailmark: no run 'nope': {tmp_path} holds no runs\n"


def test_an_error_of_the_system_is_one_sentence(tmp_path: Path) -> None:
    """A root that is no directory is told as such."""
    file = tmp_path / "file"
    file.write_text("x")
    result = run("--root", str(file), "verify", str(file) + "/x")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1


def test_an_error_cannot_harm_the_terminal(tmp_path: Path) -> None:
    """What was typed is repeated with its escape sequences made visible."""
    result = call(tmp_path, "show", "x\x1b[2J", terminal=80)
    assert "x\\x1b[2J" in plain(result.stderr)
    assert "\x1b[2J" not in result.stderr


@pytest.mark.parametrize(
    "command", [["ls"], ["ls", "--json"], ["show", "r1"], ["export", "r1"], ["export", "r1", "-f", "jsonl"]]
)
def test_a_closed_pipe_is_silent(tmp_path: Path, command: list[str]) -> None:
    """`… | head` ends without a word, also when all of the output fits a buffer."""
    for number in range(30):
        write_run(tmp_path, f"r{number}", rows=2000 if number == 1 else 1)
    for read_bytes in (0, 10):
        with start(tmp_path, *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            if read_bytes:
                process.stdout.read(read_bytes)
            process.stdout.close()
            assert process.stderr.read() == b""


def test_a_pipe_gets_no_escape_sequence(tmp_path: Path) -> None:
    """Nothing that colours or moves goes into a pipe, from any command."""
    write_run(tmp_path, "r1", state="failed")
    for command in ([], ["ls"], ["show"], ["show", "--plot", "loss"], ["tail"], ["export", "r1"], ["verify"], ["gc"]):
        result = run("--root", str(tmp_path), *command)
        assert result.returncode == 0, result.stderr
        assert "\x1b" not in result.stdout


def test_a_terminal_gets_colours_unless_told_otherwise(tmp_path: Path) -> None:
    """In a terminal of its own the state is coloured; NO_COLOR and a terminal without colours are honoured."""
    write_run(tmp_path, "r1")
    colour = "\x1b[32m✓"
    assert colour in in_terminal(tmp_path, "ls")[1]
    assert colour not in in_terminal(tmp_path, "ls", NO_COLOR="1")[1]
    assert colour not in in_terminal(tmp_path, "ls", TERM="dumb")[1]


def test_output_is_written_where_it_cannot_be(tmp_path: Path) -> None:
    """A stream of ASCII only gets escapes instead of an error."""
    write_run(tmp_path, "r1", name="größe")
    result = run("--root", str(tmp_path), "ls", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert "gr\\xf6\\xdfe" in result.stdout


@pytest.mark.parametrize("command", [["--version"], ["ls"], ["--help"]])
def test_nothing_heavy_is_imported_to_start(tmp_path: Path, command: list[str]) -> None:
    """Neither version, help nor a list in a pipe imports numpy, pandas, rich or a framework."""
    write_run(tmp_path, "r1")
    source = (
        "import sys\nfrom trailmark.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'polars', 'pyarrow', 'rich', 'requests', 'PIL', 'psutil', 'pynvml', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", source, "--root", str(tmp_path), *command]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stderr == "[]\n"


def test_runs_are_completed(tmp_path: Path) -> None:
    """Shells complete ids and names of runs."""
    write_run(tmp_path, "r1", name="brisk-otter-1")
    environment = {
        **os.environ,
        "_TRAILMARK_COMPLETE": "bash_complete",
        "COMP_WORDS": f"trailmark --root {tmp_path} show bri",
        "COMP_CWORD": "4",
    }
    assert "brisk-otter-1" in run(env=environment).stdout


def test_python_dash_m_is_the_command(tmp_path: Path) -> None:
    """`python -m trailmark` does what `trailmark` does."""
    write_run(tmp_path, "r1")
    assert run("--root", str(tmp_path), "ls").stdout == call(tmp_path, "ls").stdout
    assert rows_of(tmp_path, "ls")


def _documented(name: str) -> str:
    """Return the part of the page about a command."""
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [part] = [part for part in parts if re.match(rf"`trailmark {name}(`| [^a-z])", part)]
    return part


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_is_documented(name: str) -> None:
    """The page has a section for each command, which names each of its options, long and short, and no others."""
    command = COMMANDS[name]
    options = {
        text
        for option in command.params
        if isinstance(option, click.Option) and option.name != "root"
        for text in option.opts
    }
    table = [line for line in _documented(name).splitlines() if line.startswith("| `-")]
    written = {text for line in table for text in re.findall(r"`(-[^\s`]+)", line.split(" | ")[0])}
    assert written == options


@pytest.mark.parametrize("name", COMMANDS)
def test_each_argument_is_documented(name: str) -> None:
    """The title of a command's section has its usage as `--help` tells it."""
    command = COMMANDS[name]
    context = click.Context(command, info_name=f"trailmark {name}")
    usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS]", "").strip()
    usage = usage.replace("COMMAND [ARGS]...", "").strip()
    assert _documented(name).splitlines()[0] == f"`{f'trailmark {name} {usage}'.strip()}`"
