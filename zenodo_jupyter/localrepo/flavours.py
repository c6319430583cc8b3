"""What differs between Zenodo and InvenioRDM as it comes, as data; and the traps that can be switched on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from ..errors import BadInput
from .limits import Limit, Limits

#: DataCite's test prefix: its DOIs do not resolve at doi.org, and nobody can mistake them for registered ones.
DOI_PREFIX = "10.5072"
#: How a DOI is made of an id where it is registered: InvenioRDM's own way.
REGISTERED_DOI = "{prefix}/{id}"


@dataclass(frozen=True)
class Flavour:
    """One kind of repository.

    Attributes
    ----------
    name : str
        ``zenodo`` or ``rdm``; also how ids are spelled.
    doi : str
        How a DOI is made of an id.
    max_files : int
        Files in one record.
    max_bytes : int
        Bytes in one record, and in one of its files.
    empty_files, restricted_records, metadata_only : bool
        Whether these are allowed.
    external_doi_versions : bool
        Whether a record with a DOI from elsewhere may have further versions.
    page_caps : tuple of int, optional
        The largest page of search results for strangers and for people with a token.
    site_name : str
        What error texts call the repository.
    self_service : bool
        Whether owners may delete a record, or exchange its files, soon after its publication, and take more room.
    old_dialect : bool
        Whether ``application/json`` is Zenodo's own JSON, and there is the deposit API; see `legacy`.
    limits : Limits
        How often somebody may ask, where that is switched on.
    facets, own_facets : tuple of str
        What searches are counted by: those of published records, and those of one's own.
    own_order : str
        The order of one's own records when nothing is looked for.
    oai_set : str
        What the name of a community's OAI-PMH set begins with.
    doi_prefix : str
        Of the DOIs that are given.
    registry : str
        Address of the API where they are registered; empty where they stay local.
    """

    name: str
    doi: str
    max_files: int
    max_bytes: int
    empty_files: bool
    restricted_records: bool
    metadata_only: bool
    external_doi_versions: bool
    page_caps: tuple[int, int] | None
    site_name: str
    self_service: bool
    old_dialect: bool
    limits: Limits
    facets: tuple[str, ...]
    own_facets: tuple[str, ...]
    own_order: str
    oai_set: str
    doi_prefix: str = DOI_PREFIX
    registry: str = ""

    def registered(self, registry: str, prefix: str) -> Flavour:
        """Return the same with DOIs of a prefix of one's own, which are registered."""
        return replace(self, doi=REGISTERED_DOI, doi_prefix=prefix, registry=registry)


#: The numbers are those of Zenodo's and InvenioRDM 14's own configuration.
_ZENODO_LIMITS = Limits(
    (Limit(133, 60), Limit(8000, 3600)), (Limit(100, 60), Limit(5000, 3600)), search=(Limit(30, 60),)
)
_RDM_LIMITS = Limits((Limit(500, 60), Limit(5000, 3600)), (Limit(1000, 60), Limit(25_000, 3600)))
FLAVOURS = {
    "zenodo": Flavour(
        "zenodo", "{prefix}/zenodo.{id}", 100, 50 * 10**9, False, False, False, False, page_caps=(25, 100), site_name="Zenodo",
        self_service=True, old_dialect=True, limits=_ZENODO_LIMITS, own_order="newest", oai_set="user-",
        facets=("publication_date", "access_status", "resource_type", "subject", "file_type"),
        own_facets=("publication_date", "access_status", "resource_type", "subject", "file_type"),
    ),
    "rdm": Flavour(
        "rdm", "{prefix}/{id}", 100, 10 * 10**9, True, True, True, True, page_caps=None, site_name="InvenioRDM",
        self_service=False, old_dialect=False, limits=_RDM_LIMITS, own_order="updated-desc", oai_set="community-",
        facets=("publication_date", "access_status", "file_type", "resource_type"),
        own_facets=("publication_date", "access_status", "is_published", "resource_type", "file_type"),
    ),
}  # fmt: skip


def flavour(name: str) -> Flavour:
    """Return a flavour by its name.

    Raises
    ------
    BadInput
        When there is none of this name.
    """
    if name not in FLAVOURS:
        raise BadInput(f"There is no flavour {name!r}.", f"Take one of {', '.join(FLAVOURS)}.")
    return FLAVOURS[name]


@dataclass(frozen=True)
class Switches:
    """Traps of the real one: off for a class, on for conformance. What is off is refused with a clear 400.

    Attributes
    ----------
    content_after_commit_drops_file : bool
        PUT content on a committed file answers 200 with ``errors``, and the file is gone from the draft.
    bad_part_answers_200 : bool
        A part of the wrong size or number answers 200 with ``errors``.
    missing_part_becomes_zeros : bool
        A commit with a part missing succeeds, with zero bytes in the gap.
    locked_draft_takes_new_files : bool
        Files can be announced in the draft of a published record, and then block its publication.
    strict_vocabularies : bool
        A valid ROR id that is not in the short lists shipped here is refused.
    unreadable_query_finds_words : bool
        A search that cannot be read, such as ``title:(``, finds its words instead of being refused.
    crashes : bool
        What crashes the real one answers 500: a commit without content, content of a pending file, a list as body.
    """

    content_after_commit_drops_file: bool = False
    bad_part_answers_200: bool = False
    missing_part_becomes_zeros: bool = False
    locked_draft_takes_new_files: bool = False
    strict_vocabularies: bool = False
    unreadable_query_finds_words: bool = False
    crashes: bool = False

    @classmethod
    def all_on(cls) -> Switches:
        """Return every trap switched on."""
        return cls(**{f.name: True for f in fields(cls)})

    @classmethod
    def on(cls, names: Sequence[str]) -> Switches:
        """Return the traps of these names switched on, as in ``bad-part-answers-200``; ``all`` of them.

        Raises
        ------
        BadInput
            When there is none of a name.
        """
        known = {f.name.replace("_", "-"): f.name for f in fields(cls)}
        for name in names:
            if name not in known and name != "all":
                raise BadInput(f"There is no trap {name!r}.", f"Take some of {', '.join(known)}, or all.")
        return cls.all_on() if "all" in names else cls(**{known[name]: True for name in names})
