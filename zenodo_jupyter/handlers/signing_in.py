"""``repositories/NAME/sign-in`` and ``sign-in``: going to a repository to be let in, and where one comes back to."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..errors import ZenodoJupyterError
from .base import Away, Handler

if TYPE_CHECKING:
    from ..signing_in import SignIn, SignIns

#: Where one comes back to; what is registered with a repository ends like this.
BACK = "zenodo-jupyter/sign-in"


class BeginHandler(Handler):
    """Begins to sign in."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Answer with where to send the browser, and with the id by which to watch."""
        one = await self.away(self._begin, name, self.extension.signs)
        self.answer({"id": one.id, "address": one.address}, 201)

    def _begin(self, name: str, signs: SignIns) -> SignIn:
        from ..rows import find_row

        row = find_row(name, self.place)
        configured = row.oauth.redirect_uri if row.oauth else ""
        return signs.begin(row, configured or self._here(), self.current_user.username)

    def _here(self) -> str:
        """Return where the browser reaches this server: a proxy before it may speak https and have another name."""
        origin = urlsplit(self.request.headers.get("Origin", ""))
        scheme, host = (origin.scheme, origin.netloc) if origin.netloc else (self.request.protocol, self.request.host)
        return f"{scheme}://{host}{self.base_url}{BACK}"


class WatchHandler(Handler):
    """One sign-in that this person began."""

    @web.authenticated
    @authorized
    async def get(self, name: str, id: str) -> None:
        """Answer with how it stands."""
        self.answer(self.extension.signs.get(id, self.current_user.username).to_json())

    @web.authenticated
    @authorized
    async def delete(self, name: str, id: str) -> None:
        """Forget it."""
        self.extension.signs.drop(id, self.current_user.username)
        self.set_status(204)
        self.finish()


class BackHandler(Away, JupyterHandler):
    """Takes in who comes back. A page, for it is the browser that comes."""

    auth_resource = "zenodo_jupyter"

    def get_login_url(self) -> str:
        """Refuse who is not logged in: the login page would be given this address, and so the code, for logs to keep."""
        raise web.HTTPError(403)

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Exchange the code, and say what became of it."""
        from .. import signing_in

        one: SignIn | None = None
        error: ZenodoJupyterError | None = None
        sent = {name: self.get_query_argument(name, "") for name in ("state", "code", "error")}
        try:
            one = await self.away(self.extension.signs.come_back, sent, self.current_user.username)
        except ZenodoJupyterError as e:
            error = e
            self.set_status(e.status)
        nonce = secrets.token_urlsafe()
        self.set_header("Content-Security-Policy", signing_in.policy(nonce))
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(signing_in.page(one, error, nonce))

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Say it in words, without the address."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        words = "You are not logged in to Jupyter in this browser. Log in, and begin to sign in again."
        self.finish(words if status_code == 403 else "Something unforeseen happened; begin to sign in again.")


routes = [
    ("repositories/([^/]+)/sign-in", BeginHandler),
    ("repositories/([^/]+)/sign-in/([0-9a-f]{32})", WatchHandler),
    ("sign-in", BackHandler),
]
