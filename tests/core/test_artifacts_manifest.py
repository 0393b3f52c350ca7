"""Tests of manifests: canonical bytes and one digest for equal contents."""

from __future__ import annotations

import hashlib

import pytest

from trailmark.artifacts.entry import Entry
from trailmark.artifacts.manifest import Manifest
from trailmark.errors import ArtifactError

ENTRIES = [
    Entry("b", 1, "22" * 32),
    Entry("a/ü x", 0, "11" * 32),
    Entry("ref\N{SNOWMAN}", None, None, "s3://bucket/key with space"),
]


def test_order_does_not_matter() -> None:
    """The same files in another order have the same digest, which is the SHA-256 of the bytes."""
    manifest = Manifest.of(ENTRIES)
    assert manifest.digest == Manifest.of(reversed(ENTRIES)).digest
    assert manifest.digest == hashlib.sha256(manifest.data).hexdigest()
    assert manifest.data.startswith(b"trailmark-manifest 1\n" + b"11" * 32 + b" 0 a/")


def test_round_trip() -> None:
    """What was written is read: files, references, names of any script."""
    written = Manifest.of(ENTRIES)
    read = Manifest.read(written.data, written.digest)
    assert list(read.entries) == ["a/ü x", "b", "ref\N{SNOWMAN}"]
    assert [(e.path, e.size, e.digest, e.ref) for e in read.entries.values()] == [
        (e.path, e.size, e.digest, e.ref) for e in written.entries.values()
    ]
    assert (read.size, len(read)) == (1, 3)


def test_an_artifact_may_be_empty() -> None:
    """No files are a manifest too."""
    manifest = Manifest.of([])
    assert Manifest.read(manifest.data, manifest.digest).entries == {}


def test_every_flipped_byte_is_noticed() -> None:
    """A manifest that is not what its digest says is refused."""
    manifest = Manifest.of(ENTRIES)
    for index in range(len(manifest.data)):
        data = bytearray(manifest.data)
        data[index] ^= 1
        with pytest.raises(ArtifactError, match="damaged"):
            Manifest.read(bytes(data), manifest.digest)


def test_a_newer_format_is_told() -> None:
    """A manifest of a format to come is no damage."""
    data = b"trailmark-manifest 2\n"
    with pytest.raises(ArtifactError, match="newer"):
        Manifest.read(data, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    "line",
    [
        f"{'a' * 64} 1 ../x",
        f"{'a' * 64} 1 /x",
        f"{'a' * 64} 1 a/../../x",
        f"{'a' * 64} 1 a\0b",
        f"{'a' * 64} -1 a",
        f"{'a' * 64} x a",
        f"{'a' * 64} 1",
        f"{'A' * 64} 1 a",
        "../../../secret 6 a",
        "",
        "@ {",
        "@ {}",
        "@ []",
        '@ {"digest": null, "path": "../x", "ref": "file:///x", "size": 1}',
        '@ {"digest": 5, "path": "x", "ref": "file:///x", "size": 1}',
        '@ {"digest": null, "path": 5, "ref": "file:///x", "size": 1}',
        '@ {"digest": null, "path": "x", "ref": null, "size": 1}',
        '@ {"digest": null, "path": "x", "ref": "file:///x", "size": "1"}',
    ],
)
def test_lines_that_no_manifest_has(line: str) -> None:
    """What somebody else made, with the right digest, still cannot name a place outside of the artifact."""
    data = f"trailmark-manifest 1\n{'b' * 64} 1 good\n{line}\n".encode()
    with pytest.raises(ArtifactError, match="holds what no manifest does"):
        Manifest.read(data, hashlib.sha256(data).hexdigest())
