"""Submission: the communities that a description names, and what becomes of a record there.

A first version goes through the review of the first community that is named: it is published when that accepts it. A
community can look at a draft only before its first publication (InvenioRDM refuses the rest), so the other communities,
and those that are named later, are offered the published record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import standing
from .communities import Community, Request
from .errors import AccessDenied, BadInput, FieldError, RecordDeleted, RecordNotFound, WasRefused, ZenodoJupyterError
from .records import Draft, Record

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository


@dataclass(frozen=True)
class Offered:
    """What became of a record in one community.

    Attributes
    ----------
    community : Community
        Which.
    status : str
        ``accepted`` (it is in), ``submitted`` (it waits), ``declined``, or ``failed``.
    words : str
        The same as a sentence.
    """

    community: Community
    status: str
    words: str

    def to_json(self) -> dict[str, Any]:
        """Return what the doors show."""
        return {"slug": self.community.slug, "title": self.community.title, "status": self.status, "words": self.words}


def find(repository: Repository, names: Sequence[str]) -> tuple[tuple[Community, ...], tuple[FieldError, ...]]:
    """Return the communities of these names, and a field error for each that cannot be used.

    Parameters
    ----------
    repository : Repository
        Where they are; it is asked once for each.
    names : sequence of str
        Slugs or ids.
    """
    found: list[Community] = []
    errors = []
    for index, name in enumerate(names):
        try:
            community = repository.community(name)
        except (RecordNotFound, RecordDeleted, AccessDenied):
            near = get_close_matches(name, [c.slug for c in repository.communities(name, size=10)], 1)
            hint = f"Is it {near[0]}?" if near else "Look for it: jupyter zenodo search --communities WORDS."
            errors.append(FieldError(f"communities.{index}", (f"{repository.title} has no community {name!r}.", hint)))
            continue
        if community.id not in [c.id for c in found]:
            found.append(community)
    return tuple(found), tuple(errors)


def closed_to_us(communities: Sequence[Community], record: Record | None = None) -> tuple[FieldError, ...]:
    """Return a field error for each community that takes nothing from this account and does not have the record yet."""
    inside = {c.id for c in record.communities} if record else set()
    said = "Only the members of {} can submit to it: ask its curators to take you in, or leave it out."
    return tuple(
        FieldError(f"communities.{index}", (said.format(community.title),))
        for index, community in enumerate(communities)
        if community.may_submit is False and community.id not in inside
    )


def question(community: Community, where: str, account: str) -> str:
    """Return what a person is asked before a first version goes to a community."""
    end = "The record and its DOI are public then and cannot be undone."
    if community.skips_review:
        return f"Publish in {community.title} on {where} with account {account}, where you need no review? {end}"
    return f"Submit to {community.title} on {where} with account {account}? It is published when they accept it. {end}"


def review_of(repository: Repository, draft: Draft) -> Request | None:
    """Return the review that a draft is in or was declined by, in full; None where it was taken back or never handed in."""
    if draft.review is None or draft.review.status == "created":
        return None
    return repository.request(draft.review.id)


def reason(repository: Repository, request: Request) -> str:
    """Return what was said last about a request, in quotation marks; empty where nothing was."""
    said = repository.comments(request.id)
    return f" “{said[-1]}”" if said else ""


def request_id(text: str, repository: Repository, config: Config) -> str:
    """Return the id of a request that a person means: the id itself, or a notebook that was submitted.

    Raises
    ------
    BadInput
        When the notebook was not submitted from there.
    """
    if not text.endswith(".ipynb"):
        return text
    act = standing.journal(config).read(Path(text), repository.url).act
    review = repository.get_draft(act.draft_id).review if act and act.draft_id else None
    if review is None:
        raise BadInput(f"{Path(text).name} is in no community's review on {repository.title}.", "See `review list`.")
    return review.id


def declined(repository: Repository, request: Request, community: str, doi: str) -> WasRefused:
    """Return the error that tells why a community did not take a draft, and what can be done."""
    return WasRefused(
        f"{community} did not take it ({request.status}).{reason(repository, request)} Nothing was published, and the DOI "
        f"{doi} stays reserved.",
        "Change what they ask for and publish again: the same draft is submitted once more. Or leave the community out, and it "
        f"is published without them. Answer them with `review comment {request.id} --message …`.",
        409,
    )


def offer(
    repository: Repository, record: Record, communities: Sequence[Community], message: str
) -> tuple[Offered, ...]:
    """Offer a published record to the communities that it is not in yet.

    One that declined it is not asked again, unless with a message. What goes wrong is told and not raised: the record is
    public all the same, and the next call tries again.
    """
    inside = {c.id for c in record.communities}
    if not communities:
        return ()
    answers = {} if message else {r.community: r for r in reversed(repository.requests_of(record.id))}
    done = []
    for community in communities:
        before = answers.get(community.id)
        if community.id in inside:
            status, words = "accepted", f"It is in {community.title}."
        elif before and before.status == "declined":
            status = "declined"
            words = f"{community.title} declined it.{reason(repository, before)} To ask again, say why with --message."
        else:
            status, words = _offer(repository, record, community, message)
        done.append(Offered(community, status, words))
    return tuple(done)


def _offer(repository: Repository, record: Record, community: Community, message: str) -> tuple[str, str]:
    try:
        request = repository.offer(record.id, community, message)
    except ZenodoJupyterError as e:
        return "failed", f"It could not be offered to {community.title}: {e.message} Publish again to try again."
    if request.is_open:
        return "submitted", f"Offered to {community.title}, which has to accept it: {request.html_url}"
    return "accepted", f"It is in {community.title}."
