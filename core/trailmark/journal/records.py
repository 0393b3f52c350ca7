r"""Records: what a journal can say.

Each record is a MessagePack map whose first key is ``kind``, with the record's name. Readers ignore kinds and
fields that they do not know, so both may be added without a new format version. Times are seconds since 1970-01-01
UTC; steps are signed 64-bit. Rows that hold only numbers are packed instead (see `trailmark.journal.layout`).

MessagePack has integers of 64 bits; larger ones are extension 1: two's complement, little-endian. It has strings
of Unicode only; half of a surrogate pair, which the name of a file can hold, is written as its escape (``\udc80``).
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from trailmark.errors import JournalError

Step: TypeAlias = Annotated[int, msgspec.Meta(le=(1 << 63) - 1)]  # MessagePack has no integer below -2**63
BIG_INTEGER = 1  # MessagePack extension: an integer beyond 64 bits


class Record(msgspec.Struct, tag_field="kind", omit_defaults=True):
    """The base of all records."""


class Header(Record, tag="header"):
    """Who writes this journal. The first record of each."""

    run: str
    writer: str
    time: float
    project: str = ""
    entity: str | None = None
    role: str = "primary"  # primary, worker (a fork or a spawned process), or editor
    rank: int = 0
    world_size: int = 1
    attempt: int = 1  # how often this rank of the run has been started
    parent: str | None = None  # the writer that this worker belongs to
    rewind: Step | None = None  # rows of earlier attempts with a larger step no longer count
    starting_step: Step = 0
    runtime_s: float = 0.0  # time that earlier attempts spent running
    heartbeat_s: float = 0.0  # the longest silence of a writer that is alive; 0: unknown
    host: str = ""
    machine: str = ""  # identifies what can see this pid: host, boot and pid name space
    pid: int = 0
    pid_started: float = 0.0
    version: str = ""
    name: str | None = None
    group: str | None = None
    job_type: str | None = None
    notes: str | None = None
    tags: list[str] = []
    resume: str | None = None
    forked_from: str | None = None


class Keys(Record, tag="keys"):
    """A key set: the names of packed rows' values, and their kinds: "i", "f" or "b" each.

    Written twice, as rows cannot be read without it.
    """

    number: int
    names: list[str]
    kinds: str
    stream: str = "history"  # or "system"


class Row(Record, tag="row"):
    """The record of one `log` whose values are not all numbers."""

    step: Step
    time: float
    data: dict[str, Any]
    stream: str = "history"


class ConfigChange(Record, tag="config"):
    """Inputs of the run that were set or removed."""

    time: float
    set: dict[str, Any] = {}
    removed: list[str] = []


class SummaryChange(Record, tag="summary"):
    """Results of the run that were set or removed by hand."""

    time: float
    set: dict[str, Any] = {}
    removed: list[str] = []


class Metric(Record, tag="metric"):
    """What `define_metric` said of a key or of the keys that match a glob. It holds for the rows after it."""

    name: str
    step_metric: str | None = None
    step_sync: bool = False
    hidden: bool = False
    summary: list[str] = []  # of min, max, mean, last, first, best, none
    goal: str | None = None  # minimize or maximize
    overwrite: bool = False


class Console(Record, tag="console"):
    """Lines that the process printed. A line written again replaces the earlier one (progress bars)."""

    time: float
    stream: str  # stdout or stderr
    first: int  # the number of the first of these lines, from 0, in its stream
    lines: list[str]


class Environment(Record, tag="environment"):
    """Where the run runs: host, command, Python, git, … Later records add to earlier ones."""

    time: float
    values: dict[str, Any]


class File(Record, tag="file"):
    """A file of the run's `files` folder was saved."""

    time: float
    path: str  # below `files`, with forward slashes
    size: int = 0
    policy: str = "live"


