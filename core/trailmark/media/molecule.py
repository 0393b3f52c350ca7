"""`Molecule`: the structure of a molecule, as a file in one of chemistry's formats.

Files are kept as they are. What RDKit makes, of SMILES or of its own molecules, is an SDF (a "V2000" or "V3000" block
and an end mark): unlike PDB it keeps the orders of bonds. RDKit is imported only then.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.media import Media
from trailmark.media.source import (
    Source,
    caption_text,
    fields,
    from_file,
    from_path,
    is_path,
    optional,
    read,
    stored_file,
)

if TYPE_CHECKING:
    import os
    from typing import TextIO

    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored

FORMATS = ("pdb", "pqr", "mmcif", "mcif", "cif", "sdf", "sd", "gro", "mol2", "mmtf")
RDKIT_FORMATS = ("mol", "sdf")  # what `from_rdkit` reads
_SEED = 42  # of the search for coordinates, so that one molecule always looks the same


class Molecule(Media):
    """A molecule.

    Args:
        data_or_path: a path of a file, or an open file: pdb, pqr, mmcif, mcif, cif, sdf, sd, gro, mol2, mmtf.
        caption: text that is shown with it.
        file_type: the format of an open file that has no name.

    Raises:
        MediaError: the file cannot be read, or has another format.
    """

    kind = "molecule"

    def __init__(
        self,
        data_or_path: str | os.PathLike[str] | TextIO | Any,
        caption: str | None = None,
        *,
        file_type: str | None = None,
    ) -> None:
        if is_path(data_or_path):
            source = from_path(data_or_path, "Molecule", FORMATS)
        elif hasattr(data_or_path, "read"):
            source = from_file(data_or_path, "Molecule", FORMATS, file_type)
        else:
            raise MediaError(
                f"Molecule takes a path or an open file, got {type(data_or_path).__name__}: Molecule.from_rdkit takes "
                "RDKit's molecules, Molecule.from_smiles SMILES"
            )
        self._take(source, caption)

    def _take(self, source: Source, caption: object) -> None:
        self._source: Source | None = source
        self._format = source.format
        self.caption = caption_text(caption)

    @classmethod
    def from_smiles(
        cls,
        data: str,
        caption: str | None = None,
        sanitize: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        convert_to_3d_and_optimize: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        mmff_optimize_molecule_max_iterations: int = 200,
    ) -> Self:
        """Return the molecule that SMILES describe; RDKit makes it.

        Args:
            data: SMILES, such as "CCO".
            caption: text that is shown with it.
            sanitize: have RDKit check valences and find what is aromatic.
            convert_to_3d_and_optimize: add hydrogens and search coordinates, which takes milliseconds to seconds.
            mmff_optimize_molecule_max_iterations: how long their energy is minimised.

        Raises:
            MissingPackageError: RDKit is not installed.
            MediaError: RDKit cannot read them.
        """
        chem = _chem()
        molecule = chem.MolFromSmiles(data, sanitize=bool(sanitize)) if isinstance(data, str) else None
        if molecule is None:
            raise MediaError(f"RDKit cannot read {data!r} as SMILES")
        return cls.from_rdkit(molecule, caption, convert_to_3d_and_optimize, mmff_optimize_molecule_max_iterations)

    @classmethod
    def from_rdkit(
        cls,
        data_or_path: str | os.PathLike[str] | Any,
        caption: str | None = None,
        convert_to_3d_and_optimize: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        mmff_optimize_molecule_max_iterations: int = 200,
    ) -> Self:
        """Return a molecule of RDKit's, which stays as it is, or of a file that RDKit reads.

        Args:
            data_or_path: an `rdkit.Chem.Mol`, or a path of a mol or sdf file, of which the first molecule is taken.
            caption: text that is shown with it.
            convert_to_3d_and_optimize: add hydrogens and search coordinates, if it has none in 3D.
            mmff_optimize_molecule_max_iterations: how long their energy is minimised.

        Raises:
            MissingPackageError: RDKit is not installed.
            MediaError: there is no molecule in the file, or it is neither.
        """
        chem = _chem()
        molecule = data_or_path
        if is_path(molecule):
            file = from_path(data_or_path, "Molecule.from_rdkit", RDKIT_FORMATS)
            molecule = next(iter(chem.SDMolSupplier(str(file.path), removeHs=False)), None)
            if molecule is None:
                raise MediaError(f"RDKit finds no molecule that it can read in {str(data_or_path)!r}")
        if not isinstance(molecule, chem.Mol):
            raise MediaError(f"Molecule.from_rdkit takes RDKit's molecule or a path, got {type(molecule).__name__}")
        if convert_to_3d_and_optimize and not _has_3d(molecule):
            molecule = _embedded(chem, molecule, mmff_optimize_molecule_max_iterations)
        self = cls.__new__(cls)
        self._take(Source("sdf", data=f"{chem.MolToMolBlock(molecule)}$$$$\n".encode()), caption)
        return self

    @property
    def format(self) -> str:
        """The format of the file, such as "pdb"."""
        return self._format

    def read(self) -> bytes:
        """Return the content of the file.

        Raises:
            MediaError: it cannot be read.
        """
        return self._source.read() if self._source else read(self._opened())

    def store(self, folder: Folder) -> dict[str, Any]:
        """Copy the file, or have it written."""
        source = self._source or Source(self._format, self._opened())
        return fields(path=source.put(folder, self.kind), format=self._format, caption=self.caption)

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the molecule that `record` was made of."""
        self = cls.__new__(cls)
        self._file = stored_file(record, stored)
        self._source = None
        self._format = optional(record, "format", str) or self._file.name.rpartition(".")[2].lower()
        self.caption = optional(record, "caption", str)
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Molecule):
            return NotImplemented
        return (self.caption, self._format) == (other.caption, other._format) and self.read() == other.read()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Molecule({self._format}{f', caption={self.caption!r}' if self.caption is not None else ''})"


def _chem() -> Any:
    try:
        return importlib.import_module("rdkit.Chem")
    except ImportError as error:
        raise MissingPackageError("rdkit", "a Molecule of SMILES or of RDKit's") from error


def _has_3d(molecule: Any) -> bool:
    return bool(molecule.GetNumConformers()) and bool(molecule.GetConformer().Is3D())


def _embedded(chem: Any, molecule: Any, max_iterations: int) -> Any:
    """Return a copy with hydrogens and coordinates in space."""
    all_chem = importlib.import_module("rdkit.Chem.AllChem")
    try:
        molecule = chem.AddHs(molecule)
        found = all_chem.EmbedMolecule(molecule, randomSeed=_SEED)
        if found < 0:
            found = all_chem.EmbedMolecule(molecule, randomSeed=_SEED, useRandomCoords=True)
        if found >= 0 and all_chem.MMFFHasAllMoleculeParams(molecule):
            all_chem.MMFFOptimizeMolecule(molecule, maxIters=int(max_iterations))
    except (RuntimeError, ValueError) as error:  # what RDKit raises of molecules that were not sanitized
        raise MediaError(f"RDKit finds no coordinates: {error}; try convert_to_3d_and_optimize=False") from error
    if found < 0:
        raise MediaError("RDKit finds no coordinates for this molecule: try convert_to_3d_and_optimize=False")
    return molecule
