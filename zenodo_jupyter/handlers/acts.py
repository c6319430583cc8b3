"""``publish``, ``edit``, ``get`` and ``reproduce``: each starts a job and answers with it at once."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import BadInput
from . import paths, work
from .base import Handler


class PublishHandler(Handler):
    """Publishes a notebook; the badge is put in by the front end that holds it."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start it, or answer with the job that is publishing this notebook there already."""
        given = self.given(
            ("path",), path=str, data=list, exclude=list, to=str, metadata=dict, new=bool, version_of=str,
            accept=list, message=str, yes=bool, anonymous=bool, draft=bool,
        )  # fmt: skip
        given["notebook"] = str(await self.real(given["path"]))
        given["data"] = [str(await self.real(path)) for path in given.get("data", ())]
        subject = await self.away(work.plan_publish, self.place, given)
        job = await self.away(self.jobs.start, "publish", given, subject)
        self.answer(job.to_json(), 202)


class EditHandler(Handler):
    """Changes what a published record says of itself."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start it, for the record of a notebook or one that is named."""
        given = self.given(path=str, doi=str, to=str, metadata=dict, overwrite=bool, message=str, yes=bool)
        if ("path" in given) == ("doi" in given):
            raise BadInput("Either `path` or `doi` must say which record is meant.", "Nothing was done.")
        given["what"] = str(await self.real(given["path"])) if "path" in given else given["doi"]
        job = await self.away(self.jobs.start, "edit", given, f"edit\n{given['what']}\n{given.get('to', '')}")
        self.answer(job.to_json(), 202)


class RehearseHandler(Handler):
    """Runs what would be published as somebody else would."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start it, or answer with the job that is rehearsing this notebook already."""
        given = self.given(
            ("path",), path=str, data=list, exclude=list, to=str, metadata=dict, environment=str,
        )  # fmt: skip
        given["notebook"] = str(await self.real(given["path"]))
        given["data"] = [str(await self.real(path)) for path in given.get("data", ())]
        job = await self.away(self.jobs.start, "rehearse", given, given["notebook"])
        self.answer(job.to_json(), 202)


class _ByDOI(Handler):
    """What is done with somebody's record, in a folder of the server."""

    async def start(self, kind: str, given: dict[str, Any]) -> None:
        """Start the job."""
        folder = await self.real(given["folder"])
        given |= {"into": str(folder), "root": str(paths.root_of(self.contents_manager))}
        job = await self.away(self.jobs.start, kind, given, f"{given['doi']}\n{folder}")
        self.answer(job.to_json(), 202)


class GetHandler(_ByDOI):
    """Gets a record's files."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start it."""
        given = self.given(("doi", "folder"), **{"doi": str, "folder": str, "from": str, "files": list})
        await self.start("get", given)


class ReproduceHandler(_ByDOI):
    """Gets a record, runs its notebook again, and compares."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start it."""
        kinds = {"doi": str, "folder": str, "from": str, "notebook": str, "notebooks": list, "yes": bool}
        given = self.given(("doi", "folder"), **kinds, environment=str, parameters=dict, network=bool)
        await self.start("reproduce", given)


routes = [("publish", PublishHandler), ("edit", EditHandler), ("rehearse", RehearseHandler), ("get", GetHandler),
          ("reproduce", ReproduceHandler)]  # fmt: skip
