"""What a person or an administrator can set: repositories, the default one, the data folder, policy.

It is read from ``jupyter_zenodo_config.py`` and ``jupyter_zenodo_config.json`` along Jupyter's configuration path
(``jupyter --paths``); files of the user go before files of the environment and of the system. For example::

    {"Config": {"default_repository": "lab",
                "repositories": {"lab": {"url": "https://data.example.org", "title": "Our lab"}}}}
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from traitlets import Dict, List, TraitError, TraitType, Unicode, default
from traitlets.config import Config as Settings
from traitlets.config import Configurable, JSONFileConfigLoader, PyFileConfigLoader
from traitlets.config.loader import ConfigFileNotFound

from .errors import BadInput

BASENAME = "jupyter_zenodo_config"


class Folder(TraitType[Path, Path]):
    """A trait that holds a folder as an absolute `Path`."""

    info_text = "a folder"

    def validate(self, obj: Any, value: Any) -> Path:
        """Take a path or text, with ``~`` for the home folder."""
        if not isinstance(value, str | os.PathLike):
            self.error(obj, value)
        return Path(os.path.abspath(os.path.expanduser(value)))

    def from_string(self, s: str) -> Path:
        """Read what stands on a command line."""
        return Path(s)


class Config(Configurable):
    """The settings; lower floors read its attributes only.

    Attributes
    ----------
    data_dir : Path
        Where the journal, the tokens and the embedded repository are kept. ``ZENODO_JUPYTER_DATA`` sets it, and goes before
        the files.
    default_repository : str
        Name or address of the repository that is meant when none is named.
    repositories : dict
        Name → ``{"url", "title", …}``; see `rows.RepositoryRow` for what can be given, and `oauth.Client` for its ``oauth``, by
        which people sign in without making a token.
    allowed_repositories : list of str or None
        Names and addresses that may be used; None allows every one.
    datacite : dict
        Where the embedded repository in ``data_dir`` registers its DOIs: ``account`` (DataCite's id of the repository),
        ``prefix``, ``site`` (the public address of its pages), and ``api`` (DataCite's API for tests by default). Empty: DOIs
        stay local. The password is kept with the tokens, or in ``ZENODO_JUPYTER_DATACITE_PASSWORD``.
    """

    data_dir = Folder(help="Where the journal, the tokens and the embedded repository are kept.").tag(config=True)
    default_repository = Unicode("local", help="The repository that is meant when none is named.").tag(config=True)
    repositories = Dict(help='Further repositories: {"lab": {"url": "https://…", "title": "Our lab"}}.').tag(
        config=True
    )
    allowed_repositories = List(
        Unicode(), default_value=None, allow_none=True, help="Names and addresses that may be used; None allows all."
    ).tag(config=True)

    datacite = Dict(
        help='Where DOIs are registered: {"account": "ABCD.LAB", "prefix": "10.12345", "site": "https://data.example.org"}.'
    ).tag(config=True)

    @default("data_dir")
    def _default_data_dir(self) -> Path:
        from_environment = os.environ.get("ZENODO_JUPYTER_DATA")
        if from_environment:
            return Path(from_environment)
        import platformdirs

        return platformdirs.user_data_path("zenodo_jupyter", appauthor=False)

    @classmethod
    def load(cls, path: list[str] | None = None) -> Config:
        """Read the settings.

        Parameters
        ----------
        path : list of str, optional
            Folders to look in, the most important first; Jupyter's configuration path by default.

        Raises
        ------
        BadInput
            When a file cannot be read; it names the file.
        """
        if path is None:
            from jupyter_core.paths import jupyter_config_path

            path = jupyter_config_path()
        settings = Settings()
        for folder in reversed(path):
            for loader in (
                PyFileConfigLoader(f"{BASENAME}.py", folder),
                JSONFileConfigLoader(f"{BASENAME}.json", folder),
            ):
                try:
                    settings.merge(loader.load_config())
                except ConfigFileNotFound:
                    continue
                except Exception as e:  # a configuration file is code: whatever it raises is the file's fault
                    raise BadInput(
                        f"The configuration file {loader.full_filename} cannot be read: {type(e).__name__}: {e}.",
                        "Correct it or move it away.",
                    ) from e
        if os.environ.get("ZENODO_JUPYTER_DATA"):
            settings["Config"].pop("data_dir", None)  # the default is then the environment's
        try:
            return cls(config=settings)
        except TraitError as e:
            raise BadInput(f"The configuration is not understood: {e}", f"Look into {BASENAME}.py and .json.") from e
