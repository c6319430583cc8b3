"""Two servers that are asked the same: the embedded repository with every trap on, and a real InvenioRDM.

``ZENODO_JUPYTER_RDM_URL`` names the real one, and ``ZENODO_JUPYTER_RDM_TOKEN``, ``…_TOKEN_OTHER`` and ``…_TOKEN_ADMIN`` three
people there; ``make conformance`` sets them. Without them these tests do not exist, rather than being skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.flavours import Switches
from zenodo_jupyter.localrepo.server import Server

from .compare import Side

_NAMES = {"main": "ZENODO_JUPYTER_RDM_TOKEN", "other": "ZENODO_JUPYTER_RDM_TOKEN_OTHER"}
_NAMES["admin"] = "ZENODO_JUPYTER_RDM_TOKEN_ADMIN"
_GIVEN = all(os.environ.get(name) for name in ("ZENODO_JUPYTER_RDM_URL", *_NAMES.values()))
collect_ignore = [] if _GIVEN else ["test_differential.py"]


@pytest.fixture(scope="session")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """The embedded one and the real one, with the same three people under the same numbers."""
    real = Side(os.environ["ZENODO_JUPYTER_RDM_URL"].rstrip("/"), {n: os.environ[v] for n, v in _NAMES.items()})
    with Server(tmp_path_factory.mktemp("data"), port=0, flavour="rdm", switches=Switches.all_on()) as server:
        db = server.app.extensions["zenodo_jupyter.localrepo"].store.db
        wanted = {real.user_id(name): name for name in _NAMES}
        tokens = {}
        for number in range(2, max(wanted) + 1):
            name = wanted.get(number, f"user{number}")
            person = real.account(name) if name in _NAMES else {}
            email = person.get("email", f"{name}@example.org")
            profile = person.get("profile", {})
            user = users.add_user(
                db,
                email,
                profile.get("full_name", ""),
                profile.get("affiliations", ""),
                ("admin",) if name == "admin" else (),
            )
            assert user.id == number
            tokens[name] = users.add_token(db, user, "differential")
        yield Side(server.url, tokens), real
