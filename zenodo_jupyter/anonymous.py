"""Anonymous: a copy for reviewers that tells nobody who made it, as a draft with a secret link.

The notebook on the disk is not changed. The copy has no DOI and no badge in it, since a DOI is registered only when the work
is published; it is reserved all the same, and publishing later without the switch puts the names into the same draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import badge, card, cells, identity, notebook, stamping
from . import bundle as bundles
from . import collect as collecting
from .collect import Plan
from .errors import Blocked, InvalidMetadata
from .identity import Clue
from .journal import Entry
from .metadata import Metadata
from .published import Published
from .report import Progress
from .standing import Standing

if TYPE_CHECKING:
    from .config import Config
    from .publish import Story

#: The last step of an act that made one.
STEP = "anonymous"
#: By this the secret link is known again, so that every copy of a draft has the same one.
NOTE = "Anonymous review"
# What a description may keep: in the first, people write; what is in neither would point at them.
_WRITTEN = ("title", "description", "subjects", "additional_titles", "additional_descriptions", "references")
_KEPT = ("rights", "resource_type", "publication_date", "version", "publisher", "access", "languages", "dates", "sizes",
         "formats", "programming_languages", "development_status")  # fmt: skip
# Of related works those that anyone could name; a supplement's paper or another version would tell the authors.
_RELATIONS = ("cites", "references", "requires", "isderivedfrom")
# Of outputs, in base64.
_PICTURE = re.compile(r"image/(?!svg)|application/pdf")
# Code beside the notebook, in which names stand in comments and texts; of at most so many bytes.
_CODE, _LARGEST = (".py", ".R", ".r", ".jl", ".m", ".sh"), 10_000_000
_CELL, _NOTEBOOK = ("tags", "slideshow", "jupyter"), ("kernelspec", "language_info")


def review_copy(story: Story, config: Config, accept: Sequence[str]) -> Published:
    """Make the copy, prove that it tells nobody, send it into a draft, and get a secret link to that.

    Raises
    ------
    Blocked
        When a file that could not be changed tells who made it; nothing was sent.
    InvalidMetadata, RefusedMetadata, CouldNotAsk, WasRefused
        As for publishing.
    """
    story.plan, clues = nameless(story.plan, story.entry)
    if story.plan.errors:
        raise InvalidMetadata("The description is not complete.", story.plan.errors, "Give these fields and try again.")
    story.prepare(config)
    files = copy(story.plan, clues)
    story.report(Progress("check", "Searching the copy for all that would tell who made it"))
    _prove([*files, *stamping.lists(story.plan, None, files)], clues, accept)
    story.begin(accept)
    draft = story.reserve(story.describe(story.draft()))
    story.upload(draft, files)
    story.step(STEP, "Making a secret link for the reviewers")
    link = story.repository.secret_link(draft, NOTE)
    place = "None: the copy for reviewers carries neither DOI nor badge."
    return story.told(draft, story.deposit(draft), place, anonymous=True, link=link)


def nameless(plan: Plan, entry: Entry) -> tuple[Plan, tuple[Clue, ...]]:
    """Return a plan without names, for a record of its own, and what must not be told.

    Parameters
    ----------
    plan : Plan
        What would be published.
    entry : Entry
        What was published before: its DOIs would lead to the names.
    """
    deposit = badge.read_deposit(plan.nb)
    known = [*entry.deposits, {"doi": plan.standing.doi}, deposit.__dict__ if deposit else {}]
    own = [one[name] for one in known for name in ("doi", "concept_doi") if one.get(name)]
    clues = identity.clues(plan.metadata, plan.notebook, dict.fromkeys(own))
    said = plan.metadata.to_dict()
    blank = _blank(clues)
    about = {**{k: said[k] for k in _KEPT if k in said}, **{k: _walk(said[k], blank) for k in _WRITTEN if k in said}}
    related = [
        r for r in plan.metadata.related_identifiers if r.get("relation") in _RELATIONS and r["identifier"] not in own
    ]
    about["creators"] = [{"type": "personal", "family_name": identity.ANONYMOUS}]
    metadata = Metadata.from_dict({**about, **({"related_identifiers": related} if related else {})})
    alone = Standing("never", "An anonymous copy")
    return replace(plan, metadata=metadata, standing=alone, communities=(), unknown=(), anonymous=True), clues


def copy(plan: Plan, clues: tuple[Clue, ...]) -> bundles.Bundle:
    """Return the files of a nameless plan, but for the lists of checksums; data files are as they are, code loses names."""
    blank = _blank(clues)
    nb = _nameless(plan.nb, blank)
    files = plan.bundle.with_notebook(notebook.dumps(nb, like=plan.notebook))
    files = files.adding(stamping.companions_of(plan, None, nb, files))
    return replace(files, files=tuple(_text(file, blank) for file in files))


def _text(file: bundles.BundleFile, blank: Callable[[str], str]) -> bundles.BundleFile:
    """Return a file without names where that changes nothing that it does: packages that were named here, and code."""
    code = file.path is not None and file.path.suffix in _CODE and file.size <= _LARGEST
    if not code and (file.role not in ("environment", "rehearsal") or file.content is None):
        return file
    with file.open() as stream:
        given = stream.read()
    try:
        text = blank(given.decode())
        if file.key.endswith(".py"):
            cells.python(text)
    except (UnicodeDecodeError, SyntaxError, ValueError):
        return file  # it is searched all the same
    content = text.encode()
    return file if content == given else bundles.BundleFile(file.key, file.role, file.reason, content=content)


def _prove(files: Sequence[bundles.BundleFile], clues: tuple[Clue, ...], accept: Sequence[str]) -> None:
    try:
        collecting.refuse(tuple(identity.search(files, clues)), accept)
    except Blocked as e:
        raise Blocked(
            e.message, "Nothing was sent: a copy that tells who made it is no anonymous one.", e.findings
        ) from None


def _nameless(nb: Any, blank: Callable[[str], str]) -> Any:
    """Return a notebook without names, badge, Deposit, cards, widget state and what tools note in metadata."""
    nb = badge.unstamp(nb)
    nb["cells"] = [
        cell for cell in nb["cells"] if cell["source"].partition("\n")[0].split() != ["%%zenodo", "metadata"]
    ]
    nb["metadata"] = _walk({k: nb["metadata"][k] for k in _NOTEBOOK if k in nb["metadata"]}, blank)
    for cell in nb["cells"]:
        cell["source"] = blank(cell["source"])
        cell["metadata"] = _walk({k: cell["metadata"][k] for k in _CELL if k in cell["metadata"]}, blank)
        if "outputs" in cell:
            cell["outputs"] = [_walk(output, blank) for output in cell["outputs"] if not card.is_card(output)]
    return nb


def _walk(value: Any, blank: Callable[[str], str]) -> Any:
    """Return JSON with every text blanked, without widgets; pictures are left alone, and searched later."""
    if isinstance(value, str):
        return blank(value)
    if isinstance(value, list):
        return [_walk(item, blank) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in value.items() if key != card.WIDGET}
    return type(value)({key: item if _PICTURE.match(key) else _walk(item, blank) for key, item in kept.items()})


def _blank(clues: tuple[Clue, ...]) -> Callable[[str], str]:
    return lambda text: identity.blank(text, clues)
