"""``collect``, ``check``, ``remedy`` and ``prose``: what publishing would do, and what can be put right or looked at first."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import work
from .base import Handler


class CollectHandler(Handler):
    """Looks at a notebook; nothing is sent, and nothing is written."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the plan."""
        given = self.given(
            ("path",), path=str, data=list, exclude=list, to=str, metadata=dict, new=bool, version_of=str
        )
        given["notebook"] = str(await self.real(given["path"]))
        given["data"] = [str(await self.real(path)) for path in given.get("data", ())]
        self.answer(await self.away(work.collect, self.place, given))


class CheckHandler(Handler):
    """Checks a notebook that somebody has open, as it is now and before it is saved."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with what is found."""
        given = self.given(("path", "content"), path=str, content=dict, data=list, exclude=list, to=str)
        given["notebook"] = str(await self.real(given["path"]))
        given["data"] = [str(await self.real(path)) for path in given.get("data", ())]
        self.answer(await self.away(work.check, self.place, given))


class RemedyHandler(Handler):
    """Works out a remedy; the front end that holds the notebook puts the changed cells in."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the cells as they should be."""
        given = self.given(("path", "id", "where", "remedy"), path=str, id=str, where=str, remedy=str)
        path = await self.real(given["path"])
        self.answer(await self.away(work.remedy, self.place, path, given))


class ProseHandler(Handler):
    """Shows a description as it will stand in the record."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with HTML, which whoever shows it has to clean."""
        self.answer(await self.away(work.prose, self.given(("text",), text=str)["text"]))


routes = [("collect", CollectHandler), ("check", CheckHandler), ("remedy", RemedyHandler), ("prose", ProseHandler)]
