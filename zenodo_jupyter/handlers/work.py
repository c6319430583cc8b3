"""What the routes and the jobs do, in threads: they read plain JSON, call the floors below, and return plain JSON.

Everything heavy is imported here, when it is first needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields as names_of
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ZenodoJupyterError
from . import paths

if TYPE_CHECKING:
    from ..config import Config
    from ..journal import Entry
    from ..metadata import Metadata
    from ..publish import Published
    from ..report import Report
    from ..repository import Repository

# -- jobs ------------------------------------------------------------------------------------------------------------


def kinds(place: Config) -> dict[str, Callable[[dict[str, Any], Report], dict[str, Any]]]:
    """Return what `Jobs` can do here."""
    acts = {"publish": publish, "edit": edit, "rehearse": rehearse, "get": get, "reproduce": reproduce}
    return {name: partial(act, place) for name, act in acts.items()}


def publish(place: Config, params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Publish a notebook. Badge and Deposit wait in the journal for the front end that holds it."""
    from .. import publish as acts
    from .. import repositories

    path = Path(params["notebook"])
    repository = repositories.repository(params.get("to"), config=place)
    entry = _entry(place, path, repository)
    if entry.act is None and last_id(entry) != params["last"]:
        done = _was_published(repository, entry)  # the server ended between the act's last line and the job's
    else:
        done = acts.publish(
            path, data=[Path(p) for p in params["data"]], exclude=params.get("exclude", ()), to=params.get("to"),
            metadata=_metadata(params), without=_without(params), new=params.get("new", False),
            version_of=params.get("version_of"), accept=params.get("accept", ()), yes=params.get("yes", False),
            message=params.get("message", ""), anonymous=params.get("anonymous", False), draft=params.get("draft", False),
            write_badge=False, config=place, report=report,
        )  # fmt: skip
    stamp = _waiting(_entry(place, path, repository))
    return {**done.to_json(), "stamp": stamp, "citation": _citation(repository, done.record.id)}


