"""The server extension: settings under ``c.ZenodoJupyter``, the routes, the jobs, and their orderly end.

At the server's start nothing happens but registration, and, where a publication or a download was cut off by the end of the
server before, taking it up. What the acts need is imported when somebody asks for them.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Dict, Int, List, Unicode

from .config import Config
from .errors import BadInput, ZenodoJupyterError
from .handlers import routes
from .jobs import Jobs

if TYPE_CHECKING:
    from .signing_in import SignIns

#: Requests that are answered at the same time, each in a thread; further ones wait. They wait for repositories and disks.
THREADS = 8


class ZenodoJupyter(ExtensionApp):
    """Publish notebooks to Zenodo and get them back, for a Jupyter server.

    What is not set here is taken from ``jupyter_zenodo_config``, which kernels and the command line read as well: set things
    there if they are to hold everywhere.
    """

    name = "zenodo_jupyter"

    default_repository = Unicode(
        None, allow_none=True, help="The repository that is meant when none is named (the embedded one: local)."
    ).tag(config=True)
    repositories = Dict(
        default_value=None,
        allow_none=True,
        help="""Further repositories, and limits: {"lab": {"url": "https://data.example.org", "title": "Our lab",
        "max_bytes": 10_000_000_000, "max_files": 100}}.""",
    ).tag(config=True)
    allowed_repositories = List(
        Unicode(), default_value=None, allow_none=True, help="Names and addresses that may be used; None allows all."
    ).tag(config=True)
    data_folder = Unicode(
        None, allow_none=True, help="Where the journal, the tokens and the embedded repository are kept."
    ).tag(config=True)
    workers = Int(2, min=1, help="How many acts run at a time; further ones wait.").tag(config=True)

    def initialize_settings(self) -> None:
        """Read the settings, and take up what was cut off."""
        from .handlers.work import kinds

        self._signs: SignIns | None = None
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="zenodo-jupyter-request")
        try:
            self._place: Config | BadInput = self._configured()
        except BadInput as e:
            # A mistake in a file of settings is shown to whoever asks, who may be the one to mend it.
            self.log.error("%s", e)
            self._place = e
            return
        self.jobs = Jobs(self._place.data_dir / "jobs", kinds(self._place), self.workers)
        threading.Thread(target=self._resume, name="zenodo-jupyter-resume", daemon=True).start()

    def initialize_handlers(self) -> None:
        """Register the routes, under ``zenodo-jupyter/``."""
        self.handlers.extend(routes())

    @property
    def place(self) -> Config:
        """The settings that every act here gets.

        Raises
        ------
        BadInput
            When they cannot be read.
        """
        if isinstance(self._place, BadInput):
            raise self._place
        return self._place

    @property
    def signs(self) -> SignIns:
        """Those who are signing in to a repository just now."""
        from .signing_in import SignIns

        if self._signs is None:
            self._signs = SignIns(self.place)
        return self._signs

    def current_activity(self) -> dict[str, int] | None:
        """Tell the server that acts are under way, so that it does not end itself for want of activity."""
        active = sum(job.is_active for job in self.jobs.all()) if isinstance(self._place, Config) else 0
        return {"jobs": active} if active else None

    async def stop_extension(self) -> None:
        """Stop the acts at their next report; the next server takes them up."""
        if isinstance(getattr(self, "_place", None), Config):
            await asyncio.get_running_loop().run_in_executor(None, self.jobs.close)
            self.threads.shutdown(wait=False, cancel_futures=True)

    def _configured(self) -> Config:
        place = Config.load()
        settings: dict[str, Any] = {
            "default_repository": self.default_repository,
            "repositories": self.repositories,
            "allowed_repositories": self.allowed_repositories,
            "data_dir": self.data_folder,
        }
        for name, value in settings.items():
            if value is not None:
                setattr(place, name, value)
        return place

    def _resume(self) -> None:
        try:
            for job in self.jobs.resume():
                self.log.info("zenodo_jupyter: going on with %s of %s", job.kind, job.params.get("path", job.subject))
        except (OSError, ZenodoJupyterError) as e:
            self.log.warning("zenodo_jupyter: what was cut off could not be taken up: %s", e)
