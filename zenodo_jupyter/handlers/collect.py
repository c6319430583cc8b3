"""``collect``: what publishing a notebook would do."""

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


routes = [("collect", CollectHandler)]
