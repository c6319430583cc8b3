"""Publish a notebook: the whole story, top to bottom.

collect · check · draft or next version · metadata · reserve the DOI · stamp · upload · publish · read back and compare · badge

Where a first version goes through a community's review, it is handed in instead of published. Its DOI is reserved then and
not registered, so that nothing is written into the notebook on disk: a badge would lead nowhere, for ever if they decline. The
next call asks what became of it, and puts the badge in once it is accepted.

Every step is written into the journal before it is tried, and every step can be done again: a publish that died, was
cancelled or was refused goes on where it stopped at the next call, and files that are there are not sent again. There is
never a second DOI for one act: after any doubt the record is read first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import badge, consent, locking, notebook, rehearsing, repositories, stamping, standing, submission, underway
from . import bundle as bundles
from . import collect as collecting
from .anonymous import review_copy
from .collect import Plan
from .communities import Request
from .delivery import Delivery, compare
from .describing import describe
from .errors import AccessDenied, ChangedMeanwhile, InvalidMetadata, RecordNotFound, WasRefused
from .journal import Act, Entry, Journal
from .metadata import Metadata
from .published import Published
from .records import Draft, Record
from .report import Progress, Report, silent

if TYPE_CHECKING:
    from .config import Config


def publish(
    path: Path,
    *,
    data: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    to: str | None = None,
    metadata: Metadata | None = None,
    without: Sequence[str] = (),
    new: bool = False,
    version_of: str | None = None,
    accept: Sequence[str] = (),
    message: str = "",
    yes: bool = False,
    confirm: Callable[[Plan, str], bool] | None = None,
    write_badge: bool = True,
    anonymous: bool = False,
    draft: bool = False,
    config: Config,
    today: date | None = None,
    report: Report = silent,
) -> Published:
    """Publish a notebook with its outputs, data and environment as a version of a record with a DOI.

    Parameters
    ----------
    path, data, exclude, to, metadata, without, new, version_of, config, today, report
        See `collect`.
    accept : sequence of str
        Ids of blocking findings that a person decided to publish in spite of; written into the journal.
    message : str
        For those who decide in the communities that the description names, as plain text.
    yes : bool
        The person has already said yes to what cannot be undone.
    confirm : callable, optional
        Is given the plan and a question that names the repository and the account, and answers yes or no. Asked where
        the DOI is real, and where nothing but the description of a record has changed.
    write_badge : bool
        Whether the file on disk gets badge and Deposit. False where a front end holds the notebook and does it itself.
    anonymous : bool
        Publish nothing: make a draft without names, with a secret link for reviewers; see `anonymous`.
    draft : bool
        Publish nothing: leave the draft with its files and its reserved DOI; the next call goes on with it.

    Raises
    ------
    InvalidMetadata, RefusedMetadata
        Fields are missing or wrong; nothing but metadata was sent.
    Blocked
        A check forbids it.
    NeedsConsent
        Nobody said yes.
    Busy
        Another process is publishing the same notebook there.
    ChangedMeanwhile
        The notebook was changed while it was being sent; the draft is kept.
    CouldNotAsk, WasRefused, Mismatch
        See `errors`. The draft is kept, and the next call goes on. A community that declined is a `WasRefused` too.

    Returns
    -------
    Published
        With a ``review`` where nothing is published yet, because a community looks at it first.
    """
    repository, book = repositories.repository(to, config=config), standing.journal(config)
    waiting = Progress("wait", f"Waiting for {repository.title}, which is busy or does not answer")
    with (
        repository.session.watched_by(lambda left: report(waiting)),
        book.locked(path, repository.url) as entry,
    ):
        # Planned while the lock is held: a plan from before another process published would publish once more.
        plan = collecting.collect(
            path, data=data, exclude=exclude, to=repository, metadata=metadata, without=without, new=new,
            version_of=version_of, config=config, today=today, report=report,
        )  # fmt: skip
        collecting.refuse_what_is_blocked(plan, accept)
        standing.take_over(entry, plan.nb, book)
        story = Story(plan, book, entry, report)
        pending = story.under_review()
        if pending is not None:
            return pending
        # Died after the last step but one, or accepted by a community meanwhile.
        done: Record | Request | None = story.already_published()
        if done is None and anonymous:
            return review_copy(story, config, accept)
        if done is None and plan.standing.unchanged and not plan.redescribed and not plan.unknown:
            return story.unchanged(message)
        if done is None:
            if plan.errors:
                raise InvalidMetadata(
                    "The description is not complete.", plan.errors, "Give these fields and publish again."
                )
            asked = "" if yes or draft else consent.question(plan)
            consent.ask_first(asked, yes, confirm and (lambda question: confirm(plan, question)))
            story.prepare(config)
            story.begin(accept)
            made = story.reserve(story.describe(story.draft()))
            story.upload(made, story.stamp(made))
            if draft:
                return story.saved(made)
            done = story.publish(made, message)
        if isinstance(done, Request):
            return story.waiting(story.repository.get_draft(story.act.draft_id), done)
        return story.finish(done, write_badge, message)


class Story:
    """The steps of one act, each of which finds out what is already done."""

    def __init__(self, plan: Plan, book: Journal, entry: Entry, report: Report) -> None:
        self.plan = plan
        self.repository = plan.repository
        self.book = book
        self.entry = entry
        self.report = report
        self.delivery: Delivery | None = None

    @property
    def act(self) -> Act:
        """The act under way."""
        assert self.entry.act is not None
        return self.entry.act

    def step(self, step: str, message: str) -> None:
        """Write the step down, then say it."""
        self.act.step = step
        self.book.write(self.entry)
        self.report(Progress(step, message))

    def begin(self, accept: Sequence[str]) -> None:
        """Take up the act that was begun, or begin one where the person now wants another."""
        previous = self.plan.standing.previous_id
        begun, wanted = self.entry.act, Act(kind="next" if previous else "first", previous_id=previous)
        if begun is None or (begun.kind, begun.previous_id) != (wanted.kind, wanted.previous_id):
            if begun is not None and begun.draft_id:
                leaving = f"Leaving the draft {begun.draft_id} that was begun before; it can be discarded"
                self.report(Progress("draft", leaving))
                self.entry.left = [*self.entry.left, begun.draft_id]
            self.entry.act = wanted
        self.act.cells = standing.cells_digest(self.plan.nb)
        self.act.overrides = sorted(set(self.act.overrides) | set(accept))

    def prepare(self, config: Config) -> None:
        """Add the checksums of the packages, where an index can be asked for them, and what the last rehearsal told."""
        described = locking.locked(self.plan.environment, Path(config.data_dir) / "locks", report=self.report)
        rehearsed = rehearsing.kept(self.plan, config)
        self.plan = replace(self.plan, environment=described, rehearsal=rehearsed)

    # -- the steps ---------------------------------------------------------------------------------------------------

    def already_published(self) -> Record | None:
        """Return the record of an act whose last answer never came, or None."""
        act = self.entry.act
        if act is None or act.step not in ("review", "publish", "verify", "badge") or not act.draft_id:
            return None
        try:
            record = self.repository.get(act.draft_id)
        except RecordNotFound:
            return None
        self.report(Progress("publish", f"It was published already: {record.doi}"))
        return record

    def under_review(self) -> Published | None:
        """Return what still waits for a community, or None where nothing does.

        Raises
        ------
        WasRefused
            When it was declined: told once, and the next call hands the same draft in again.
        """
        act = self.entry.act
        if act is None or act.step != "review" or not act.draft_id:
            return None
        try:
            draft = self.repository.get_draft(act.draft_id)
        except RecordNotFound:
            return None  # accepted, and a record by now; or discarded by hand
        request = submission.review_of(self.repository, draft)
        if request is None:
            return None  # taken back, or never handed in
        if request.is_open:
            return self.waiting(draft, request)
        self.step("declined", f"{act.community} did not take it")
        raise submission.declined(self.repository, request, act.community, act.doi)

    def waiting(self, draft: Draft, request: Request) -> Published:
        """Say what waits for a community."""
        badge = f"None yet: the DOI is registered when {self.act.community} accepts. Publish again then to put it in."
        return self.told(draft, self.deposit(draft), badge, review=request, community=self.act.community)

    def unchanged(self, message: str) -> Published:
        """Say that there is nothing new."""
        record = self.repository.get(self.plan.standing.previous_id)
        self.entry.act = None
        self.book.write(self.entry)
        offered = submission.offer(self.repository, record, self.plan.communities, message)
        return Published(record, self.repository, self.deposit(record), unchanged=True, offered=offered)

    def draft(self) -> Draft:
        """Take up the draft of this act, or make it."""
        if self.act.draft_id:
            try:
                draft = self.repository.get_draft(self.act.draft_id)
                self.report(Progress("draft", f"Going on with draft {draft.id}"))
                return draft
            except RecordNotFound:
                self.act.draft_id = self.act.doi = ""  # somebody discarded it
        again = self.act.step == "draft"
        self.step("draft", f"Making a draft on {self.repository.title}")
        if self.act.kind == "next":
            draft = self._next_version()
        else:
            # A draft whose id was lost on the way back carries the mark of this act.
            lost = self.repository.find_draft_by_mark(self.act.mark) if again else None
            mark = {"identifier": self.act.mark, "scheme": "urn"}
            about = {"title": self.plan.metadata.title, "identifiers": [mark]}
            draft = lost or self.repository.create_draft({"metadata": about})
        self.act.draft_id = draft.id
        self.book.write(self.entry)
        return draft

    def _next_version(self) -> Draft:
        try:
            draft = self.repository.new_version(self.act.previous_id)  # the same draft again where one is open
        except AccessDenied as e:
            raise AccessDenied(
                f"This account may not make a new version of record {self.act.previous_id} on {self.repository.title}.",
                "Use the account that published it, or make a new record (--new).",
            ) from e
        # Not one that this act wrote to: its id would be known.
        found = underway.opened_elsewhere(self.repository, draft, self.plan.standing.previous)
        collecting.refuse((found,) if found else (), self.act.overrides)
        if not self.repository.list_files(draft.id):
            self.repository.import_files(draft.id)
        self.act.brought = {f.key: f.md5 or "" for f in self.repository.list_files(draft.id)}
        return draft

    def describe(self, draft: Draft) -> Draft:
        """Write the metadata, and hear every field error before the first byte of data goes."""
        self.act.described = {}  # until it is known what it looks like there
        self.step("metadata", "Writing the description")
        draft = describe(self.repository, draft.id, self.plan.metadata, self.plan.bundle.notebook.key)
        self.act.described = underway.fingerprints(draft.description)
        self.book.write(self.entry)
        return draft

    def reserve(self, draft: Draft) -> Draft:
        """Reserve the DOI, so that the published copy can carry it."""
        if draft.doi is None:
            self.step("reserve", "Reserving the DOI")
            draft = self.repository.reserve_doi(draft.id)
        if draft.doi is None:
            raise WasRefused(
                f"{self.repository.title} gives no DOI to this record, so that its copy could not carry one.",
                "The draft is kept. Restricted records may get none; ask the repository.",
                409,
            )
        self.act.doi = str(draft.doi)
        self.book.write(self.entry)
        self.report(Progress("reserve", f"The DOI will be {draft.doi}"))
        return draft

    def stamp(self, draft: Draft) -> bundles.Bundle:
        """Write the DOI into everything that carries it."""
        self.step("stamp", "Writing the DOI into the published copy")
        return stamping.published_copy(self.plan, draft, self.deposit(draft))

    def upload(self, draft: Draft, files: bundles.Bundle) -> None:
        """Pack what has to be packed, send what the repository has not, take away what is no longer wanted."""
        limits = standing.limits(self.repository)
        room = None if limits.max_files is None else limits.max_files - len(stamping.LISTS) - 1  # and for what unpacks
        packed = stamping.unpackable(bundles.pack(files, replace(limits, max_files=room), self.report))
        self.step("upload", "Sending the files")
        self.delivery = Delivery(self.repository, draft.id, self.report, self.note)
        self.delivery.bring(packed.files, lambda: stamping.lists(self.plan, draft, files), stamping.LISTS)
        if files.notebook.key in self.delivery.sent:
            # Which file is shown first can be said only of one that is there, and is forgotten when it is replaced.
            found = underway.edited(self.repository, self.act)
            collecting.refuse((found,) if found else (), self.act.overrides)
            describe(self.repository, draft.id, self.plan.metadata, files.notebook.key)

    def note(self, brought: dict[str, str]) -> None:
        """Write down what this act has in the draft, by md5, so that what somebody puts in its place is noticed."""
        self.act.brought |= brought
        self.book.write(self.entry)

    def saved(self, draft: Draft) -> Published:
        """Leave it as a draft, and say so."""
        self.step(standing.SAVED, f"The draft is on {self.repository.title}, with all its files")
        return self.told(draft, self.deposit(draft), "None yet: nothing is published.", draft=True)

    def publish(self, draft: Draft, message: str) -> Record | Request:
        """Do the step that cannot be undone; where a community looks at it first, return the request that waits."""
        if not standing.is_as_read(self.plan.notebook, self.plan.digest, self.plan.nb):
            raise ChangedMeanwhile(
                f"{self.plan.notebook.name} was changed, moved or deleted while it was being sent.",
                "Nothing was published. Publish again: the draft is kept, and only what changed is sent.",
            )
        folder = self.plan.notebook.resolve().parent
        named = [os.path.relpath(p, folder) for p in self.plan.data]
        self.act.memory = standing.remember(self.plan.nb, self.plan.bundle, named)
        if self.plan.review and self.act.kind == "first":
            self.act.community = self.plan.review.title
            self.act.communities = [community.slug for community in self.plan.communities]
            self.step("review", f"Submitting it to {self.act.community}")
            request = self.repository.hand_in(draft, self.plan.review, message)
            return request if request.is_open else self.repository.get(draft.id)
        self.repository.take_back(draft)  # from a community that declined it, and is not named any more
        self.step("publish", f"Publishing on {self.repository.title}")
        return self.repository.publish(draft.id)

    def finish(self, record: Record, write_badge: bool, message: str = "") -> Published:
        """Read the record back, compare every checksum, then put the badge in."""
        self.step("verify", "Reading the record back")
        record = self.repository.get(record.id)
        if self.delivery is not None:
            compare(record, self.delivery.files, self.report)
        deposit = self.deposit(record)
        # The checksum of what was published: after a death the notebook may have been changed since.
        deposit = replace(deposit, checksum=self.act.memory.get("checksum", deposit.checksum))
        place = "The badge is put in by the front end that holds the notebook."
        if write_badge:
            self.step("badge", "Putting the badge into the notebook")
            place = stamping.put_badge(self.plan.notebook, deposit, self.repository, record)
        else:
            self.entry.stamp = {"deposit": asdict(deposit), "badge": stamping.badge_of(self.repository, record)}
        about = {"index": record.index, "title": record.title, "html_url": record.html_url, "published": record.created}
        self.entry.deposits.append({**asdict(deposit), **about, **self.act.memory})
        named = self.act.communities
        self.entry.act = None
        self.book.write(self.entry)
        # Last: the record is public and known here, whatever they say.
        wanted = self.plan.communities or submission.find(self.repository, named)[0]
        offered = submission.offer(self.repository, record, wanted, message)
        return self.told(record, deposit, place, offered=offered)

    def told(self, record: Record, deposit: badge.Deposit, place: str, **more: Any) -> Published:
        """Return what came of it."""
        done = self.delivery or Delivery(self.repository, record.id, self.report)
        return Published(
            record, self.repository, deposit, tuple(done.sent), tuple(done.kept), done.removed,
            sum(done.sent.values()), sum(done.kept.values()), place, **more,
        )  # fmt: skip

    def deposit(self, record: Record) -> badge.Deposit:
        """Return what the notebook would remember of a record."""
        return badge.Deposit(
            repository=self.repository.name,
            url=self.repository.url,
            record_id=record.id,
            doi=str(record.doi or ""),
            concept_doi=str(record.concept_doi or ""),
            version=record.version,
            checksum=notebook.fingerprint(self.plan.nb),
        )
