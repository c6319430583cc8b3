"""Ask two servers the same, and say in what their answers differ once ids, times and links are masked."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

import zenodo_jupyter.localrepo

TABLE = Path(zenodo_jupyter.localrepo.__file__).with_name("DIFFERENCES.md")
#: Headers whose values matter to clients; of the others only that they are there, or nothing.
HEADERS = ("Content-Type", "Location", "Content-Disposition", "Accept-Ranges", "Content-Range", "Allow")
PRESENT = ("ETag", "Link", "Content-MD5", "X-RateLimit-Limit", "Retry-After")
#: Lists that also show what there was before: earlier sessions, and other people's.
_OF_ALL = re.compile(r"/api/(records|communities|requests/|user/\w+)")
# Ours are registered nowhere, so they lead to the landing page.
_DOI_LINKS = {"doi", "self_doi", "parent_doi"}
_DOI_LINK = re.compile(r"https://doi\.org/10\.5072/<id>|http://<here>/records/<id>")
_MASKS = (
    (r"eyJ[\w.-]{60,}|[A-Za-z0-9_-]{48}\.[A-Za-z0-9_-]{86}", "<token>"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?", "<time>"),
    (r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "<uuid>"),
    (r"\b10\.5072/(rdm\.)?", "10.5072/"),
    (r"\b[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{3}\d\d\b", "<id>"),
    (r"oai:[\w.]+:", "oai:<here>:"),
    # DataCite's test system resolves all DOIs at a host of its own.
    (r"https://handle\.test\.datacite\.org/", "https://doi.org/"),
    (r"record's one\(\d+\)", "record's one(<revision>)"),
)
#: Rows of the table that excused a difference in this run.
needed: set[tuple[str, str]] = set()


@dataclass
class Side:
    """One of the two servers.

    Parameters
    ----------
    url : str
        Its address.
    tokens : dict
        ``main``, ``other`` and ``admin``.
    """

    url: str
    tokens: dict[str, str]
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(
        self, method: str, path: str, who: str | None = "main", data: Any = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Send a request; ``path`` and texts in the body name ids as they were when the case was written."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {self.tokens.get(who, 'wrong')}"
        if isinstance(data, dict | list):
            data = self.known(json.dumps(data)).encode()
            sent.setdefault("Content-Type", "application/json")
        self.session.cookies.clear()
        return self.session.request(
            method, self.url + self.known(path), data=data, headers=sent, timeout=120, allow_redirects=False
        )

    def known(self, text: str) -> str:
        """Put this side's ids in the place of those of the case."""
        for then, now in self.ids.items():
            text = text.replace(then, now)
        return text

    def learn(self, body: Any, path: list[Any], then: str) -> None:
        """Remember which id this side gave."""
        for step in path:
            try:
                body = body[step]
            except (KeyError, IndexError, TypeError):
                return
        if isinstance(body, str):
            self.ids[then] = body

    def user_id(self, who: str) -> int:
        """Return somebody's number."""
        return int(self.ask("GET", "/api/me", who).json()["id"])

    def account(self, who: str) -> dict[str, Any]:
        """Return somebody's account."""
        found: dict[str, Any] = self.ask("GET", f"/api/users/{self.user_id(who)}", who).json()
        return found

    def mask(self, node: Any) -> Any:
        """Return an answer without what has to differ."""
        if isinstance(node, dict):
            masked = {self.mask(k): self.mask(v) for k, v in node.items()}
            if "number" in masked and "is_expired" in masked:  # counts all requests there ever were
                masked["number"] = "<number>"
            for name in _DOI_LINKS & masked.keys():
                if isinstance(masked[name], str):
                    masked[name] = _DOI_LINK.sub("<doi link>", masked[name])
            if isinstance(masked.get("revision_id"), int):  # there also counts the writes behind one request
                masked["revision_id"] = "<revision>"
            return masked
        if isinstance(node, list):
            for name in ("key", "href", "anchor"):  # files come in any order there, and so do their links
                if node and all(isinstance(v, dict) and name in v for v in node):
                    node = sorted(node, key=lambda v: str(v[name]))
            return [self.mask(v) for v in node]
        if not isinstance(node, str):
            return node
        text = node.replace(self.url, "http://<here>")
        for pattern, mask in _MASKS:
            text = re.sub(pattern, mask, text)
        return text

    def shown(self, answer: requests.Response) -> dict[str, Any]:
        """Return what is compared of an answer: status, headers, and the body, parsed if it is JSON."""
        kind = answer.headers.get("Content-Type", "")
        shown: dict[str, Any] = {"status": answer.status_code}
        shown["headers"] = {n: self.mask(answer.headers[n]) for n in HEADERS if n in answer.headers}
        shown["headers"] |= {n: True for n in PRESENT if n in answer.headers}
        if "Allow" in answer.headers:  # in any order, on either side
            shown["headers"]["Allow"] = sorted(answer.headers["Allow"].split(", "))
        try:
            body = answer.json() if "json" in kind or kind == "" else None
        except ValueError:
            body = None
        path = urlsplit(str(answer.url)).path
        if _OF_ALL.fullmatch(path) and isinstance(body, dict) and isinstance(body.get("hits"), dict):
            body = self._own_hits(body)
        elif body is None:
            body = "<page>" if "html" in kind else answer.content.decode("latin-1")
        shown["body"] = self.mask(body)
        return shown

    def _own_hits(self, body: dict[str, Any]) -> dict[str, Any]:
        """Leave out of a list what was there before: other people's records, how many there are, and further pages.

        What is left stands under the ids of the cases, with the order beside it; see `in_common`.
        """
        then = {now: then for then, now in self.ids.items()}
        hits = body["hits"]["hits"]
        names = [then.get(str(hit.get("id"))) if isinstance(hit, dict) else None for hit in hits]
        mine = {name: hit for name, hit in zip(names, hits, strict=True) if name}
        links = {k: v for k, v in body.get("links", {}).items() if k == "self"}
        kept = {k: v for k, v in body.items() if k not in ("aggregations", "links")}
        found = {"by id": mine, "order": [*mine], "crowded": len(mine) < int(body["hits"].get("total") or len(hits))}
        return {**kept, "hits": found, "links": links}


