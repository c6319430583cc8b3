"""Community and Request: where records are collected, and what is asked of those who decide there.

Read from InvenioRDM's native JSON in this one place, as `records` does for records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: What a community's ``review_policy`` means, in words (InvenioRDM 14's own three).
_POLICIES = {
    "closed": "Its curators look at every submission before it is published.",
    "members": "Its members publish without a review; its curators look at what others submit.",
    "open": "Its owners, managers and curators publish without a review; they look at what others submit.",
}


@dataclass(frozen=True)
class Community:
    """A collection of records with people who decide what comes in.

    Attributes
    ----------
    id : str
        A UUID, by which requests name it.
    slug : str
        Its name in addresses, by which people name it.
    title, description : str
        What it calls itself; the description is HTML.
    review_policy : str
        ``closed``, ``members`` or ``open``: who publishes into it without a review.
    may_submit, skips_review : bool or None
        Whether this account may hand in records, and whether they are taken without a review; None where it is not told.
    html_url : str
        Its page.
    """

    id: str
    slug: str
    title: str
    description: str = ""
    review_policy: str = "closed"
    may_submit: bool | None = None
    skips_review: bool | None = None
    html_url: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Community:
        """Read a community, also as a record names it."""
        said, may = data.get("metadata") or {}, (data.get("ui") or {}).get("permissions") or {}
        return cls(
            id=str(data["id"]),
            slug=str(data["slug"]),
            title=said.get("title") or str(data["slug"]),
            description=said.get("description") or "",
            review_policy=(data.get("access") or {}).get("review_policy") or "closed",
            may_submit=may.get("can_submit_record"),
            skips_review=may.get("can_include_directly"),
            html_url=(data.get("links") or {}).get("self_html") or "",
        )

    @property
    def note(self) -> str:
        """What handing in a record leads to, as a sentence."""
        if self.may_submit is False:
            return "Only its members can submit to it."
        if self.skips_review:
            return "You publish in it without a review."
        return _POLICIES.get(self.review_policy, _POLICIES["closed"])

    def to_json(self) -> dict[str, Any]:
        """Return what the doors show."""
        return {
            "id": self.id, "slug": self.slug, "title": self.title, "description": self.description,
            "review_policy": self.review_policy, "may_submit": self.may_submit, "skips_review": self.skips_review,
            "note": self.note, "html_url": self.html_url,
        }  # fmt: skip


@dataclass(frozen=True)
class Request:
    """A draft or a record that is offered to a community, and what was decided.

    Attributes
    ----------
    id : str
        A UUID.
    type : str
        ``community-submission`` (a draft, published when it is accepted), ``community-inclusion`` (a published record), or
        another kind, such as an invitation.
    status : str
        ``created`` (not handed in yet), ``submitted``, ``accepted``, ``declined``, ``cancelled`` or ``expired``.
    title : str
        Of the work.
    community, record_id : str
        Who is asked (a community's id), and about what; empty where it is something else.
    created : str
        ISO 8601, UTC.
    html_url : str
        Its page, where its people talk about it.
    actions : tuple of str
        What this account may do with it now: ``accept``, ``decline``, ``cancel``, ``submit``.
    """

    id: str
    type: str
    status: str
    title: str = ""
    community: str = ""
    record_id: str = ""
    created: str = ""
    html_url: str = ""
    actions: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Request:
        """Read a request, also the short form in a draft."""
        links = data.get("links") or {}
        return cls(
            id=str(data["id"]),
            type=data.get("type") or "",
            status=str(data["status"]),
            title=data.get("title") or "",
            community=str((data.get("receiver") or {}).get("community") or ""),
            record_id=str((data.get("topic") or {}).get("record") or ""),
            created=data.get("created") or "",
            html_url=links.get("self_html") or "",
            actions=tuple(links.get("actions") or ()),
        )

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status == "submitted"

    def to_json(self) -> dict[str, Any]:
        """Return what the doors show."""
        return {
            "id": self.id, "type": self.type, "status": self.status, "title": self.title, "community": self.community,
            "record_id": self.record_id, "created": self.created, "html_url": self.html_url,
            "actions": list(self.actions),
        }  # fmt: skip
