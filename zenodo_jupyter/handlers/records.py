"""``resolve``, ``search`` and ``preview``: what repositories have."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import BadInput
from . import paths, work
from .base import Handler

if TYPE_CHECKING:
    from ..config import Config

#: What stands before the name of a facet in an address.
_FACET = "facet."


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
        """Answer with a page of records, and what they can be narrowed to."""
        page, size = self.number("page", 1, least=1), self.number("size", 10, least=1, most=100)
        mine = self.number("mine", 0, most=1) == 1
        words, where = self.query("q"), self.query("from") or None
        narrowed = {
            name.removeprefix(_FACET): self.get_query_arguments(name)
            for name in self.request.query_arguments
            if name.startswith(_FACET)
        }
        found = await self.away(_search, self.place, where, mine, q=words, page=page, size=size, narrowed=narrowed)
        if mine:
            root = paths.root_of(self.contents_manager)
            notebooks = await self.away(_notebooks, self.place, found["repository"], root)
            for record in found["records"]:
                record.update(notebooks.get(record["id"], {"notebook": None, "stopped": False}))
        self.answer(found)


class PreviewHandler(Handler):
    """Shows a file of a record without getting the record."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what can be shown of it."""
        where = self.query("from") or None
        self.answer(await self.away(_preview, self.place, where, self.query("record"), self.query("key")))


def _preview(place: Config, where: str | None, record: str, key: str) -> dict[str, Any]:
    from .. import repositories
    from ..preview import preview

    if not record or not key:
        raise BadInput("Which file? `record` and `key` say that.")
    return preview(repositories.repository(where, config=place), record, key).to_json()


def _search(place: Config, where: str | None, mine: bool, **wanted: Any) -> dict[str, Any]:
    """Return a page of a repository's records, or of one's own records and drafts."""
    from .. import repositories
    from ..records import Draft

    repository = repositories.repository(where, config=place)
    found = (repository.my_records if mine else repository.search)(**wanted)
    records = [
        {**record.to_json(), "state": "draft" if isinstance(record, Draft) else "published"} for record in found.records
    ]
    numbers = {"total": found.total, "page": found.page, "size": found.size}
    return {**numbers, "repository": repository.name, "records": records, "facets": [asdict(f) for f in found.facets]}


def _notebooks(place: Config, name: str, root: Path) -> dict[str, dict[str, Any]]:
    """Return, by the id of draft or newest record, the notebook that the journal knows, and whether it was stopped there."""
    from .. import repositories, standing

    url, known = repositories.repository(name, config=place).url, {}
    for entry in standing.journal(place).entries():
        if entry.repository == url and (shown := paths.opened(root, entry.notebook)):
            if entry.last:
                known[entry.last["record_id"]] = {"notebook": shown, "stopped": False}
            if entry.act and entry.act.draft_id:
                known[entry.act.draft_id] = {"notebook": shown, "stopped": True}
    return known


routes = [("resolve", ResolveHandler), ("search", SearchHandler), ("preview", PreviewHandler)]
