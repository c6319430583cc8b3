"""Licences: their ids in every spelling, and the commonest ones told by their text."""

from __future__ import annotations

import re
from typing import Any

# Ids that SPDX has retired, and everyday spellings, with what InvenioRDM's vocabulary calls them.
_ALIASES = {
    "apache 2.0": "apache-2.0",
    "apache-2": "apache-2.0",
    "apache license 2.0": "apache-2.0",
    "bsd": "bsd-3-clause",
    "bsd-3": "bsd-3-clause",
    "bsd-2": "bsd-2-clause",
    "cc0": "cc0-1.0",
    "mit license": "mit",
    "the mit license": "mit",
    "unlicense license": "unlicense",
    **{f"{f}-{v}": f"{f}-{v}-only" for f, v in (("gpl", "2.0"), ("gpl", "3.0"), ("agpl", "3.0"))},
    **{f"lgpl-{v}": f"lgpl-{v}-only" for v in ("2.0", "2.1", "3.0")},
    **{f"{f}-{v}+": f"{f}-{v}-or-later" for f, v in (("gpl", "2.0"), ("gpl", "3.0"), ("agpl", "3.0"))},
    **{f"lgpl-{v}+": f"lgpl-{v}-or-later" for v in ("2.0", "2.1", "3.0")},
}
#: What the commonest allow, in a sentence, and what they are made for; the words are ours, and no legal advice.
SENTENCES = (
    ("mit", "For code: anyone may use, change and sell it, as long as your name and these terms stay with it."),
    ("bsd-3-clause", "For code: as MIT, and nobody may advertise with your name."),
    ("bsd-2-clause", "For code: as MIT, in other words."),
    ("apache-2.0", "For code: as MIT; changes have to be named, and patents of yours that it needs are allowed."),
    ("gpl-3.0-or-later", "For code: anyone may use, change and sell it, if what comes of it is as free."),
    ("gpl-3.0-only", "For code: anyone may use, change and sell it, if what comes of it is as free."),
    ("cc-by-4.0", "For text, figures and data: anyone may use and change it who names you. Not made for code."),
    ("cc0-1.0", "For data: anyone may do anything with it; to cite you is then good practice, and no duty."),
    (
        "cc-by-sa-4.0",
        "For text and figures: as CC BY, if what comes of it is shared in the same way. Not made for code.",
    ),
    ("cc-by-nc-4.0", "For text: as CC BY, but not for money; many libraries and teachers cannot use it then."),
    ("cc-by-nd-4.0", "For text: may be passed on only unchanged; nobody can build on it."),
    ("odbl-1.0", "For databases: anyone may use it who names you, if what comes of it is as open."),
    ("odc-by-1.0", "For databases: anyone may use and change it who names you."),
    ("pddl-1.0", "For databases: anyone may do anything with it."),
)
_CC_URL = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)", re.IGNORECASE
)
_SPDX_URL = re.compile(
    r"https?://(?:www\.)?(?:spdx\.org|opensource\.org)/licenses?/([\w.+-]+?)(?:\.html|\.json|/)?$", re.I
)
#: Where "MIT AND CC-BY-4.0" is cut.
AND_OR = r"\s+(?:AND|OR|and|or)\s+|\s*[,;]\s*"
# Parts of SPDX ids that are not written in capitals.
_SPELLING = {
    "apache": "Apache",
    "artistic": "Artistic",
    "clause": "Clause",
    "etalab": "etalab",
    "later": "later",
    "odbl": "ODbL",
    "only": "only",
    "or": "or",
    "permissive": "Permissive",
    "unlicense": "Unlicense",
    "zlib": "Zlib",
}
# A licence is told by phrases that stand in its text and in no other's; the first row that fits wins.
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("agpl-3.0-only", ("gnu affero general public license version 3, 19 november 2007",)),
    ("lgpl-3.0-only", ("gnu lesser general public license version 3, 29 june 2007",)),
    ("lgpl-2.1-only", ("gnu lesser general public license version 2.1, february 1999",)),
    ("gpl-3.0-only", ("gnu general public license version 3, 29 june 2007",)),
    ("gpl-2.0-only", ("gnu general public license version 2, june 1991",)),
    ("apache-2.0", ("apache license version 2.0, january 2004",)),
    ("mpl-2.0", ("mozilla public license version 2.0",)),
    ("cc0-1.0", ("cc0 1.0 universal",)),
    ("cc-by-sa-4.0", ("attribution-sharealike 4.0 international",)),
    ("cc-by-nc-4.0", ("attribution-noncommercial 4.0 international",)),
    ("cc-by-4.0", ("attribution 4.0 international",)),
    ("unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("bsd-3-clause", ("redistribution and use in source and binary forms", "endorse or promote products derived")),
    ("bsd-2-clause", ("redistribution and use in source and binary forms", "this list of conditions")),
    ("isc", ("permission to use, copy, modify, and/or distribute this software for any purpose with or without fee",)),
    ("mit", ("permission is hereby granted, free of charge, to any person obtaining a copy", "substantial portions")),
)


def tidy_rights(value: Any) -> Any:
    """Read a licence given as text: an SPDX id in any case, a Creative Commons or SPDX address, or a title of one's own.

    >>> tidy_rights("MIT"), tidy_rights("https://creativecommons.org/licenses/by/4.0/"), tidy_rights("GPL-3.0+")
    ({'id': 'mit'}, {'id': 'cc-by-4.0'}, {'id': 'gpl-3.0-or-later'})
    >>> tidy_rights("Ask the institute")
    {'title': 'Ask the institute'}
    """
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    found = _CC_URL.match(text)
    if found:
        kind, name, version = (part.lower() for part in found.groups())
        name = {"zero": "cc0", "mark": "cc-pdm"}.get(name, name) if kind == "publicdomain" else f"cc-{name}"
        return {"id": f"{name}-{version}"}
    spdx_url = _SPDX_URL.match(text)
    text = spdx_url.group(1) if spdx_url else text
    key = _ALIASES.get(text.lower(), text.lower())
    return {"id": key} if re.fullmatch(r"[a-z0-9][a-z0-9.+-]*", key) else {"title": text}


def tidy_id(value: Any) -> Any:
    """Write a licence id in lower case, as InvenioRDM does, with retired ids replaced."""
    return _ALIASES.get(value.strip().lower(), value.strip().lower()) if isinstance(value, str) else value


def recognise(text: str) -> str | None:
    """Tell a licence by its text, or None.

    A GPL's text does not say whether later versions are allowed: "only" is what it certainly grants.
    """
    tag = re.search(r"SPDX-License-Identifier:\s*([\w.+-]+)", text)
    if tag:
        return str(tidy_id(tag.group(1)))
    words = " ".join(text.lower().split())
    return next((key for key, phrases in _PHRASES if all(phrase in words for phrase in phrases)), None)


def spdx_id(key: str) -> str:
    """Return an id in the capitals of the SPDX list, which CITATION.cff and RO-Crate expect.

    >>> spdx_id("bsd-3-clause"), spdx_id("cc-by-4.0"), spdx_id("gpl-3.0-or-later")
    ('BSD-3-Clause', 'CC-BY-4.0', 'GPL-3.0-or-later')
    """
    return "-".join(_SPELLING.get(part, part.upper()) for part in key.split("-"))
