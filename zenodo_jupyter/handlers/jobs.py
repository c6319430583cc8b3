"""``jobs``: what is under way, watched by long polls."""

from __future__ import annotations

import asyncio
import contextlib

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..job import Job
from ..jobs import Jobs
from .base import Handler

#: Seconds that a poll waits for news. Proxies end a silent answer after 30 or 60 seconds.
POLL = 20.0


class _Watching(Handler):
    """Knows of the jobs that the server before this one has left."""

    async def settle(self) -> None:
        """Wait, at a server's start, until they are taken up: who asks then must not hear that they are unknown."""
        if not self.jobs.settled.is_set():
            await self.away(self.jobs.settled.wait, POLL)


class JobsHandler(_Watching):
    """All jobs of the last day."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with them, newest first."""
        await self.settle()
        self.answer({"jobs": [job.to_json() for job in self.jobs.all()]})


class JobHandler(_Watching):
    """One job."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with it: at once, or, where ``after`` is its present ``seq``, when that has changed."""
        self._gone = asyncio.Event()
        await self.settle()
        after = self.number("after", -1, least=-1)
        job = await news(self.jobs, job_id, after, self._gone)
        self.answer(job.to_json())

    @web.authenticated
    @authorized
    async def delete(self, job_id: str) -> None:
        """Ask it to stop."""
        await self.settle()
        job = await self.away(self.jobs.cancel, job_id)
        self.answer(job.to_json())

    def on_connection_close(self) -> None:
        """End the poll of somebody who has gone."""
        super().on_connection_close()
        if hasattr(self, "_gone"):
            self._gone.set()


async def news(jobs: Jobs, job_id: str, after: int, gone: asyncio.Event) -> Job:
    """Wait, without a thread, until a job's ``seq`` is another than `after`, it has ended, or 20 seconds are over."""
    loop = asyncio.get_running_loop()

    def wake() -> None:  # called in the job's thread
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(gone.set)

    stop = jobs.watch(job_id, wake)
    try:
        job = jobs.get(job_id)  # only now: a change between the two would be missed
        if job.seq == after and job.is_active:
            await asyncio.wait_for(gone.wait(), POLL)
    except asyncio.TimeoutError:
        pass
    finally:
        stop()
    return jobs.get(job_id)


routes = [("jobs", JobsHandler), (r"jobs/([0-9a-f]{32})", JobHandler)]