def differences(here: Any, there: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two masked answers differ, with both values."""
    if isinstance(here, dict) and isinstance(there, dict):
        for key in sorted({*here, *there}, key=str):
            yield from differences(here.get(key, "<absent>"), there.get(key, "<absent>"), f"{path}.{key}".lstrip("."))
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for index, (one, other) in enumerate(zip(here, there, strict=True)):
            yield from differences(one, other, f"{path}.{index}")
    elif here != there:
        yield path, here, there


def in_common(here: Any, there: Any) -> tuple[Any, Any]:
    """Return two answers with those search results only that both pages show.

    Records of earlier sessions push some off a page; where there are none, both must show the same.
    """
    lists = [side["body"].get("hits") if isinstance(side.get("body"), dict) else None for side in (here, there)]
    if not all(isinstance(found, dict) and "crowded" in found for found in lists):
        return here, there
    both = set.intersection(*(set(found["order"]) for found in lists))
    answers = []
    for side, found in zip((here, there), lists, strict=True):
        own = both if any(one["crowded"] for one in lists) else set(found["order"])
        kept = [name for name in found["order"] if name in own]
        hits = {"by id": {name: found["by id"][name] for name in kept}, "order": kept}
        answers.append({**side, "body": {**side["body"], "hits": hits}})
    return answers[0], answers[1]


def rows() -> list[tuple[str, str]]:
    """Return the table of differences: which case (a pattern) and where in its answer (a pattern)."""
    found = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"no table in {TABLE}"
    return found


def unexplained(case: str, here: Any, there: Any) -> list[str]:
    """Return the differences that are not in the table, in words."""
    table = rows()
    wrong = []
    for path, one, other in differences(*in_common(here, there)):
        excuses = [r for r in table if fnmatch.fnmatchcase(case, r[0]) and fnmatch.fnmatchcase(path, r[1])]
        needed.update(excuses)
        if not excuses:
            wrong.append(f"{case}: {path}: {json.dumps(one)[:200]} here, {json.dumps(other)[:200]} there")
    return wrong
