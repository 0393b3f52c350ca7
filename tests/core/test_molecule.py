"""`Molecule`: files as they are, and what RDKit makes."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest

from media_support import store
from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.molecule import FORMATS, Molecule

if TYPE_CHECKING:
    from pathlib import Path

PDB = b"HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\nEND\n"


@pytest.mark.parametrize("format_", FORMATS)
def test_files_are_copied(tmp_path: Path, format_: str) -> None:
    """A file of each format comes back byte for byte, by path or open."""
    path = tmp_path / f"a.{format_}"
    path.write_bytes(PDB)
    record, found = store(Molecule(path, caption="a"), tmp_path)
    with path.open("rb") as opened:
        assert store(Molecule(opened, caption="a"), tmp_path)[1] == found
    assert found.read() == PDB
    assert (found.format, found.caption) == (format_, "a")
    assert record["path"].endswith(f".{format_}")
    assert found != Molecule(path)
    assert found != PDB


def test_text_may_tell_its_type(tmp_path: Path) -> None:
    """Text without a name needs its type."""
    found = store(Molecule(io.StringIO(PDB.decode()), file_type="pdb"), tmp_path)[1]
    assert found.path.read_bytes() == PDB
    assert repr(found) == "Molecule(pdb)"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("missing.pdb", "not there"),
        (io.StringIO("x"), "pass file_type="),
        (3, "got int: Molecule.from_rdkit"),
    ],
)
def test_bad_input_is_an_error(given: Any, message: str) -> None:
    """What is no molecule is named where the object is made."""
    with pytest.raises(MediaError, match=message):
        Molecule(given)


def test_unknown_kind_of_file_is_an_error(tmp_path: Path) -> None:
    """The message has the kinds that are known."""
    (tmp_path / "a.xyz").write_bytes(PDB)
    with pytest.raises(MediaError, match="one of pdb, pqr, mmcif"):
        Molecule(tmp_path / "a.xyz")


def test_read_molecule_is_logged_again(tmp_path: Path) -> None:
    """What was read back can be stored elsewhere."""
    first = store(Molecule(io.BytesIO(PDB), file_type="pdb"), tmp_path)[1]
    assert store(first, tmp_path / "other")[1] == first


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without RDKit the error has the pip command."""
    monkeypatch.setitem(sys.modules, "rdkit.Chem", None)
    for make in (Molecule.from_smiles, Molecule.from_rdkit):
        with pytest.raises(MissingPackageError, match="pip install rdkit"):
            make("CCO")


@pytest.mark.extra
def test_smiles_become_coordinates(tmp_path: Path) -> None:
    """SMILES become atoms in space with hydrogens and bond orders, the same each time."""
    chem = pytest.importorskip("rdkit.Chem")
    molecule = Molecule.from_smiles("CC=O", "acetaldehyde")
    found = store(molecule, tmp_path)[1]
    assert found == molecule == Molecule.from_smiles("CC=O", caption="acetaldehyde")
    (read,) = chem.SDMolSupplier(str(found.path), removeHs=False)
    assert read.GetNumAtoms() == 7
    assert read.GetConformer().Is3D()
    assert chem.MolToSmiles(chem.RemoveHs(read)) == "CC=O"


@pytest.mark.extra
def test_flat_molecules_stay_flat() -> None:
    """Without conversion there are no hydrogens and no third dimension."""
    chem = pytest.importorskip("rdkit.Chem")
    block = Molecule.from_smiles("CCO", convert_to_3d_and_optimize=False).read().decode()
    assert chem.MolFromMolBlock(block).GetNumAtoms() == 3
    assert "3D" not in block


@pytest.mark.extra
def test_rdkits_molecule_stays_as_it_is() -> None:
    """What is given is not changed, and coordinates in space are not searched again."""
    chem = pytest.importorskip("rdkit.Chem")
    molecule = chem.MolFromSmiles("CCO")
    made = Molecule.from_rdkit(molecule)
    assert molecule.GetNumAtoms() == 3
    assert molecule.GetNumConformers() == 0
    block = chem.MolFromMolBlock(made.read().decode(), removeHs=False)
    assert Molecule.from_rdkit(block).read() == made.read()


@pytest.mark.extra
def test_rdkit_reads_files(tmp_path: Path) -> None:
    """A mol or sdf file goes through RDKit."""
    pytest.importorskip("rdkit")
    made = Molecule.from_smiles("CCO")
    for name in ("a.sdf", "a.mol"):
        (tmp_path / name).write_bytes(made.read())
        assert Molecule.from_rdkit(tmp_path / name).read() == made.read()
    (tmp_path / "b.sdf").write_text("text\n")
    with pytest.raises(MediaError, match=r"b\.sdf"):
        Molecule.from_rdkit(tmp_path / "b.sdf")


@pytest.mark.extra
@pytest.mark.parametrize("smiles", ["C(C", "xyz", 3, None])
def test_bad_smiles_are_an_error(smiles: Any) -> None:
    """What RDKit cannot read is named."""
    pytest.importorskip("rdkit")
    with pytest.raises(MediaError, match="as SMILES"):
        Molecule.from_smiles(smiles)


@pytest.mark.extra
def test_other_objects_are_an_error() -> None:
    """Only RDKit's molecules are taken."""
    pytest.importorskip("rdkit")
    with pytest.raises(MediaError, match="got int"):
        Molecule.from_rdkit(3)
