"""Registering DOIs: DataCite is told what became of each, one after the other, whenever it can be reached.

As InvenioRDM does it: a reserved DOI is a draft there, publication makes it findable, an edit updates it, and a deleted or
restricted record hides it. The DOI of all versions says what the newest says. This module is imported only where DOIs are
registered, since the client of the package ``datacite`` takes half a second.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from datacite import DataCiteRESTClient
from datacite.errors import DataCiteError, HttpError
from datacite.request import DataCiteRequest
from filelock import FileLock, Timeout

from ..errors import CouldNotAsk, RepositoryBroken, WasRefused, ZenodoJupyterError
from . import registrations, versions
from .actor import Actor
from .flavours import Flavour, Switches
from .formats import datacite
from .links import Links
from .native import View
from .registrations import DRAFT, FINDABLE, HIDDEN, Registration
from .registry import Registry
from .store import Store
from .versions import Version

log = logging.getLogger(__name__)

#: Seconds to connect, and between two bytes of an answer.
_TIMEOUT = (10, 30)
#: How long a process that is about to end may go on telling, in seconds; what is left is told by the next one.
_PATIENCE = 20.0
#: How long a person who asks waits until another one is through, in seconds.
_AWHILE = 60.0
#: How often a server looks for what is due, in seconds.
_INTERVAL = 15.0
# Not about the one DOI: the account is refused, or there is no service just now.
_FOR_ALL = {401, 403, 408, 429, 502, 503, 504}


class _Request(DataCiteRequest):  # type: ignore[misc]
    """A request whose failure says its status, which the package's own errors do not: for them 422 is like 503."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().request(*args, **kwargs)
        if answer.status_code < 400:
            return answer
        try:
            errors = answer.json()["errors"]
            said = "; ".join(": ".join(str(e[k]) for k in ("source", "title") if e.get(k)) for e in errors)
        except (ValueError, KeyError, TypeError, AttributeError):
            said = answer.reason
        kind = RepositoryBroken if answer.status_code >= 500 or answer.status_code in _FOR_ALL else WasRefused
        raise kind(
            f"{answer.status_code} {said}"[:500].replace(self.password.decode(), "***"), status=answer.status_code
        )


class _Client(DataCiteRESTClient):  # type: ignore[misc]
    def _create_request(self) -> _Request:
        return _Request(base_url=self.api_url, username=self.username, password=self.password, timeout=self.timeout)


