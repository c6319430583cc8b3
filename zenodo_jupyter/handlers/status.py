"""``status`` and ``stamped``: where a notebook stands, and the badge that waits for whoever holds it open."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import work
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


routes = [("status", StatusHandler), ("stamped", StampedHandler)]
