"""What all routes share: who may ask, how a request is read, where work is done, and how an error is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from http.client import responses
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..errors import BadInput, ZenodoJupyterError
from . import paths

if TYPE_CHECKING:
    from pathlib import Path

    from ..config import Config
    from ..extension import ZenodoJupyter
    from ..jobs import Jobs

T = TypeVar("T")

_KINDS = {str: "text", bool: "true or false", dict: "an object", list: "a list of texts"}


class Away:
    """For handlers that leave the loop: whatever touches a disk or a network is done in a thread."""

    settings: dict[str, Any]

    @property
    def extension(self) -> ZenodoJupyter:
        """The extension that these routes belong to."""
        return self.settings["zenodo_jupyter"]

    async def away(self, do: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Do something in a thread, and return what it returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.extension.threads, partial(do, *args, **kwargs))


class Handler(Away, APIHandler):
    """Base of the routes that speak JSON."""

    auth_resource = "zenodo_jupyter"

    @property
    def place(self) -> Config:
        """The settings of this server."""
        return self.extension.place

    @property
    def jobs(self) -> Jobs:
        """The jobs of this server."""
        self.extension.place  # noqa: B018 - raises where the settings cannot be read, and there are no jobs then
        return self.extension.jobs

    def given(self, required: tuple[str, ...] = (), **kinds: type) -> dict[str, Any]:
        """Read the request's JSON.

        Parameters
        ----------
        required : tuple of str
            What must be there.
        **kinds
            What may be there, and of which kind; null counts as not given, and other names are passed over.

        Raises
        ------
        BadInput
            When it is not JSON, something is missing, or something is of another kind.
        """
        try:
            body = json.loads(self.request.body or b"{}")
        except ValueError as e:
            raise BadInput(f"The request is not JSON: {e}.", "Nothing was done.") from None
        if not isinstance(body, dict):
            raise BadInput("The request is not a JSON object.", "Nothing was done.")
        found = {name: body[name] for name in kinds if body.get(name) is not None}
        for name in required:
            if name not in found:
                raise BadInput(f"`{name}` is missing in the request.", "Nothing was done.")
        for name, value in found.items():
            texts = not isinstance(value, list) or all(isinstance(item, str) for item in value)
            if not isinstance(value, kinds[name]) or not texts:
                raise BadInput(f"`{name}` must be {_KINDS[kinds[name]]}.", "Nothing was done.")
        return found

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the address."""
        return self.get_query_argument(name, default) or default

    def number(self, name: str, default: int, least: int = 0, most: int = 2**31) -> int:
        """Return a parameter of the address as a whole number.

        Raises
        ------
        BadInput
            When it is none, or out of bounds.
        """
        text = self.query(name, str(default))
        try:
            value = int(text)
        except ValueError:
            raise BadInput(f"`{name}` must be a whole number, and is {text[:40]!r}.") from None
        if not least <= value <= most:
            raise BadInput(f"`{name}` must be between {least} and {most}, and is {value}.")
        return value

    async def real(self, path: str) -> Path:
        """Return where a contents path is on the disk; see `paths.real`."""
        return await self.away(paths.real, self.contents_manager, path)

    def answer(self, body: Any, status: int = 200) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.finish(json.dumps(body, ensure_ascii=False, default=str))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error: the one table of errors to HTTP."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, ZenodoJupyterError):
            self.answer(error.to_json(), error.status)
            return
        words = responses.get(status_code, "Unknown")
        if isinstance(error, web.HTTPError):
            body = {"error": words.replace(" ", ""), "message": error.log_message or words, "hint": ""}
        else:
            message = f"Something unforeseen happened: {type(error).__name__}: {error}"
            body = {"error": words, "message": message, "hint": "Please report it; the server's log has more."}
        self.answer(body, status_code)

    def log_exception(self, *exc_info: Any) -> None:
        """Log errors of the family in one line, others with where they came from."""
        if isinstance(exc_info[1], ZenodoJupyterError):
            self.log.info("zenodo_jupyter: %s: %s", type(exc_info[1]).__name__, exc_info[1].message)
        else:
            super().log_exception(*exc_info)
