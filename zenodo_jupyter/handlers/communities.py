"""``communities`` and ``requests``: where a record can be submitted, and what is said and decided there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import AccessDenied, BadInput, RecordNotFound
from .base import Handler

if TYPE_CHECKING:
    from ..config import Config
    from ..repository import Repository

#: What can be done with a request.
ACTIONS = ("accept", "decline", "cancel", "comment")


class CommunitiesHandler(Handler):
    """Finds communities, as a person types."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with those that may be meant, each with a note on what submitting to it leads to."""
        words, where, mine = self.query("q"), self.query("from") or None, self.number("mine", 0, most=1) == 1
        size = self.number("size", 10, least=1, most=25)
        found = await self.away(lambda: _at(self.place, where).communities(words, mine=mine, size=size))
        self.answer({"communities": [community.to_json() for community in found]})


class RequestsHandler(Handler):
    """The requests that concern this account."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with those that wait, or those that were decided."""
        where, closed = self.query("from") or None, self.number("closed", 0, most=1) == 1
        self.answer({"requests": await self.away(_requests, self.place, where, closed)})


class RequestHandler(Handler):
    """One request."""

    @web.authenticated
    @authorized
    async def get(self, request_id: str) -> None:
        """Answer with it and what was said."""
        self.answer(await self.away(_shown, self.place, self.query("from") or None, request_id))

    @web.authenticated
    @authorized
    async def post(self, request_id: str) -> None:
        """Accept, decline or cancel it, or say something."""
        given = self.given(("action",), **{"action": str, "message": str, "from": str})
        if given["action"] not in ACTIONS:
            raise BadInput(f"`action` must be one of {', '.join(ACTIONS)}.", "Nothing was done.")
        await self.away(_act, self.place, request_id, given)
        self.answer(await self.away(_shown, self.place, given.get("from"), request_id))


def _at(place: Config, name: str | None) -> Repository:
    from .. import repositories

    return repositories.repository(name, config=place)


def _requests(place: Config, name: str | None, closed: bool) -> list[dict[str, Any]]:
    """Return the requests, each with its community's title, since a request itself has only the id."""
    repository = _at(place, name)
    titles: dict[str, str] = {}
    found = repository.requests(closed=closed)
    for community in {request.community for request in found} - {""}:
        # Of a community that is gone, or hidden, the request is still told.
        with suppress(RecordNotFound, AccessDenied):
            titles[community] = repository.community(community).title
    return [{**request.to_json(), "community_title": titles.get(request.community, "")} for request in found]


def _shown(place: Config, name: str | None, request_id: str) -> dict[str, Any]:
    repository = _at(place, name)
    return {**repository.request(request_id).to_json(), "comments": repository.comments(request_id)}


def _act(place: Config, request_id: str, given: dict[str, Any]) -> None:
    repository, message = _at(place, given.get("from")), given.get("message", "")
    if given["action"] != "comment":
        repository.act_on(request_id, given["action"], message)
    elif message.strip():
        repository.comment(request_id, message)
    else:
        raise BadInput("`message` is empty.", "Nothing was done.")


routes = [
    ("communities", CommunitiesHandler),
    ("requests", RequestsHandler),
    (r"requests/([0-9a-f-]{36})", RequestHandler),
]