def edit(place: Config, params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Change what a published record says of itself."""
    from ..edit import edit as act

    done = act(
        params["what"], metadata=_metadata(params), without=_without(params), to=params.get("to"),
        overwrite=params.get("overwrite", False), message=params.get("message", ""), yes=params.get("yes", False),
        config=place, report=report,
    )  # fmt: skip
    return {**done.to_json(), "citation": _citation(done.repository, done.record.id)}


def rehearse(place: Config, params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Run what would be published as somebody else would."""
    from .. import rehearsing as acts

    done = acts.rehearse(
        Path(params["notebook"]), data=[Path(p) for p in params["data"]], exclude=params.get("exclude", ()),
        to=params.get("to"), metadata=_metadata(params), environment=params.get("environment"), config=place, report=report,
    )  # fmt: skip
    return done.to_json()


def get(place: Config, params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Get a record's files."""
    from .. import reproduce as acts

    done = acts.get(
        params["doi"],
        Path(params["into"]),
        from_=params.get("from"),
        files=params.get("files"),
        config=place,
        report=report,
    )
    notebooks = [name for name in done.to_json()["files"] if name.endswith(".ipynb")]
    return _shown({**done.to_json(), "notebook": notebooks[0] if notebooks else None}, params)


def reproduce(place: Config, params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Get a record, run its notebook or several, compare; of several, the first that is not reproduced stands for all."""
    from .. import reproduce as acts

    wanted = params.get("notebooks") or ([params["notebook"]] if params.get("notebook") else [])
    each = acts.reproduce_each(
        params["doi"], Path(params["into"]), from_=params.get("from"), wanted=wanted,
        environment=params.get("environment"),
        parameters=params.get("parameters"), network=params.get("network", True),
        yes=params.get("yes", False), config=place, report=report,
    )  # fmt: skip
    told = [_shown(done.to_json(), params) for done in each]
    first = next((one for one in told if not one["reproduced"]), told[0])
    return first if len(told) == 1 else {**first, "notebooks": told}


def plan_publish(place: Config, given: dict[str, Any]) -> str:
    """Return the subject of a publication, and note in `given` which version was the last before it.

    Where the server ends just behind the publication's last step, the journal then tells that it is done.
    """
    from .. import repositories

    repository = repositories.repository(given.get("to"), config=place)
    given["last"] = last_id(_entry(place, Path(given["notebook"]), repository))
    return subject(Path(given["notebook"]), repository)


def subject(path: Path, repository: Repository) -> str:
    """Return what a publication is about: of two with the same, only one runs."""
    return f"{path.resolve()}\n{repository.url}"


def last_id(entry: Entry) -> str:
    """Return the record of the newest version published from a path; empty where there is none."""
    return entry.last["record_id"] if entry.last else ""


# -- notebooks -------------------------------------------------------------------------------------------------------


def collect(place: Config, given: dict[str, Any]) -> dict[str, Any]:
    """Return the plan of a publication, with the files that are made for it."""
    from .. import collect as acts
    from .. import rehearsing, stamping

    plan = acts.collect(
        Path(given["notebook"]), data=[Path(p) for p in given["data"]], exclude=given.get("exclude", ()),
        to=given.get("to"), metadata=_metadata(given), without=_without(given), new=given.get("new", False),
        version_of=given.get("version_of"), config=place,
    )  # fmt: skip
    plan = replace(plan, rehearsal=rehearsing.kept(plan, place))
    more = {"made": stamping.to_be_made(plan), "packed": stamping.to_be_packed(plan), "rehearsal": plan.rehearsal}
    return {**plan.to_json(), **more}


def prose(text: str) -> dict[str, Any]:
    """Return what becomes of a description in Markdown, plain text or HTML."""
    from ..metadata.prose import tidy_html

    return {"html": tidy_html(text)}


def check(place: Config, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the checks find in a notebook as it is typed, and the beginnings of the names that were not looked for."""
    from .. import checking as acts

    found = acts.check_typed(
        Path(given["notebook"]), json.dumps(given["content"]).encode(), data=[Path(p) for p in given["data"]],
        exclude=given.get("exclude", ()), to=given.get("to"), config=place,
    )  # fmt: skip
    return {"findings": [finding.to_json() for finding in found], "untyped": list(acts.UNTYPED)}


def remedy(place: Config, path: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Return the cells that a remedy changes, each with its source before, so that a later edit is not written over."""
    from .. import checking as acts

    nb, done = acts.remedied(path, given["id"], given["where"], given["remedy"], config=place)
    cells = [
        {"index": index, "before": nb["cells"][index]["source"], "cell": dict(done.nb["cells"][index])}
        for index in done.cells
    ]
    metadata = dict(done.nb["metadata"]) if done.nb["metadata"] != nb["metadata"] else None
    return {"cells": cells, "metadata": metadata, "told": done.told}


def status(place: Config, path: Path, to: str | None) -> dict[str, Any]:
    """Return where a notebook stands, and the badge that the file on the disk does not have yet.

    Where no repository is named, the one is meant that the journal knows of this notebook, before the default one.
    """
    from .. import glance, notebook, repositories, standing

    if to is None:
        home = glance.home_of(path, config=place)
        to = home[0] if home else None
    stand = standing.read(path, to=to, config=place)
    repository = repositories.repository(to, config=place)
    waiting = _waiting(_entry(place, path, repository))
    there = notebook.read_deposit(notebook.read(path))
    if waiting and there and there.act == waiting["act"]:
        waiting = None
    told = {"standing": stand.to_json(), "stamp": waiting, "repository": repository.name}
    return {**told, "subject": subject(path, repository)}


def standings(place: Config, folder: Path) -> dict[str, Any]:
    """Return where the published notebooks of a folder stand, as far as this computer knows, by file name."""
    from .. import glance
    from ..rows import configured

    titles = {name: row.title for name, row in configured(place).items()}
    told = {
        name: {
            "standing": one.standing.to_json(),
            "repository": one.repository,
            "title": titles[one.repository],
            "running": one.is_running,
        }
        for name, one in glance.folder(folder, config=place).items()
    }
    return {"standings": told}


def underway(place: Config, to: str | None, root: Path) -> list[dict[str, Any]]:
    """Return what is under way; of its notebooks the contents paths, null where the server does not show them."""
    from .. import underway

    found = underway.everything(to=to, config=place)
    return [{**one.to_json(), "notebook": paths.opened(root, one.notebook)} for one in found]


def discarded(place: Config, draft: str, to: str | None) -> dict[str, Any]:
    """Discard a draft."""
    from .. import underway

    return underway.discard(draft, to=to, config=place).to_json()


def stamped(place: Config, path: Path, act: str) -> None:
    """Drop a waiting badge, if the notebook on the disk has it."""
    from .. import notebook, standing

    there = notebook.read_deposit(notebook.read(path))
    if there is None or there.act != act:
        return
    book = standing.journal(place)
    # By act, not by path: the notebook may have been renamed while it was published.
    for entry in book.entries():
        waiting = _waiting(entry)
        if waiting and waiting["act"] == act:
            with book.locked(Path(entry.notebook), entry.repository) as held:
                held.stamp = None
                book.write(held)


# -- repositories ----------------------------------------------------------------------------------------------------


def fields() -> dict[str, Any]:
    """Return the field table, and the groups in their order."""
    from ..metadata.fields import fields_json

    table = fields_json()
    return {"fields": table, "groups": list(dict.fromkeys(field["group"] for field in table))}


def repositories(place: Config) -> dict[str, Any]:
    """Return the repositories that may be used."""
    from ..rows import configured
    from ..tokens import TokenStore

    store, shown = TokenStore(place), []
    told = (
        "name",
        "title",
        "url",
        "practice",
        "registered_dois",
        "help_url",
        "max_files",
        "max_bytes",
        "allow_empty_files",
        "repair_days",
        "binder",
    )
    for row in configured(place).values():
        shown.append(
            {
                **{name: getattr(row, name) for name in told},
                "has_token": store.get(row) is not None,
                "can_sign_in": row.oauth is not None,
                "is_signed_in": store.grant(row) is not None,
            }
        )
    return {"default": place.default_repository, "repositories": shown}


def keep_token(place: Config, name: str, value: str) -> dict[str, Any]:
    """Test a token and keep it; one that the repository does not know is not kept."""
    from .. import repositories
    from ..tokens import TokenStore

    repository = repositories.repository(name, token=value, config=place)
    account = repository.test_token()
    return {"account": account, "kept_in": TokenStore(place).set(repository.row, value)}


def forget_token(place: Config, name: str) -> None:
    """Forget a token, or sign out."""
    from .. import grants
    from ..rows import find_row
    from ..tokens import TokenStore

    grants.end(find_row(name, place), TokenStore(place))


def test_token(place: Config, name: str) -> dict[str, Any]:
    """Return the account of the token that is kept."""
    from .. import repositories

    return {"account": repositories.repository(name, config=place).test_token()}


def resolve(place: Config, text: str, from_: str | None) -> dict[str, Any]:
    """Find the record that a text means."""
    from .. import repositories
    from ..doi import DOI

    repository, record = repositories.resolve(text, from_=from_, config=place)
    doi = DOI.find(text)
    named_all = doi == record.concept_doi if doi else text.strip().rstrip("/").rpartition("/")[2] == record.concept_id
    return {
        "record": record.to_json(),
        "repository": repository.name,
        "concept": named_all,
        "citation": _citation(repository, record.id),
    }


# -- between JSON and the floors below -------------------------------------------------------------------------------


def _metadata(given: dict[str, Any]) -> Metadata | None:
    from ..metadata import Metadata

    return Metadata.from_dict(given["metadata"]) if "metadata" in given else None


def _without(given: dict[str, Any]) -> list[str]:
    """Return the fields that a person emptied: what was proposed for them is not wanted."""
    return [name for name, value in (given.get("metadata") or {}).items() if value is None]


def _shown(result: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Return a result with contents paths in place of paths on the disk."""
    root = Path(params["root"])
    for name in ("folder", "notebook", "executed", "report"):
        if result.get(name):
            result[name] = paths.shown(root, Path(params["into"], result[name]))
    return result


def _entry(place: Config, path: Path, repository: Repository) -> Entry:
    from .. import standing

    return standing.journal(place).read(path, repository.url)


def _waiting(entry: Entry) -> dict[str, Any] | None:
    """Return badge and Deposit that wait for a front end, with the id of the act by which it confirms them."""
    from ..badge import Deposit

    return {"act": Deposit(**entry.stamp["deposit"]).act, **entry.stamp} if entry.stamp else None


def _was_published(repository: Repository, entry: Entry) -> Published:
    from ..badge import Deposit
    from ..publish import Published

    last = entry.last or {}
    deposit = Deposit(**{f.name: last[f.name] for f in names_of(Deposit)})
    return Published(repository.get(deposit.record_id), repository, deposit)


def _citation(repository: Repository, record_id: str) -> str:
    """Return how to cite a record; empty where the repository cannot say, since the record is published all the same."""
    try:
        return repository.export(record_id, "text/x-bibliography", style="apa").strip()
    except ZenodoJupyterError:
        return ""
