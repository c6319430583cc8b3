"""The texts that stand in code of other languages than Python, and the calls that they are given to.

The code is read by Pygments, which knows some hundreds of languages. No more is understood than what strings, names and
brackets tell: no variables, and of what puts paths together only the calls that R and Julia have for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Calls that put a path together of parts: R's, that of its package here, and Julia's; Octave's and MATLAB's.
_JOINS = frozenset({"file.path", "here", "joinpath", "fullfile"})
_QUOTED = re.compile(r"""^\w{0,3}?("{3}|["'`])(.*)\1$""", re.DOTALL)


@dataclass
class _Call:
    """A bracket that is open: what is called, and what stands in it so far."""

    name: str
    texts: list[str] = field(default_factory=list)
    plain: bool = True


def literals(source: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the name of the call, which may be empty, and the text that it is given.

    Parameters
    ----------
    source : str
        Code.
    language : str
        As notebooks name it; nothing is found where it is unknown.

    Examples
    --------
    >>> list(literals('d <- read.csv(file.path("data", "a.csv"))  # "b.csv"', "r"))
    [('read.csv', 'data/a.csv')]
    >>> list(literals('using CSV; CSV.write("out.csv", d)', "julia"))
    [('write', 'out.csv')]
    """
    calls = [_Call("")]
    for kind, text in _words(source, language):
        call = calls[-1]
        if kind == "string":
            if call.name in _JOINS:
                call.texts.append(text)
            else:
                yield call.name, text
        elif text in "([{":
            calls.append(_Call(kind))
        elif text in ")]}" and len(calls) > 1:
            done = calls.pop()
            # A path with a part that is not known is none that could be looked for.
            if done.texts and done.plain:
                inner = "/".join(done.texts)
                if calls[-1].name in _JOINS:
                    calls[-1].texts.append(inner)
                else:
                    yield calls[-1].name, inner
            elif done.name in _JOINS:
                calls[-1].plain = False
        elif kind == "name":
            call.plain = False


def _words(source: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield strings, names, and brackets with what they follow: ``("string", "a.csv")``, ``("name", "x")``, ``("f", "(")``."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment, Name, Punctuation, String
    from pygments.util import ClassNotFound

    try:
        tokens = list(get_lexer_by_name(language).get_tokens(source))
    except ClassNotFound:
        return
    name = quoted = ""
    for kind, text in [*tokens, (Punctuation, "")]:
        if kind in String and kind not in String.Doc:
            quoted += text
            continue
        if quoted:
            if match := _QUOTED.match(quoted.strip()):
                yield "string", match[2].replace("\\\\", "\\")
            name = quoted = ""
        for word in re.findall(r"[()\[\]{}]|[^()\[\]{}]+", text) if kind not in Comment else ():
            if word in "()[]{}":
                yield name if word == "(" else "", word
                name = ""
            elif kind in Name:
                if name:
                    yield "name", name
                name = word.strip()
            elif word.strip() and name:
                if word.strip() not in (".", "::", ":::"):
                    yield "name", name
                name = ""
