"""How a repository is spoken to: in InvenioRDM's native API, and never twice for what must happen once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import requests

from .answers import json_of, read
from .errors import CouldNotAsk, InvalidDOI, NotARepository, RepositoryBroken, UnsafeName, ZenodoJupyterError
from .http import NATIVE, PASSING, Patience, Session, new_session, request
from .tokens import Token

if TYPE_CHECKING:
    from .rows import RepositoryRow

T = TypeVar("T")

#: Seconds to wait for a connection, and for the answer to what a repository works long on: taking in, committing,
#: publishing. Publishing was seen to take minutes (zenodo/zenodo#2131), and a server in front gives up at about one.
SLOW = (10.0, 300.0)
#: Zenodo gives at most this many results a page, with a token and without.
PAGE, PAGE_ANONYMOUS = 100, 25
#: It shows the first ten thousand results only.
WINDOW = 10_000


class NativeAPI:
    """A place that speaks InvenioRDM's native API; `Repository` has the verbs.

    Parameters
    ----------
    row : RepositoryRow
        Which one.
    session : Session, optional
        From `http.new_session`; one is made otherwise.
    token : Token, optional
        For a session that is made.
    """

    def __init__(self, row: RepositoryRow, session: Session | None = None, token: Token | None = None) -> None:
        self.row = row
        self.session = session or new_session(token, row.url, name=row.name, title=row.title)

    @property
    def name(self) -> str:
        """What it is called on the command line, such as ``sandbox``."""
        return self.row.name

    @property
    def title(self) -> str:
        """What it is called in sentences."""
        return self.row.title

    @property
    def url(self) -> str:
        """Its address."""
        return self.row.url

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.url}>"

    def ask(
        self, method: str, path: str, *, accept: str = NATIVE, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> requests.Response:
        """Ask the API; see `http.request` for what else can be given and for the errors.

        Parameters
        ----------
        method, path : str
            Such as ``GET`` and ``/records/12``.
        accept : str
            The kind of answer that is wanted.
        headers : dict, optional
            Further ones.
        """
        headers = {"Accept": accept, **(headers or {})}
        return request(self.session, method, self.row.api + path, headers=headers, **kwargs)

    def ask_json(self, method: str, path: str, **kwargs: Any) -> Any:
        """Ask the API and return the JSON of the answer."""
        return json_of(self.ask(method, path, **kwargs), self.session)

    def hits(self, path: str, params: dict[str, Any], what: str, at_most: int = WINDOW) -> Iterator[dict[str, Any]]:
        """Go through the results of a search, page by page."""
        size = min(at_most, PAGE if self.session.token else PAGE_ANONYMOUS)
        left = at_most
        for page in range(1, WINDOW // size + 1):
            found = self.ask_json("GET", path, params={**params, "size": size, "page": page}, what=what)
            hits = read(lambda answer: list(answer["hits"]["hits"]), found, self.session)
            yield from hits[:left]
            left -= len(hits)
            if len(hits) < size or left <= 0:
                return

    def settle(self, act: Callable[[], T], look: Callable[[], T | None], *, looks: int = 1) -> T:
        """Do what must not be done twice.

        When the answer leaves it open whether the thing was done (a cut connection, a time-out, a 5xx), look first, and do it
        again only if it was not and if the trouble is one that passes.

        Parameters
        ----------
        act : callable
            Does it and returns what came of it.
        look : callable
            Returns what came of it if it is done, else None.
        looks : int
            How often to look, with growing waits, before it is done again: the server may still be at it.
        """
        patience = Patience(self.session)
        while True:
            try:
                return act()
            except (CouldNotAsk, RepositoryBroken) as e:
                doubt: ZenodoJupyterError = e
            if not self.session.reached:  # nothing was ever heard of it, so nothing was done
                raise doubt
            for _ in range(looks):
                done = look()
                if done is not None:
                    return done
                if not patience.wait():
                    raise doubt
            if isinstance(doubt, NotARepository) or doubt.status not in PASSING:
                raise doubt


def segment(record_id: str) -> str:
    """Return a record id as one segment of a path, whatever is in it.

    Raises
    ------
    InvalidDOI
        When it would not be one: dots alone mean another folder.
    """
    if not record_id.strip("."):
        raise InvalidDOI(f"{record_id!r} is not the id of a record.", "It looks like 1234567 or abcde-12345.")
    return quote(record_id, safe="")


def key_path(key: str) -> str:
    """Return a file's key as it stands in a path: folders stay folders.

    A key with a segment of dots, which some other client may have made, becomes one segment: otherwise the libraries below
    would resolve it to another address before it is sent.

    Raises
    ------
    UnsafeName
        When there is no address for it.

    Examples
    --------
    >>> key_path("data/a b#1.csv"), key_path("../up.txt")
    ('data/a%20b%231.csv', '..%2Fup.txt')
    """
    if not key.strip("."):
        raise UnsafeName(f"A file named {key!r} cannot be asked for.", "Rename or remove it on the repository's site.")
    dots = any(not part.strip(".") for part in key.split("/"))
    return quote(key, safe="" if dots else "/")
