"""Communities as our client sees them: found, handed in to, decided, talked about; through every door.

Two people meet: whoever asks, and a curator. On a real InvenioRDM they are ``ZENODO_JUPYTER_RDM_TOKEN_OTHER`` and
``…_TOKEN_ADMIN``.
"""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zenodo_jupyter.communities import Community
from zenodo_jupyter.errors import AccessDenied, RecordNotFound, RefusedMetadata, WasRefused
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.records import Draft
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.rows import row_for
from zenodo_jupyter.session import new_session
from zenodo_jupyter.tokens import Token

from .conftest import _DOORS, metadata


@pytest.fixture(params=_DOORS, scope="module")
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Repository, ...]]:
    """The author's and the curator's client of one repository."""
    kind, _, flavour = request.param.partition("-")
    folder: Path = tmp_path_factory.mktemp(kind)
    if kind == "real":
        url = os.environ["ZENODO_JUPYTER_RDM_URL"].rstrip("/")
        tokens = [os.environ[f"ZENODO_JUPYTER_RDM_TOKEN_{name}"] for name in ("OTHER", "ADMIN")]
        yield tuple(_client(url, token) for token in tokens)
        return
    app = create_app(folder, flavour)
    db = app.extensions["zenodo_jupyter.localrepo"].store.db
    people = [users.add_user(db, f"{name}@example.org", name.capitalize()) for name in ("ada", "carl")]
    tokens = [users.add_token(db, person, "tests") for person in people]
    if kind == "local":
        yield tuple(_client(BASE_URL, token, {PREFIX: LocalAdapter(app)}) for token in tokens)
        return
    with Server(folder, port=0, flavour=flavour) as server:
        yield tuple(_client(server.url, token) for token in tokens)


def _client(url: str, token: str, adapters: Any = None) -> Repository:
    row = replace(row_for("http://localhost"), url=url)
    return Repository(row, new_session(Token(token, url), url, adapters))


@pytest.fixture
def author(two: tuple[Repository, ...]) -> Repository:
    """Whoever has written something."""
    return two[0]


@pytest.fixture
def curator(two: tuple[Repository, ...]) -> Repository:
    """Whoever decides."""
    return two[1]


@pytest.fixture
def found(two: tuple[Repository, ...]) -> Callable[..., Community]:
    """Found a community of the curator's, or of somebody else's, and return it as the author sees it."""

    def make(review_policy: str = "closed", submission: str = "open", owner: Repository | None = None) -> Community:
        slug = f"c{uuid.uuid4().hex[:10]}"
        access = {"visibility": "public", "member_policy": "open", "record_submission_policy": submission}
        body = {"slug": slug, "metadata": {"title": f"Tides {slug}"}}
        body["access"] = {**access, "review_policy": review_policy}
        (owner or two[1]).ask("POST", "/communities", json=body)
        return two[0].community(slug)

    return make


def ready(author: Repository) -> Draft:
    """Make a draft that can be published."""
    draft = author.create_draft({"metadata": metadata()})
    author.upload(draft.id, "a.txt", lambda: io.BytesIO(b"hello"), size=5)
    return author.get_draft(draft.id)


def test_a_community_is_known_by_its_slug_and_says_what_awaits_one(
    author: Repository, curator: Repository, found: Callable[..., Community]
) -> None:
    """Should say whether a submission is reviewed, for this very person."""
    closed, members, own = found(), found(submission="closed"), found("open", owner=author)
    assert author.community(closed.id) == closed
    assert (closed.may_submit, closed.skips_review, closed.review_policy) == (True, False, "closed")
    assert members.may_submit is False and "members" in members.note
    assert own.skips_review is True and "without a review" in own.note
    with pytest.raises(RecordNotFound):
        author.community(f"no-{closed.slug}")


