"""The command `trailmark`: which commands there are, and how errors are told.

A command's module is imported when the command is called, so that none pays for another's imports. Whatever Trailmark
raises on purpose ends as one sentence on standard error: exit code 2 for a call that cannot be right, 1 for anything
else that failed.
"""

from __future__ import annotations

import importlib
import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trailmark._version import __version__
from trailmark.errors import Error, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

# In the order in which `--help` shows them.
_COMMANDS = ("ls", "show", "tail", "export", "verify", "gc", "demo", "login")


class Commands(click.Group):
    """Commands that are imported when they are needed, and errors without tracebacks."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of the commands, in the order of `--help`."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, which also takes the options that stand before it."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"trailmark.cli.{cmd_name}").command
        if all(option.name != "root" for option in command.params):
            command.params.append(_root_option())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with; the error for another word says what may have been meant."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            close = get_close_matches(args[0], [*_COMMANDS, *_OTHER_WORDS], n=1)
            meant = _OTHER_WORDS.get(close[0], close[0]) if close else ""
            hint = f"did you mean `trailmark {meant}`?" if meant else f"commands are {', '.join(_COMMANDS)}"
            ctx.fail(f"no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell errors as click does."""
        try:
            result = super().invoke(ctx)
            # Here, where click still sees a closed pipe, and not when Python ends.
            sys.stdout.flush()
        except UsageError as error:
            raise _Misuse(str(error)) from error
        except Error as error:
            raise _Failure(str(error)) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise _Failure(f"{where}{error.strerror or error}") from error
        return result


# What people type who come from another tool.
_OTHER_WORDS = {
    "list": "ls",
    "runs": "ls",
    "info": "show",
    "get": "show",
    "plot": "show --plot",
    "follow": "tail",
    "logs": "tail",
    "watch": "tail",
    "dump": "export",
    "check": "verify",
    "fsck": "verify",
    "clean": "gc",
    "rm": "gc",
    "delete": "gc",
    "help": "--help",
    "version": "--version",
}


class _Failure(click.ClickException):
    """An error that needs no usage line."""

    def show(self, file: Any = None) -> None:
        """Write the error in one line."""
        from trailmark.cli.text import clean

        click.secho("trailmark: ", nl=False, file=file, err=True, fg="red", color=_coloured())
        click.echo(clean(self.message), file=file, err=True)


class _Misuse(_Failure):
    """A call that cannot be right."""

    exit_code = 2


def _coloured() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


def _root_option() -> click.Option:
    def keep(context: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value is not None:
            context.obj = value

    return click.Option(
        ["--root"],
        type=click.Path(path_type=Path),
        metavar="DIR",
        expose_value=False,
        is_eager=True,
        callback=keep,
        help="Where runs are, if not where the settings say.",
    )


@click.command(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[_root_option()],
    epilog="RUN is project/id, an id, a name, the beginning of one, or `latest` (`@` for short).",
)
@click.version_option(__version__, "-V", "--version", prog_name="trailmark", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Look at, follow, check and export the runs that Trailmark recorded."""
    if context.invoked_subcommand is None:
        from trailmark.cli.lookup import root_of
        from trailmark.cli.overview import overview

        overview(root_of(context), given=context.obj is not None)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; `arguments` are those of the process if none are given. Ends the process."""
    cli.main(args=list(arguments) if arguments is not None else None, prog_name="trailmark")
