"""The small files that go with a notebook and explain it: CITATION.cff, README.md, and from `crate` the RO-Crate.

Same input, same bytes: no clock, no machine, no order of a dictionary or disk goes into them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from ..metadata import Metadata
from ..metadata.licences import spdx_id
from ..metadata.people import authors_line
from ..metadata.prose import in_english, plain
from .crate import ro_crate
from .work import ROLES, FileFacts, Work

__all__ = ["FileFacts", "Work", "cff_author", "citation_cff", "readme_md", "ro_crate"]

#: Rows of the list of files; longer ones are in the manifest.
_MOST_FILES = 200
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def citation_cff(work: Work) -> str:
    """Return ``CITATION.cff``, Citation File Format 1.2.0.

    Its specification (citation-file-format, schema 1.2.0) asks for ``cff-version``, ``message``, ``title`` and ``authors``, for
    a full day as ``date-released``, for ORCID iDs as addresses, and takes several licences for a choice between them.
    """
    said = work.metadata
    kind = "dataset" if said.resource_type == "dataset" else "software"
    licences = [spdx_id(item["id"]) for item in said.rights if item.get("id")]
    day = said.publication_date or ""
    entry = {
        "cff-version": "1.2.0",
        "message": "If you use this work, please cite it as below.",
        "type": kind,
        "title": said.title,
        "abstract": plain(said.description or ""),
        "authors": [cff_author(person) for person in said.creators],
        "version": said.version,
        "date-released": day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else None,
        "doi": str(work.doi) if work.doi else None,
        "url": work.url,
        "repository-code": said.code_repository,
        "keywords": list(dict.fromkeys(_keywords(said))),
        # Ours all hold at once, each for a part; a list would say "take one of these".
        "license": licences[0] if len(licences) == 1 == len(said.rights) else None,
    }
    filled = {key: value for key, value in entry.items() if value}
    return yaml.safe_dump(filled, sort_keys=False, allow_unicode=True, width=100)


def cff_author(person: dict[str, Any]) -> dict[str, str]:
    """Return a creator as ``CITATION.cff`` names one."""
    if person.get("type") == "organizational":
        return {"name": person["name"]}
    where = "; ".join(a.get("name") or f"https://ror.org/{a['id']}" for a in person.get("affiliations", ()))
    author = {
        "family-names": person.get("family_name"),
        "given-names": person.get("given_name"),
        "orcid": f"https://orcid.org/{person['orcid']}" if person.get("orcid") else None,
        "affiliation": where,
    }
    return {key: value for key, value in author.items() if value}


def readme_md(work: Work, files: Sequence[FileFacts]) -> str:
    """Return ``README.md``: what it is, its files, how to cite it, how to run it again.

    Parameters
    ----------
    work : Work
        What is published.
    files : sequence of FileFacts
        The files of the record; their order does not matter.
    """
    said = work.metadata
    facts = [authors_line(said.creators), said.publication_date, f"version {said.version}" if said.version else None]
    listed = sorted(files, key=lambda file: (file.role != "notebook", file.key))
    parts = [
        f"# {_line(said.title or work.notebook)}",
        " · ".join(fact for fact in facts if fact),
        plain(said.description or ""),
        "## Files",
        _table(listed),
        "## How to cite",
        _citation(work),
        "## How to run it again",
        _rerun(work, {file.key for file in files}),
        *(["## Licence", _licence(said)] if said.rights else []),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(files: Sequence[FileFacts]) -> str:
    rows = [
        f"| {_code(file.key)} | {ROLES.get(file.role, file.role)} | {human_size(file.size)} |"
        for file in files[:_MOST_FILES]
    ]
    more = [f"| … and {len(files) - _MOST_FILES} more, see the manifest | | |"] if len(files) > _MOST_FILES else []
    return "\n".join(["| File | What it is | Size |", "|---|---|---|", *rows, *more])


def _citation(work: Work) -> str:
    said = work.metadata
    year = f" ({said.publication_date[:4]})" if said.publication_date else ""
    version = f" ({said.version})" if said.version else ""
    where = f" {said.publisher or work.repository}." if said.publisher or work.repository else ""
    text = f"> {authors_line(said.creators)}{year}. {_line(said.title or work.notebook)}{version}.{where} {work.link}".rstrip()
    if work.doi and not work.doi_url:
        text += f"\n\nIts DOI {work.doi} is for practice: it is not registered and does not resolve at doi.org."
    return text


def _rerun(work: Work, keys: set[str]) -> str:
    parts = []
    if work.doi:
        parts.append(f"```\npip install zenodo-jupyter\njupyter zenodo reproduce {work.doi}\n```")
        parts.append(
            "It gets the files, checks them, runs the notebook beside its data, and says how much came out the same."
        )
    if work.rehearsal:
        parts.append(
            f"Before it was published it was run in an environment made from these files: {_line(work.rehearsal)}"
        )
    needs = "install the packages in `requirements.txt` and " if "requirements.txt" in keys else ""
    opening = f"open {_code(work.notebook)} in JupyterLab" if work.notebook else "open the notebook in JupyterLab"
    parts.append(f"{'Or by hand' if work.doi else 'By hand'}: {needs}{opening}.")
    if work.hindrances:
        listed = "\n".join(f"- {_line(told)}" for told in work.hindrances)
        parts.append(f"What a look at it found that may stand in the way:\n\n{listed}")
    return "\n\n".join(parts)


def _licence(said: Metadata) -> str:
    names = [spdx_id(item["id"]) if item.get("id") else in_english(item.get("title")) for item in said.rights]
    return "\n".join(f"- {_line(name)}" for name in names)


def _keywords(said: Metadata) -> Iterable[str]:
    return (item.get("subject") or item.get("id") or "" for item in said.subjects)


def _line(text: str) -> str:
    """Return a text as one line of Markdown in which nothing is taken for markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", " ".join(text.split()))


def _code(key: str) -> str:
    """Return a file name as code; a table's bars and code's back-ticks are the two things that could break it."""
    fence = "``" if "`" in key else "`"
    pad = " " if "`" in key else ""
    return f"{fence}{pad}{key.replace('|', chr(92) + '|')}{pad}{fence}"


def human_size(size: int) -> str:
    """Return a size in decimal units.

    >>> human_size(0), human_size(999), human_size(1_234_567)
    ('0 bytes', '999 bytes', '1.2 MB')
    """
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{size} bytes"
