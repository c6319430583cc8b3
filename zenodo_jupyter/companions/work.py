"""What is published, as the files that explain it name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..doi import DOI
from ..metadata import Metadata

#: What a file is, by its role, for people.
ROLES = {
    "notebook": "the notebook, with its outputs",
    "rendering": "the notebook, to read in a browser",
    "data": "data",
    "output": "made by the notebook",
    "environment": "the packages the notebook needs",
    "citation": "how to cite",
    "readme": "what this is",
    "crate": "the same, for machines (RO-Crate)",
    "manifest": "checksums (SHA-256) of all files",
    "archive": "further files, packed",
    "rehearsal": "what came of running it before it was published",
}


class FileFacts(Protocol):
    """What is said about a file; `BundleFile` fits."""

    @property
    def key(self) -> str:
        """Name in the record, folders with ``/``."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def sha256(self) -> str:
        """64 hex digits."""

    @property
    def role(self) -> str:
        """Such as ``notebook``, ``data``, ``environment``."""


@dataclass(frozen=True)
class Work:
    """What is published, as the companions name it.

    Attributes
    ----------
    metadata : Metadata
        What the human says about it.
    doi : DOI or None
        Of this version.
    url : str
        Its landing page; may be empty.
    notebook : str
        Key of the notebook.
    repository : str
        Title of the repository.
    rehearsal : str
        What came of running it before, as a sentence; empty where it was not.
    hindrances : tuple of str
        What the checks found that may keep others from running it, as sentences.
    language : str
        The version of the notebook's language that it was run with, such as ``3.11.2``; empty where it is not known.
    registered : bool
        Whether doi.org knows the DOIs of the repository once something is published.
    """

    metadata: Metadata
    doi: DOI | None = None
    url: str = ""
    notebook: str = ""
    repository: str = ""
    rehearsal: str = ""
    language: str = ""
    hindrances: tuple[str, ...] = ()
    registered: bool = True

    @property
    def doi_url(self) -> str:
        """The address of the DOI; empty where it does not resolve."""
        return self.doi.url if self.doi and self.registered and not self.doi.is_test else ""

    @property
    def link(self) -> str:
        """The address to cite: that of the DOI where it resolves, else the landing page."""
        return self.doi_url or self.url