def test_handed_in_declined_and_handed_in_again(
    author: Repository, curator: Repository, found: Callable[..., Community]
) -> None:
    """Should keep the same draft and DOI all along, and be published by the curator's yes."""
    community, draft = found(), ready(author)
    doi = author.reserve_doi(draft.id).doi
    asked = author.hand_in(draft, community, "Please look\nat <it>")
    assert asked.is_open and asked.community == community.id and asked.record_id == draft.id
    draft = author.get_draft(draft.id)
    assert draft.review is not None and draft.review.is_open
    assert author.hand_in(draft, community).id == asked.id  # said twice, done once
    assert curator.comments(asked.id) == ["Please look at <it>"]
    assert set(curator.request(asked.id).actions) >= {"accept", "decline"}
    with pytest.raises(AccessDenied):
        author.act_on(asked.id, "accept")
    author.comment(asked.id, "Any news?")
    curator.act_on(asked.id, "decline", "No units given.")
    assert author.comments(asked.id)[-2:] == ["Any news?", "No units given."]
    draft = author.get_draft(draft.id)
    assert draft.review is not None and draft.review.status == "declined"
    with pytest.raises(WasRefused):
        curator.act_on(asked.id, "accept")

    again = author.hand_in(draft, community)
    assert again.is_open and again.id != asked.id
    assert curator.act_on(again.id, "accept").status == "accepted"
    record = author.get(draft.id)
    assert record.doi == doi and [c.slug for c in record.communities] == [community.slug]


def test_taken_back(author: Repository, curator: Repository, found: Callable[..., Community]) -> None:
    """Should be an ordinary draft again after cancelling, which can be published without anybody."""
    draft = ready(author)
    asked = author.hand_in(draft, found())
    assert author.act_on(asked.id, "cancel").status == "cancelled"
    draft = author.get_draft(draft.id)
    assert draft.review is None
    author.take_back(draft)
    assert author.publish(draft.id).communities == ()


def test_who_needs_no_review_publishes_at_once(author: Repository, found: Callable[..., Community]) -> None:
    """Should be published by handing it in, and be seen as such when the draft is asked for again."""
    community, draft = found("open", owner=author), ready(author)
    assert author.hand_in(draft, community).status == "accepted"
    with pytest.raises(RecordNotFound):
        author.get_draft(draft.id)
    assert [c.id for c in author.get(draft.id).communities] == [community.id]


def test_only_members_may_submit(author: Repository, found: Callable[..., Community]) -> None:
    """Should be told so, and keep the draft."""
    draft = ready(author)
    with pytest.raises(AccessDenied, match="members"):
        author.hand_in(draft, found(submission="closed"))
    author.take_back(author.get_draft(draft.id))
    author.discard(draft.id)


def test_incomplete_draft_is_not_handed_in(author: Repository, found: Callable[..., Community]) -> None:
    """Should name the fields, as publishing does."""
    draft = author.create_draft({"metadata": {"title": "Tides"}})
    with pytest.raises(RefusedMetadata) as refused:
        author.hand_in(draft, found())
    assert "metadata.creators" in {e.field for e in refused.value.errors}


def test_a_published_record_is_offered_to_more_communities(
    author: Repository, curator: Repository, found: Callable[..., Community]
) -> None:
    """Should be in one's own at once, wait for another's curator, and be offered to neither twice."""
    record = author.publish(ready(author).id)
    own, other, closed = found("open", owner=author), found(), found(submission="closed")
    assert author.offer(record.id, own).status == "accepted"
    asked = author.offer(record.id, other, "And here?")
    assert asked.is_open and asked.type == "community-inclusion"
    with pytest.raises(WasRefused, match="members"):
        author.offer(record.id, closed)
    assert [c.id for c in author.get(record.id).communities] == [own.id]
    curator.act_on(asked.id, "accept")
    assert {c.id for c in author.get(record.id).communities} == {own.id, other.id}
    with pytest.raises((WasRefused, AssertionError)):
        assert author.offer(record.id, other).status != "accepted"
