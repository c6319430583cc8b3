"""What a data folder holds, for whoever keeps it: read again, copied, put back, and written so that it needs no software."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..doi import DOI
from ..errors import RecordNotFound
from . import bags, dois, flavours, identifiers, registrations, retention, versions
from .registrations import Registration
from .retention import Damage, Tell
from .store import Store


class Holdings:
    """A data folder; it may be in use.

    Parameters
    ----------
    folder : Path
        Its address on the disk.
    flavour : str
        How ids are spelled.
    """

    def __init__(self, folder: Path, flavour: str = "zenodo") -> None:
        self._folder = Path(folder)
        self._flavour = flavours.flavour(flavour)

    def fixity(self, tell: Tell) -> tuple[int, list[Damage]]:
        """Read everything again; see `retention.fixity`."""
        return retention.fixity(Store(self._folder), tell)

    def backup(self, folder: Path, tell: Tell) -> tuple[int, int]:
        """Copy it; see `retention.backup`."""
        return retention.backup(Store(self._folder), folder, tell)

    def restore(self, folder: Path, tell: Tell) -> int:
        """Make it of a backup; see `retention.restore`.

        Returns
        -------
        int
            How many published records there are.
        """
        store = retention.restore(folder, self._folder, tell)
        row = store.db.one("SELECT COUNT(*) AS n FROM records WHERE deletion IS NULL")
        return int(row["n"]) if row else 0

    def export(self, folder: Path, which: str | None = None) -> Iterator[tuple[Path, bool]]:
        """Write bags; see `bags.export`.

        Parameters
        ----------
        folder : Path
            Where.
        which : str, optional
            A DOI or an id: of one version, or of all versions for the newest; otherwise everything.

        Raises
        ------
        RecordNotFound
            When it is not here.
        """
        store = Store(self._folder)
        return bags.export(store, Path(folder), self._flavour, self._number(store, which) if which else None)

    def dois(self) -> tuple[int, list[Registration]]:
        """Return how many DOIs are at DataCite, and those that wait or were refused."""
        db = Store(self._folder).db
        (row,) = db.all("SELECT COUNT(*) AS n FROM registrations WHERE state IN ('findable', 'registered')")
        return int(row["n"]), registrations.unsettled(db)

    def _number(self, store: Store, which: str) -> int:
        doi = DOI.find(which)
        number, parent = (dois.find(store.db, doi.value) or (None, None)) if doi else (identifiers.parse(which),) * 2
        concept = versions.find_parent(store.db, parent) if parent is not None else None
        number = concept.latest if concept and concept.latest else number
        if number is None:
            raise RecordNotFound(f"{which} is not in the embedded repository.", "`search` shows what is.")
        return number
