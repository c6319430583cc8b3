"""``resolve`` and ``search``: what repositories have."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import work
from .base import Handler


class ResolveHandler(Handler):
    """Finds the record that a text means: any spelling of a DOI, an address, a badge, an id."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the record, and whether the text named all of its versions."""
        given = self.given(("text",), **{"text": str, "from": str})
        self.answer(await self.away(work.resolve, self.place, given["text"], given.get("from")))


class SearchHandler(Handler):
    """Searches a repository."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a page of records."""
        page, size = self.number("page", 1, least=1), self.number("size", 10, least=1, most=100)
        mine = self.number("mine", 0, most=1) == 1
        words, where = self.query("q"), self.query("from") or None
        self.answer(await self.away(work.search, self.place, words, where, page, size, mine))


routes = [("resolve", ResolveHandler), ("search", SearchHandler)]
