"""DataCite, as a person configured it: where it is, who we are there, and under which address records are found."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..errors import BadInput
from .flavours import DOI_PREFIX
from .registrations import API, TEST_API

_HINT = 'Such as {"account": "ABCD.LAB", "prefix": "10.12345", "site": "https://data.example.org"}.'


@dataclass(frozen=True)
class Registry:
    """An account at DataCite.

    Attributes
    ----------
    account : str
        DataCite's id of the repository, such as ``ABCD.LAB``.
    prefix : str
        Of the DOIs that this account may register.
    site : str
        The public address of the landing pages, without a slash at the end.
    api : str
        Address of DataCite's API; by default the one for tests.
    password : str
        Of the account; shown nowhere. Without it DOIs wait until somebody comes who knows it.
    """

    account: str
    prefix: str
    site: str
    api: str = TEST_API
    password: str = field(default="", repr=False)

    @classmethod
    def configured(cls, settings: Mapping[str, Any], password: str = "") -> Registry:
        """Read it from a configuration.

        Raises
        ------
        BadInput
            When something is missing or cannot be: DOIs outlive mistakes, so none is made before all of it is right.
        """
        said = {name: str(value).strip() for name, value in settings.items()}
        if unknown := set(said) - {"account", "prefix", "site", "api"}:
            raise BadInput(f"DataCite's configuration has {', '.join(sorted(unknown))}, which is not known.", _HINT)
        for name in ("account", "prefix", "site"):
            if not said.get(name):
                raise BadInput(f"DataCite cannot be switched on: its configuration has no {name!r}.", _HINT)
        if not re.fullmatch(r"10\.\d{4,9}", said["prefix"]) or said["prefix"] == DOI_PREFIX:
            raise BadInput(f"{said['prefix']!r} is no prefix that DataCite gives to a repository.", _HINT)
        if not _is_public(said["site"]):
            raise BadInput(
                f"DataCite cannot be switched on: {said['site']!r} is not an address that everybody can open.",
                "DOIs lead there for ever: name the public address under which `jupyter zenodo serve` is reached.",
            )
        api = said.get("api", TEST_API).rstrip("/")
        parts = urlsplit(api)
        if parts.scheme != "https" and not _is_here(parts.hostname or ""):
            raise BadInput("DataCite's API is spoken to by https only.", f"It is {API}, or {TEST_API} for tests.")
        return cls(said["account"], said["prefix"], said["site"].rstrip("/"), api, password)

    @property
    def is_test(self) -> bool:
        """Whether its DOIs are unknown to doi.org."""
        return self.api != API

    @property
    def title(self) -> str:
        """What sentences call it."""
        return "DataCite's test system" if self.is_test else "DataCite"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_public(url: str) -> bool:
    """Tell whether an address may be one that everybody can open: not of this machine or of a private network."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or parts.query or parts.fragment or parts.username:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal", ".lan", ".test", ".invalid"))
