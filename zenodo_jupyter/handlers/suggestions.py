"""``suggest``, ``people`` and ``title``: what a person may mean who types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import BadInput
from .base import Handler

if TYPE_CHECKING:
    from ..config import Config


class SuggestHandler(Handler):
    """Looks into a vocabulary of a repository."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what fits a text, each with its words and the value that is kept."""
        where, vocabulary = self.query("from") or None, self.query("vocabulary")
        if not vocabulary:
            raise BadInput("Which list? `vocabulary` says that.")
        self.answer({"suggestions": await self.away(_suggest, self.place, where, vocabulary, self.query("q"))})


class PeopleHandler(Handler):
    """Looks through the last records of this account."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the people in them."""
        self.answer({"suggestions": await self.away(_people, self.place, self.query("from") or None)})


class TitleHandler(Handler):
    """Looks up what a DOI names."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the title of the work."""
        self.answer({"title": await self.away(_title, self.place, self.query("doi"))})


def _title(place: Config, text: str) -> str:
    from .. import cited

    return cited.title_of(text, config=place)


def _suggest(place: Config, where: str | None, vocabulary: str, text: str) -> list[dict[str, Any]]:
    from .. import repositories, suggestions

    found = suggestions.suggest(repositories.repository(where, config=place), vocabulary, text)
    return [each.to_json() for each in found]


def _people(place: Config, where: str | None) -> list[dict[str, Any]]:
    from .. import repositories, suggestions

    return [each.to_json() for each in suggestions.people(repositories.repository(where, config=place))]


routes = [("suggest", SuggestHandler), ("people", PeopleHandler), ("title", TitleHandler)]
