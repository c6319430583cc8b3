"""``repositories`` and ``fields``: where one can publish, the tokens for it, and what a description consists of."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import work
from .base import Handler


class FieldsHandler(Handler):
    """The one field table, from which forms are made."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the table."""
        self.answer(await self.away(work.fields))


class RepositoriesHandler(Handler):
    """The repositories that may be used here."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with them; of tokens, whether there is one."""
        self.answer(await self.away(work.repositories, self.place))


class TokenHandler(Handler):
    """The token of a repository: taken, tested, never told."""

    @web.authenticated
    @authorized
    async def put(self, name: str) -> None:
        """Test a token, and keep it if the repository knows it."""
        given = self.given(("token",), token=str)
        self.answer(await self.away(work.keep_token, self.place, name, given["token"]))

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Forget it."""
        await self.away(work.forget_token, self.place, name)
        self.set_status(204)
        self.finish()


class TestHandler(Handler):
    """Asks a repository whether it knows the token that is kept."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Answer with the account."""
        self.answer(await self.away(work.test_token, self.place, name))


routes = [
    ("fields", FieldsHandler),
    ("repositories", RepositoriesHandler),
    ("repositories/([^/]+)/token", TokenHandler),
    ("repositories/([^/]+)/test", TestHandler),
]
