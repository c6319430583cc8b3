"""``status``, ``standings``, ``stamped``, ``underway``: where notebooks stand, badges that wait, and what is not at its end."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import paths, work
from .base import Handler


class StatusHandler(Handler):
    """Where a notebook stands."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its standing, the badge that waits to be put in, and the job that is publishing it."""
        path = await self.real(self.query("path"))
        to = self.query("to") or None
        status = await self.away(work.status, self.place, path, to)
        subject = status.pop("subject")
        jobs = [job for job in self.jobs.all() if job.is_active and (job.kind, job.subject) == ("publish", subject)]
        self.answer({**status, "job": jobs[0].to_json() if jobs else None})


class StandingsHandler(Handler):
    """Where the notebooks of a folder stand, for the marks in a file browser."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with those that were published from here, or are about to be; no repository is asked."""
        folder = await self.real(self.query("folder"))
        self.answer(await self.away(work.standings, self.place, folder))


class StampedHandler(Handler):
    """Hears that a front end has put the badge in and saved the notebook."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Drop what was waiting, if the file on the disk has it; otherwise `status` goes on to answer it."""
        given = self.given(("path", "act"), path=str, act=str)
        await self.away(work.stamped, self.place, await self.real(given["path"]), given["act"])
        self.set_status(204)
        self.finish()


class UnderwayHandler(Handler):
    """What is under way, and can be resumed or discarded."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with all of it, and with the lost drafts of one repository."""
        root = paths.root_of(self.contents_manager)
        found = await self.away(work.underway, self.place, self.query("to") or None, root)
        self.answer({"underway": found})

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Discard a draft."""
        self.answer(await self.away(work.discarded, self.place, self.query("draft"), self.query("to") or None))


routes = [
    ("status", StatusHandler),
    ("standings", StandingsHandler),
    ("stamped", StampedHandler),
    ("underway", UnderwayHandler),
]
