"""Published: what came of publishing a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .badge import Deposit
from .communities import Request
from .records import Record
from .submission import Offered

if TYPE_CHECKING:
    from .repository import Repository


@dataclass(frozen=True)
class Published:
    """What came of it.

    Attributes
    ----------
    record : Record
        As the repository gave it back.
    repository : Repository
        Where it is.
    deposit : Deposit
        What the notebook remembers.
    sent, kept, removed : tuple of str
        The files that were sent, that the repository had already, and that the version before had and this one has not.
    sent_bytes, kept_bytes : int
        Their sizes.
    badge : str
        Where the badge stands, as a sentence; says so where it could not be written.
    unchanged : bool
        True when there was nothing new and therefore no new version was made.
    review : Request or None
        Where nothing is published yet: the request that waits for a community; `record` is the draft then.
    community : str
        Title of that community.
    offered : tuple of Offered
        What became of the record in the communities that were named.
    anonymous : bool
        Whether it is a copy for reviewers; nothing is published then, and `record` is the draft.
    link : str
        The secret link to that draft, for whoever is to see it; empty where the repository has none.
    draft : bool
        Whether a person left it as a draft; nothing is published then, and `record` is the draft.
    """

    record: Record
    repository: Repository
    deposit: Deposit
    sent: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    sent_bytes: int = 0
    kept_bytes: int = 0
    badge: str = ""
    unchanged: bool = False
    review: Request | None = None
    community: str = ""
    offered: tuple[Offered, ...] = ()
    anonymous: bool = False
    link: str = ""
    draft: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as the doors show it."""
        return {
            "record": self.record.to_json(),
            "repository": self.repository.name,
            "doi": str(self.record.doi),
            "concept_doi": str(self.record.concept_doi) if self.record.concept_doi else None,
            "landing_page": self.record.html_url,
            "sent": list(self.sent),
            "kept": list(self.kept),
            "removed": list(self.removed),
            "sent_bytes": self.sent_bytes,
            "kept_bytes": self.kept_bytes,
            "badge": self.badge,
            "unchanged": self.unchanged,
            "review": {**self.review.to_json(), "title": self.community} if self.review else None,
            "communities": [offered.to_json() for offered in self.offered],
            "anonymous": self.anonymous,
            "link": self.link,
            "draft": self.draft,
        }
