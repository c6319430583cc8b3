"""Drafts: made, found again, written, published, discarded; each of it once, whatever gets lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .answers import read
from .api import SLOW, segment
from .errors import AccessDenied, RecordNotFound, RefusedMetadata, WasRefused
from .files import Files
from .records import Draft, Record

#: How often to look for what was published or made, with growing waits (about 15 s in all), before it is tried again.
LOOKS = 5


class Drafts(Files):
    """The verbs of a `Repository` that are about drafts."""

    def my_drafts(self, q: str = "") -> list[Draft]:
        """Return this account's unpublished drafts, the newest first.

        Parameters
        ----------
        q : str
            Words or a query in InvenioRDM's syntax.
        """
        query = "is_published:false" + (f" AND ({q})" if q else "")
        params = {"q": query, "sort": "newest", "shared_with_me": "false"}
        drafts = [read(Draft.from_json, hit, self.session) for hit in self.hits("/user/records", params, "your drafts")]
        return [draft for draft in drafts if not draft.is_published]

    def find_draft_by_mark(self, mark: str) -> Draft | None:
        """Return this account's newest unpublished draft that has a mark among its identifiers, or None.

        All drafts are looked through, because a search for the mark would ask an index that may lag behind. A draft that
        was made a second ago may still be missing.

        Parameters
        ----------
        mark : str
            Such as ``urn:uuid:…``.
        """
        return next((draft for draft in self.my_drafts() if mark in marks_of(draft.metadata)), None)

    def create_draft(self, body: dict[str, Any]) -> Draft:
        """Make a draft.

        If the answer is lost, it is done again only if the body has a mark (an identifier of the scheme ``urn``) by which
        the draft can be found, and was not found.

        Parameters
        ----------
        body : dict
            Native JSON: ``metadata``, ``access``, ``files``, ``custom_fields``, ``pids``; all optional.

        Returns
        -------
        Draft
            ``errors`` says what is still missing or wrong.

        Raises
        ------
        RefusedMetadata, AccessDenied
            See `errors`.
        """

        def create() -> Draft:
            with _about_metadata():
                answer = self.ask_json("POST", "/records", json=body, idempotent=False, what="a new draft")
            return read(Draft.from_json, answer, self.session)

        marks = marks_of(body.get("metadata") or {})
        if not marks:
            return create()
        return self.settle(create, lambda: self.find_draft_by_mark(marks[0]), looks=LOOKS)

    def get_draft(self, draft_id: str) -> Draft:
        """Return a draft; `RecordNotFound` when there is none, also where there is a published record without one."""
        return self._draft("GET", draft_id)

    def update_draft(self, draft_id: str, body: dict[str, Any]) -> Draft:
        """Write a draft's JSON, all of it: what is left out of ``metadata`` and ``custom_fields`` is emptied.

        A reserved DOI stays if ``pids`` is left out.

        Returns
        -------
        Draft
            ``errors`` says what is still missing or wrong.

        Raises
        ------
        RefusedMetadata
            When it is nothing that can be kept, such as an unknown licence.
        """
        with _about_metadata():
            return self._draft("PUT", draft_id, json=body)

    def reserve_doi(self, draft_id: str) -> Draft:
        """Reserve the DOI that a draft will be published with; one that is reserved already is returned."""

        def reserve() -> Draft:
            try:
                return self._draft("POST", draft_id, "/pids/doi", idempotent=False)
            except RefusedMetadata:
                draft = reserved()
                if draft is None:
                    raise
                return draft

        def reserved() -> Draft | None:
            draft = self.get_draft(draft_id)
            return draft if draft.doi else None

        return self.settle(reserve, reserved)

    def publish(self, draft_id: str) -> Record:
        """Publish a draft. It cannot be undone, and happens once: a lost answer is success if the record is there.

        Returns
        -------
        Record
            The published record; also when it was published before.

        Raises
        ------
        RefusedMetadata
            When fields or files are missing or wrong.
        RecordNotFound
            When there is neither such a draft nor such a record.
        """

        def publish() -> Record:
            path = f"{_draft_path(draft_id)}/actions/publish"
            try:
                answer = self.ask_json("POST", path, idempotent=False, timeout=SLOW, what=f"draft {draft_id}")
            except RecordNotFound:  # no such draft (any more)
                return self._record(draft_id)
            return read(Record.from_json, answer, self.session)

        def published() -> Record | None:
            # A record that is only edited is there before as well; the draft is gone in either case.
            try:
                self.get_draft(draft_id)
            except RecordNotFound:
                return self._record(draft_id)
            return None

        return self.settle(publish, published, looks=LOOKS)

    def new_version(self, record_id: str) -> Draft:
        """Return the draft of a record's next version; the one that is open, if there is one.

        It has the metadata of the version before but for ``version`` and the publication date, and no files.
        """
        path = f"/records/{segment(record_id)}/versions"
        # Asking twice gives the same draft.
        answer = self.ask_json("POST", path, idempotent=True, what=f"record {record_id}")
        return read(Draft.from_json, answer, self.session)

    def edit(self, record_id: str) -> Draft:
        """Return a draft to change a published record's metadata in; the one that is open, if there is one."""
        return self._draft("POST", record_id, idempotent=True)

    def discard(self, draft_id: str) -> None:
        """Delete an unpublished draft with its files and reserved DOI, or the changes to a published record."""

        def delete() -> bool:
            self.ask("DELETE", _draft_path(draft_id), idempotent=False, what=f"draft {draft_id}")
            return True

        def deleted() -> bool | None:
            try:
                self.get_draft(draft_id)
            except RecordNotFound:
                return True
            return None

        self.settle(delete, deleted)

    def secret_link(self, draft: Draft, note: str) -> str:
        """Return a link by which whoever has it sees a draft with its files; empty where the repository makes none.

        Parameters
        ----------
        draft : Draft
            Which.
        note : str
            What the link is for; the same note gives the same link.
        """
        path, what = f"/records/{segment(draft.id)}/access/links", f"the secret links of draft {draft.id}"

        def there() -> str | None:
            links = read(
                lambda answer: list(answer["hits"]["hits"]), self.ask_json("GET", path, what=what), self.session
            )
            wanted = (
                link["token"]
                for link in links
                if (link.get("description"), link.get("permission")) == (note, "preview")
            )
            return next(wanted, None)

        def make() -> str:
            body = {"permission": "preview", "description": note}
            return str(self.ask_json("POST", path, json=body, idempotent=False, what=what)["token"])

        try:
            token = there() or self.settle(make, there)
        except (AccessDenied, RecordNotFound):
            return ""
        return f"{draft.links.get('preview_html') or draft.html_url + '?preview=1'}&token={token}"

    def _draft(self, method: str, draft_id: str, below: str = "", **kwargs: Any) -> Draft:
        answer = self.ask_json(method, _draft_path(draft_id) + below, what=f"draft {draft_id}", **kwargs)
        return read(Draft.from_json, answer, self.session)

    def _record(self, record_id: str, below: str = "") -> Record:
        answer = self.ask_json("GET", f"/records/{segment(record_id)}{below}", what=f"record {record_id}")
        return read(Record.from_json, answer, self.session)


@contextmanager
def _about_metadata() -> Iterator[None]:
    """Take every 400 for what it is: InvenioRDM names no field for an unknown id, it says only "Invalid value xx."."""
    try:
        yield
    except WasRefused as e:
        if e.status != 400 or isinstance(e, RefusedMetadata):
            raise
        raise RefusedMetadata(e.message, (), "Is that one of the repository's own values?", status=400) from None


def _draft_path(draft_id: str) -> str:
    return f"/records/{segment(draft_id)}/draft"


def marks_of(metadata: dict[str, Any]) -> list[str]:
    """Return the identifiers by which a draft can be told from all others."""
    identifiers = metadata.get("identifiers") or ()
    return [i["identifier"] for i in identifiers if i.get("scheme") == "urn" and i.get("identifier")]