class Registrar:
    """Tells DataCite about the DOIs of a store.

    Parameters
    ----------
    store : Store
        With the queue.
    flavour : Flavour
        How ids are spelled.
    registry : Registry
        Whom to tell, with a password.
    """

    def __init__(self, store: Store, flavour: Flavour, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._client = _Client(registry.account, registry.password, registry.prefix, url=registry.api, timeout=_TIMEOUT)
        links = Links(f"{registry.site}/api", registry.site, flavour.name)
        # What it tells is what a stranger sees.
        self._view = View(Actor(store, flavour, Switches(), None), links)
        self._turn = threading.Lock()
        self._is_wanted = self._is_running = False

    def nudge(self) -> None:
        """See to what is due in a thread of its own, which the end of the process waits for, but never long."""
        if not registrations.following(self._store.db, self._registry.api):
            return
        with self._turn:
            self._is_wanted = True
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._deliver_quietly, name="DataCite", daemon=False).start()

    def go_on(self, stopped: threading.Event) -> None:
        """See to what is due again and again; for a thread of a server."""
        while not stopped.wait(_INTERVAL):
            self.nudge()

    def _deliver_quietly(self) -> None:
        try:
            while self._has_to_run():
                self.deliver(_PATIENCE)
        except ZenodoJupyterError as error:  # the disk, say; all of it is still in the queue
            log.warning("DataCite was not told: %s", error)
        finally:
            self._store.db.close()

    def _has_to_run(self) -> bool:
        """Tell whether something became due since it was last looked for."""
        with self._turn:
            self._is_running, self._is_wanted = self._is_wanted, False
            return self._is_running

    def deliver(self, patience: float = float("inf"), wait: float = 0) -> int:
        """Tell DataCite all that is due; whatever fails stays in the queue.

        Parameters
        ----------
        patience : float
            No further DOI is begun after so many seconds.
        wait : float
            How long to wait for another thread or process that is doing it, in seconds.

        Returns
        -------
        int
            How many DOIs it was told of. None when another process is doing it.
        """
        db, told, until = self._store.db, 0, time.monotonic() + patience
        try:
            with FileLock(self._store.folder / "datacite.lock", timeout=wait):
                while time.monotonic() < until and (entry := registrations.following(db, self._registry.api)):
                    told += self._tell(entry)
        except Timeout:
            return 0
        return told

    def retry(self) -> int:
        """Tell it at once all that waits or was refused; see `deliver`."""
        registrations.all_changed(self._store.db, self._registry.api, waiting_only=True)
        return self.deliver(wait=_AWHILE)

    def _tell(self, entry: Registration) -> bool:
        db = self._store.db
        try:
            registrations.told(db, entry, self._bring_about(entry))
        except RepositoryBroken as error:
            said = f"{self._registry.title} answered: {error.message}"
            registrations.postponed(db, entry, said, all_due=error.status in _FOR_ALL)
        except CouldNotAsk as error:
            said = error.message
            registrations.postponed(db, entry, said, all_due=True)
        except WasRefused as error:
            said = f"{self._registry.title} refused: {error.message}"
            registrations.refused(db, entry, said)
        else:
            return True
        log.warning("DOI %s waits: %s", entry.doi, said)
        return False

    def _bring_about(self, entry: Registration) -> str | None:
        """Have DataCite hold of a DOI what the store says now, and return in which state; None when the DOI is no more."""
        try:
            return self._ask_for(entry)
        except HttpError as error:
            cause = type(error.args[0]).__name__ if error.args else "no connection"
            raise CouldNotAsk(f"{self._registry.title} could not be reached ({cause}).") from error
        except DataCiteError as error:
            raise RepositoryBroken(str(error)[:500]) from error

    def _ask_for(self, entry: Registration) -> str | None:
        db, client = self._store.db, self._client
        with db.reading():
            pid = db.one("SELECT * FROM pids WHERE scheme = 'doi' AND value = ? AND status <> 'D'", entry.doi)
            shown = self._shown(pid) if pid and pid["status"] == "R" else None
            metadata = self._describe(entry.doi, shown) if shown else None
        number = (pid["record_id"] or pid["parent_id"]) if pid else None
        url = self._view.links.page(number) if number else ""
        if metadata:
            return self._make_findable(entry, metadata, url)
        if entry.state == FINDABLE:
            client.hide_doi(entry.doi)
            return HIDDEN
        if pid is None and entry.state != HIDDEN:
            self._forget(entry.doi)
            return None
        if pid is not None and pid["status"] == "N" and not entry.state:
            self._once(entry, url, lambda: client.draft_doi({"url": url}, entry.doi))
            return DRAFT
        return entry.state

    def _make_findable(self, entry: Registration, metadata: dict[str, Any], url: str) -> str:
        if entry.state or not self._once(entry, url, lambda: self._client.public_doi(dict(metadata), url, entry.doi)):
            self._client.update_doi(entry.doi, {**metadata, "event": "publish"}, url)
        return FINDABLE

    def _once(self, entry: Registration, url: str, make: Any) -> bool:
        """Make a DOI, unless it was made before and the answer was lost; return whether it was made now.

        Raises
        ------
        WasRefused
            When it is there and leads elsewhere: it is somebody else's, and stays so.
        """
        try:
            make()
        except WasRefused as error:
            if "taken" not in error.message:  # "This DOI has already been taken"
                raise
            have = self._client.get_doi(entry.doi)
            if have != url:
                raise WasRefused(f"{error.message}; it leads to {have}, and not to {url}.", status=422) from error
            return False
        return True

    def _forget(self, doi: str) -> None:
        """Delete a draft; DataCite itself deletes nothing that was public."""
        try:
            self._client.delete_doi(doi)
        except WasRefused as error:
            if error.status not in (404, 405):
                raise

    def _shown(self, pid: Any) -> Version | None:
        """Return the version that a DOI stands for and that everybody may see, the newest one for the DOI of all."""
        db = self._store.db
        if pid["record_id"]:
            found = [versions.find_record(db, pid["record_id"])]
        else:
            parent = versions.find_parent(db, pid["parent_id"])
            found = [*versions.published_versions(db, parent)] if parent else []
        public = (v for v in found if v and v.deletion is None and v.access["record"] == "public")
        return next(public, None)

    def _describe(self, doi: str, version: Version) -> dict[str, Any]:
        native = self._view.version(version)
        own = native["pids"]["doi"]["identifier"]
        native["links"]["self_doi"] = f"{registrations.RESOLVER}/{own}"  # so it will be
        if own.lower() == doi.lower():
            return datacite.for_registration(native)
        listed = versions.published_versions(self._store.db, version.parent)
        dois = [v.document["pids"].get("doi", {}).get("identifier") for v in reversed(listed)]
        known = [d for d in dois if d and registrations.find(self._store.db, d)]
        return datacite.concept_for_registration(native, known)
