"""RecordCard: a record in the output of a cell."""

from __future__ import annotations

from typing import Any

from .. import card, repositories
from ..config import Config
from .publishing import citation


class RecordCard:
    """A record, by its DOI: title, authors, badge, files, how to cite it.

    It is plain HTML (and JSON for a renderer), with nothing in it that needs a kernel.

    Parameters
    ----------
    doi : str
        A DOI in any spelling, a record's address or id; that of all versions means the newest.
    from_ : str, optional
        Name or address of the repository, where it is not clear.
    config : Config, optional
        Read from the files and the environment otherwise.

    Raises
    ------
    RecordNotFound, CouldNotAsk, InvalidDOI
        See `errors`.

    Attributes
    ----------
    record : Record
        The record.
    card : dict
        What is shown.
    """

    def __init__(self, doi: str, *, from_: str | None = None, config: Config | None = None) -> None:
        repository, self.record = repositories.resolve(doi, from_=from_, config=config or Config.load())
        self.card = card.of(self.record, repository, citation=citation(repository, self.record.id))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return card.bundle(self.card)

    def __repr__(self) -> str:
        return card.text(self.card)
