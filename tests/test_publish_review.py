"""Publishing through a community's review: handed in, decided, and one DOI all along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from publishing import ABOUT, Died, go

from zenodo_jupyter import badge, cli, embedded, notebook, repositories, standing
from zenodo_jupyter.collect import collect
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import InvalidMetadata, WasRefused
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import PREFIX, LocalAdapter
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.session import new_session
from zenodo_jupyter.tokens import Token


@pytest.fixture
def curator(config: Config) -> Repository:
    """Somebody else on the same repository, who owns the communities ``rain`` (reviews) and ``snow`` (reviews too)."""
    app = embedded.app(config)
    row = repositories.repository(config=config).row
    db = app.extensions["zenodo_jupyter.localrepo"].store.db
    token = Token(users.add_token(db, users.add_user(db, "carl@example.org", "Carl"), "tests"), row.url)
    client = Repository(row, new_session(token, row.url, {PREFIX: LocalAdapter(app)}))
    for slug in ("rain", "snow"):
        found(client, slug, "closed")
    return client


def found(founder: Repository, slug: str, policy: str) -> None:
    """Found a community, of which whoever does is the owner."""
    access = {"visibility": "public", "member_policy": "open", "record_submission_policy": "open"}
    body = {"slug": slug, "metadata": {"title": slug.capitalize()}, "access": {**access, "review_policy": policy}}
    founder.ask("POST", "/communities", json=body)


def records(config: Config) -> list[str]:
    """The ids of all published versions."""
    return [r.id for r in repositories.repository(config=config).search("", all_versions=True, size=100).records]


def test_accepted(path: Path, config: Config, curator: Repository) -> None:
    """Should wait, leave the notebook as it is, and put the badge in when the community has accepted."""
    before = path.read_bytes()
    handed_in = go(path, config, "rain", message="Please look.")
    assert handed_in.review is not None and handed_in.community == "Rain"
    assert path.read_bytes() == before and records(config) == []
    stands = standing.read(path, config=config)
    assert (stands.state, stands.doi) == ("waiting", str(handed_in.record.doi))
    assert "Waiting for review by Rain" in stands.words
    again = go(path, config, "rain")
    assert again.review is not None and again.review.id == handed_in.review.id
    assert curator.comments(handed_in.review.id) == ["Please look."]

    curator.act_on(handed_in.review.id, "accept")
    assert "accepted" in standing.read(path, config=config).words
    done = go(path, config, "rain")
    assert done.review is None and done.record.doi == handed_in.record.doi
    assert [offered.status for offered in done.offered] == ["accepted"]
    assert badge.read_deposit(notebook.read(path)).doi == str(done.record.doi)  # type: ignore[union-attr]
    assert standing.read(path, config=config).state == "published"
    assert go(path, config, "rain").unchanged and len(records(config)) == 1


def test_declined_and_submitted_again(path: Path, config: Config, curator: Repository) -> None:
    """Should say why, once, and then hand in the same draft with the same DOI, changed as it was asked."""
    first = go(path, config, "rain")
    curator.act_on(first.review.id, "decline", "Which units?")  # type: ignore[union-attr]
    assert standing.read(path, config=config).state == "declined"
    with pytest.raises(WasRefused, match="Which units"):
        go(path, config, "rain")
    assert standing.read(path, config=config).state == "declined"
    nb = nbformat.read(path, 4)
    nb.cells.append(new_markdown_cell("All in mm."))
    nbformat.write(nb, path)
    second = go(path, config, "rain")
    assert second.review is not None and second.record.id == first.record.id
    assert second.record.doi == first.record.doi
    curator.act_on(second.review.id, "accept")
    done = go(path, config, "rain")
    assert done.record.doi == first.record.doi
    assert standing.read(path, config=config).state == "published"  # the corrected one is what is there


def test_declined_and_published_without_them(path: Path, config: Config, curator: Repository) -> None:
    """Should publish the same draft where the community is not named any more."""
    first = go(path, config, "rain")
    curator.act_on(first.review.id, "decline")  # type: ignore[union-attr]
    with pytest.raises(WasRefused):
        go(path, config)
    done = go(path, config)
    assert done.record.doi == first.record.doi and done.record.communities == ()


def test_taken_back(path: Path, config: Config, curator: Repository) -> None:
    """Should go on as if it had never been handed in."""
    first = go(path, config, "rain")
    repository = repositories.repository(config=config)
    repository.act_on(first.review.id, "cancel")  # type: ignore[union-attr]
    assert standing.read(path, config=config).state == "stopped"
    assert go(path, config).record.doi == first.record.doi


def test_own_community_needs_no_review(path: Path, config: Config, curator: Repository) -> None:
    """Should be published at once, and offered to the others that are named."""
    found(repositories.repository(config=config), "mine", "open")
    plan = collect(path, metadata=Metadata.from_dict({**ABOUT, "communities": ["mine", "rain"]}), config=config)
    assert plan.to_json()["communities"][0]["note"] == "You publish in it without a review."
    done = go(path, config, "mine", "rain")
    assert done.review is None and done.record.index == 1
    assert [(o.community.slug, o.status) for o in done.offered] == [("mine", "accepted"), ("rain", "submitted")]
    assert [c.slug for c in done.record.communities] == ["mine"]


def test_the_others_are_offered_the_record_once_it_is_accepted(path: Path, config: Config, curator: Repository) -> None:
    """Should remember who else was named when it was handed in, without being told again."""
    first = go(path, config, "rain", "snow")
    curator.act_on(first.review.id, "accept")  # type: ignore[union-attr]
    done = go(path, config)
    assert [(o.community.slug, o.status) for o in done.offered] == [("rain", "accepted"), ("snow", "submitted")]


def test_published_record_is_offered_later(path: Path, config: Config, curator: Repository) -> None:
    """Should make no new version for a community, offer once, and not ask again who declined, unless with a reason."""
    go(path, config)
    done = go(path, config, "rain", "snow")
    assert done.unchanged and [o.status for o in done.offered] == ["submitted", "submitted"]
    rain, snow = sorted(curator.requests(), key=lambda r: curator.community(r.community).slug)
    curator.act_on(rain.id, "accept")
    curator.act_on(snow.id, "decline", "Too wet.")
    again = go(path, config, "rain", "snow")
    assert [o.status for o in again.offered] == ["accepted", "declined"] and "Too wet." in again.offered[1].words
    assert curator.requests() == []
    assert go(path, config, "snow", message="It is sleet.").offered[0].status == "submitted"
    assert len(records(config)) == 1


def test_unknown_community_is_a_field_error(path: Path, config: Config, curator: Repository) -> None:
    """Should be told before anything is sent, with the one that was meant."""
    with pytest.raises(InvalidMetadata) as refused:
        go(path, config, "rai")
    assert [(e.field, "Is it rain?" in e.messages) for e in refused.value.errors] == [("communities.0", True)]
    assert not repositories.repository(config=config).my_drafts()


def test_community_of_a_file_for_another_place_is_left_out(path: Path, config: Config) -> None:
    """Should publish where the community that .zenodo.json names does not exist, and say so."""
    (path.parent / ".zenodo.json").write_text('{"communities": [{"identifier": "elsewhere"}]}')
    plan = collect(path, metadata=Metadata.from_dict(ABOUT), config=config)
    assert not plan.errors and any("left out" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("lost", "decided"), [("before", ""), ("after", ""), ("after", "accept"), ("after", "decline")]
)
def test_death_while_handing_in(
    path: Path, config: Config, curator: Repository, monkeypatch: pytest.MonkeyPatch, lost: str, decided: str
) -> None:
    """Should find out what came of it, whatever was decided meanwhile, and make no second request, draft or DOI."""
    hand_in = Repository.hand_in

    def dies(self: Repository, *args: Any) -> Any:
        if lost == "after":
            hand_in(self, *args)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "hand_in", dies)
        with pytest.raises(Died):
            go(path, config, "rain")
    if decided:
        curator.act_on(curator.requests()[0].id, decided)
    if decided == "decline":
        with pytest.raises(WasRefused):
            go(path, config, "rain")
    done = go(path, config, "rain")
    repository = repositories.repository(config=config)
    accepted = decided == "accept"
    assert (done.review is None) == accepted
    assert len(records(config)) == accepted and len(repository.my_drafts()) == (not accepted)
    assert len(curator.requests()) == (not accepted)


def test_from_the_command_line(
    path: Path,
    config: Config,
    curator: Repository,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Should find, submit, talk, take back, submit again, and edit in place, in words that say what to do next."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(config.data_dir))
    (path.parent / "about.yml").write_text("title: Rain in Seattle\ncreators: ['Doe, Ada']\nrights: [cc-by-4.0]\n")

    def run(*words: str) -> str:
        assert cli.main(list(words)) == 0
        return capsys.readouterr().out

    assert "rain" in run("search", "--communities", "rai")
    submit = ("publish", str(path), "--metadata", str(path.parent / "about.yml"), "--community", "rain")
    assert "waiting for review by Rain" in run(*submit, "--message", "Please look.")
    assert "Waiting for review by Rain" in run("status", str(path))
    run("review", "comment", str(path), "--message", "Any news?")
    request = curator.requests()[0]
    assert request.id in run("review", "list")
    assert "Any news?" in run("review", "show", request.id)
    assert "cancelled" in run("review", "cancel", str(path))
    run(*submit)
    curator.act_on(curator.requests()[0].id, "accept")
    assert "It is in Rain." in run(*submit)
    changed = run("edit", str(path), "--set", "title=Rain in Tacoma", "--set", "rights=")
    assert "Changed: title, rights" in changed and "Its DOI stays" in changed
    assert cli.main(["review", "comment", request.id]) == 2
