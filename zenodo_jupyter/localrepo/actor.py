"""Somebody who acts on a store under the rules of a flavour; how an id becomes a record, or the right refusal."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RecordDeleted, RecordNotFound
from . import access, identifiers, versions
from .access import LinkHolder, Reader
from .database import Database
from .flavours import Flavour, Switches
from .store import Store
from .users import User
from .versions import Parent, Version


class Tombstone(RecordDeleted):
    """A deleted record; ``tombstone`` says what is left of it."""

    def __init__(self, message: str, tombstone: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.tombstone = tombstone


@dataclass(frozen=True)
class Actor:
    """Who acts where.

    Attributes
    ----------
    store : Store
        The data.
    flavour : Flavour
        The rules.
    switches : Switches
        The traps that are on.
    user : User or None
        Who it is; None for a stranger.
    link : tuple, optional
        The concept that a secret link opens for them, and how far.
    """

    store: Store
    flavour: Flavour
    switches: Switches
    user: User | None
    link: tuple[int, str] | None = None

    @property
    def reader(self) -> Reader:
        """Who it is, with the secret link they came by."""
        return LinkHolder(self.user, *self.link) if self.link else self.user

    @property
    def db(self) -> Database:
        """The rows of the store."""
        return self.store.db

    @property
    def user_id(self) -> int | None:
        """The number of the user."""
        return self.user.id if self.user else None

    def spell(self, number: int) -> str:
        """Return an id as this flavour shows it."""
        return identifiers.spell(number, self.flavour.name)

    def draft(self, text: str) -> Version:
        """Return a draft that this user may change.

        Raises
        ------
        RecordNotFound
            When there is none; in other words when its published record is there.
        AccessDenied
            When it is somebody else's.
        """
        number = identifiers.parse(text)
        draft = versions.find_draft(self.db, number) if number is not None else None
        if draft is None or number is None:
            raise RecordNotFound(
                "Not found." if self._has_record(number) else "The persistent identifier does not exist."
            )
        access.require(access.may_edit(self.db, self.reader, draft.parent))
        return draft

    def readable_draft(self, text: str, *, gone: str = "The persistent identifier does not exist.") -> Version:
        """Return a draft that this user may see; raises like `draft`, with ``gone`` when the record is there."""
        number = identifiers.parse(text)
        draft = versions.find_draft(self.db, number) if number is not None else None
        if draft is None:
            raise RecordNotFound(gone if self._has_record(number) else "The persistent identifier does not exist.")
        access.require(access.may_read(self.db, self.reader, draft))
        return draft

    def _has_record(self, number: int | None) -> bool:
        return number is not None and versions.find_record(self.db, number) is not None

    def preview(self, text: str) -> Version:
        """Return a draft that this user may see, or where there is none the published record; raises as both do."""
        return self.readable_draft(text) if self.has_draft(text) else self.record(text)

    def has_draft(self, text: str) -> bool:
        """Tell whether there is a draft with this id, whoever asks."""
        number = identifiers.parse(text)
        return number is not None and versions.find_draft(self.db, number) is not None

    def published(self, text: str, *, unpublished: str = "The persistent identifier is not registered.") -> Version:
        """Return a published record, whoever asks.

        Raises
        ------
        RecordNotFound
            When there is none, or only a draft; with the text ``unpublished`` in the second case.
        RecordDeleted
            When it was deleted.
        """
        number = identifiers.parse(text)
        record = versions.find_record(self.db, number) if number is not None else None
        if record is None or number is None:
            if number is not None and versions.find_draft(self.db, number):
                raise RecordNotFound(unpublished)
            if number is not None and versions.find_parent(self.db, number):
                raise RecordNotFound("Not found.")
            raise RecordNotFound("The persistent identifier does not exist.")
        if record.deletion is not None:
            if record.deletion.get("erased"):
                raise RecordDeleted("The record has been deleted.")
            if not record.deletion.get("is_visible", True):
                raise RecordNotFound("Record not found")
            raise Tombstone("Record deleted", record.deletion)
        return record

    def record(self, text: str, *, unpublished: str = "The persistent identifier is not registered.") -> Version:
        """Return a published record that this user may see; raises like `published`, and AccessDenied."""
        record = self.published(text, unpublished=unpublished)
        access.require(access.may_read(self.db, self.reader, record))
        return record

    def concept(self, text: str) -> Parent | None:
        """Return the concept with this id, if it has a published version."""
        number = identifiers.parse(text)
        parent = versions.find_parent(self.db, number) if number is not None else None
        return parent if parent is not None and parent.latest is not None else None