class MediaFile(Record, tag="media"):
    """A file of a media object is complete, or will never be. The row that refers to it was written before."""

    time: float
    path: str  # below `files`, with forward slashes
    size: int = 0
    sha256: str = ""
    error: str | None = None  # why there is no file


class ArtifactLink(Record, tag="artifact"):
    """The run logged, used or linked a version of an artifact."""

    time: float
    action: str  # logged, used or linked
    project: str
    name: str
    version: int
    digest: str = ""
    type: str = ""
    size: int = 0
    aliases: list[str] = []
    use_as: str | None = None


class Alert(Record, tag="alert"):
    """Something that a person should look at."""

    time: float
    title: str
    text: str = ""
    level: str = "INFO"


class Edit(Record, tag="edit"):
    """Name, notes, tags, group, job_type, archived or deleted, changed after the header."""

    time: float
    set: dict[str, Any]


class Preempting(Record, tag="preempting"):
    """The run expects to be stopped by its scheduler and started again."""

    time: float


class Exit(Record, tag="exit"):
    """The writer is done. Carries the folded state of this journal: all that a list of runs reads."""

    time: float
    code: int = 0
    error: str | None = None  # a traceback
    signal: str | None = None
    lost_rows: int = 0
    state: bytes = b""  # MessagePack of a `trailmark.journal.fold.JournalState`; empty: fold the journal


RECORDS = (
    Header,
    Keys,
    Row,
    ConfigChange,
    SummaryChange,
    Metric,
    Console,
    Environment,
    File,
    MediaFile,
    ArtifactLink,
    Alert,
    Edit,
    Preempting,
    Exit,
)
KIND_NAMES = frozenset(str(record.__struct_config__.tag) for record in RECORDS)
AnyRecord: TypeAlias = (
    Header
    | Keys
    | Row
    | ConfigChange
    | SummaryChange
    | Metric
    | Console
    | Environment
    | File
    | MediaFile
    | ArtifactLink
    | Alert
    | Edit
    | Preempting
    | Exit
)
StructT = TypeVar("StructT", bound=msgspec.Struct)


def _decode_extension(code: int, data: memoryview) -> Any:
    if code == BIG_INTEGER:
        return int.from_bytes(data, "little", signed=True)
    return msgspec.msgpack.Ext(code, bytes(data))


class _Kind(msgspec.Struct):
    kind: str


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyRecord] = msgspec.msgpack.Decoder(AnyRecord, ext_hook=_decode_extension)
_kind_decoder = msgspec.msgpack.Decoder(_Kind)


def encode(value: msgspec.Struct) -> bytes:
    """Return a record, or another struct of plain values, as MessagePack; integers keep any size."""
    try:
        return _encoder.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return _encoder.encode(_representable(msgspec.to_builtins(value, builtin_types=(bytes,))))


def decode(payload: bytes | memoryview) -> AnyRecord | None:
    """Return the record in `payload`; None if its kind is not known here.

    Raises:
        JournalError: the payload is not a record.
    """
    try:
        return _decoder.decode(payload)
    except msgspec.ValidationError as error:
        if _kind(payload) in KIND_NAMES:
            raise JournalError(str(error)) from error
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(str(error)) from error


def decode_struct(payload: bytes, kind: type[StructT]) -> StructT:
    """Return the struct of type `kind` that `encode` made `payload` of.

    Raises:
        JournalError: the payload is not one.
    """
    try:
        return msgspec.msgpack.decode(payload, type=kind, ext_hook=_decode_extension)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(str(error)) from error


def _kind(payload: bytes | memoryview) -> str:
    try:
        return _kind_decoder.decode(payload).kind
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(str(error)) from error


def _representable(value: Any) -> Any:
    """Return `value` with what MessagePack has no form for in the forms given above."""
    if isinstance(value, dict):
        return {_representable(key): _representable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_representable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        size_bytes = value.bit_length() // 8 + 1
        return msgspec.msgpack.Ext(BIG_INTEGER, value.to_bytes(size_bytes, "little", signed=True))
    return value
