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
from trailmark.errors import ArtifactError, Error, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# In the order in which `--help` shows them.
_COMMANDS = ("ls", "show", "tail", "ui", "export", "artifact", "verify", "gc", "reindex", "demo", "login")
_OF_SERVER = ("ui", "reindex")  # they stand in the server's own package, as core imports nothing of it


class Group(click.Group):
    """Commands that are imported when they are needed.

    Attributes:
        homes: the modules of the commands by name, in the order in which `--help` shows them.
        other_words: what people type who come from another tool, and what they mean.
    """

    homes: Mapping[str, str] = {}
    other_words: Mapping[str, str] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of the commands, in the order of `--help`."""
        return list(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, which also takes the options that stand before it."""
        if cmd_name not in self.homes:
            return None
        command: click.Command = importlib.import_module(self.homes[cmd_name]).command
        if all(option.name != "root" for option in command.params):
            command.params.append(_root_option())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with; the error for another word says what may have been meant."""
        if args[0] not in self.homes and not args[0].startswith("-"):
            close = get_close_matches(args[0], [*self.homes, *self.other_words], n=1)
            meant = self.other_words.get(close[0], close[0]) if close else ""
            commands = f"commands are {', '.join(self.homes)}"
            ctx.fail(f"no command {args[0]!r}; {f'did you mean `{ctx.command_path} {meant}`?' if meant else commands}")
        return super().resolve_command(ctx, args)


class Commands(Group):
    """The commands of `trailmark`, and errors without tracebacks."""

    homes: Mapping[str, str] = {
        name: f"trailmark.{'server.commands' if name in _OF_SERVER else 'cli'}.{name}" for name in _COMMANDS
    }
    other_words: Mapping[str, str] = {
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
        "artifacts": "artifact ls",
        "model": "artifact",
        "server": "ui",
        "serve": "ui",
        "web": "ui",
        "dashboard": "ui",
        "board": "ui",
        "index": "reindex",
    }

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell errors as click does."""
        try:
            result = super().invoke(ctx)
            # Here, where click still sees a closed pipe, and not when Python ends.
            sys.stdout.flush()
        except ArtifactError as error:  # a call that is wrong by what is there, more often than by its form
            raise _Failure(str(error)) from error
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
