"""Whether there is a password or token in what would be public for ever. All that is text is looked at, decoded.

The raw JSON of a notebook is not: escapes hide secrets in it, and the random letters of images look like some.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..bundle import Bundle, BundleFile
from ..cells import label, output_texts
from .finding import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Bytes of a data file above which it is not looked at: people write secrets into small files.
_SMALL = 1_000_000
_REVOKE = "Take it out, clear the output if it shows there, and revoke it where it was issued."


class _Rule(NamedTuple):
    """How one kind of secret looks: words of which one must be there for the pattern to be tried at all, and the pattern.

    The secret is the pattern's group 1, or all of it; a name that says how secret it is may be group ``name``.
    """

    kind: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    random: bool = False


def _rule(kind: str, needles: str, pattern: str, *, random: bool = False, flags: int = 0) -> _Rule:
    return _Rule(kind, tuple(needles.split()), re.compile(pattern, flags), random)


# The prefixes are those that the providers document for their tokens; `random` asks besides that the letters are.
_ISSUED = (
    _rule(
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    _rule("a GitLab token", "glpat-", r"\bglpat-[\w-]{20,}"),
    _rule("an OpenAI or Anthropic key", "sk-", r"(?<![\w-])sk-(?:proj-|ant-|svcacct-)?[\w-]{20,}", random=True),
    _rule("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}", random=True),
    _rule("an AWS access key", "AKIA ASIA", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _rule("a Google key", "AIza", r"\bAIza[\w-]{35}"),
    _rule("a Slack token", "xox", r"\bxox[abeoprs]-[\w-]{10,}"),
    _rule("a Slack address that takes messages", "hooks.slack.com", r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}"),
    _rule("a Stripe key", "k_live_ k_test_", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}"),
    _rule("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _rule("a PyPI token", "pypi-", r"\bpypi-[\w-]{60,}"),
    _rule("a SendGrid key", "SG.", r"\bSG\.[\w-]{20,24}\.[\w-]{40,}"),
    _rule("a web token (JWT)", "eyJ", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}"),
    _rule("a private key", "PRIVATE KEY", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    _rule("a password in an address", "://", r"\b[a-z][a-z0-9+.-]{1,20}://[^/\s:@'\"<>]*:([^/\s@'\"<>]{3,})@[\w.-]+"),
    _rule(
        "a token in an address",
        "?",
        r"[?&](?:access_token|api_?key|token|sig)=([\w.%~-]{16,})",
        random=True,
        flags=re.I,
    ),
    _rule("a token in a header", "bearer", r"\bbearer\s+([\w.~+/-]{20,}=*)", random=True, flags=re.I),
)
# From a word's beginning only, and no longer than names are: else a long run of letters is searched over and over.
_WORDS = r"passw(?:or)?d|passphrase|pwd|secret|token|api_?key|access_?key|auth_?key|credential"
_SECRET_NAME = rf"(?<!\w)(?P<name>\w{{0,40}}?(?:{_WORDS})\w{{0,40}})"
_NAMED_WORDS = "passw passphrase pwd secret token apikey api_key accesskey access_key authkey auth_key credential"
# What people assign to a name that says so: in code, in JSON and YAML, in a shell line or a .env file.
_NAMED = (
    _rule(
        "a secret", _NAMED_WORDS, _SECRET_NAME + r"['\"]?\]?\s*(?:=|:)\s*[rbf]?['\"]([^'\"\s]{6,200})['\"]", flags=re.I
    ),
    _rule(
        "a secret",
        _NAMED_WORDS,
        r"(?:%(?:set_)?env|export|setx?)\s+" + _SECRET_NAME + r"[=\s]['\"]?([^\s'\"]{6,200})",
        flags=re.I,
    ),
)
_DOTENV = _rule(
    "a secret", _NAMED_WORDS, r"^\s*(?:export\s+)?" + _SECRET_NAME + r"=['\"]?([^\s'\"#]{6,200})", flags=re.I | re.M
)
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|change|dummy|fake|sample|insert|replace|redacted|todo|secret|passw|token|[<>{}$*\[\]]|\.\.\.|…|^x+$"
    r"|xxxx|1234|^test|^none$|^null$|^true$|^false$|^user|^admin$|^root$|^guest$|^postgres$|^mysql$",
    re.IGNORECASE,
)


def check(nb: NotebookNode, bundle: Bundle, tokens: Sequence[str] = ()) -> Iterator[Finding]:
    """Yield SEC1 for every secret in sources, text outputs, metadata and small text files, the person's own tokens first."""
    seen: set[tuple[str, str]] = set()
    for text, where, cell, code in _texts(nb, bundle):
        for kind, secret in _secrets(text, where, tokens, code):
            if (secret, where) not in seen:
                seen.add((secret, where))
                shown = "" if kind == _OWN else f" ({secret[:4]}…)"
                yield Finding(
                    "SEC1", "block", f"{where[0].upper()}{where[1:]} holds {kind}{shown}.", _REVOKE, where, cell,
                    remedies=_remedies(where, cell, nb),
                )  # fmt: skip


def _remedies(where: str, cell: int | None, nb: NotebookNode) -> tuple[str, ...]:
    if where.startswith("the output"):
        return ("clear-output", "redact")
    if where.startswith("the metadata"):
        return ("redact",)
    if cell is None:
        return ()  # a file of its own, which people change where they made it
    return ("environment", "redact") if nb["cells"][cell]["cell_type"] == "code" else ("redact",)


def found(text: str, tokens: Sequence[str] = (), *, code: bool = True) -> list[str]:
    """Return the secrets in a text, the person's own tokens first; in code, those that only a name gives away, too."""
    return [secret for _, secret in _secrets(text, "", tokens, code)]


_OWN = "a token of yours"


def _texts(nb: NotebookNode, bundle: Bundle) -> Iterator[tuple[str, str, int | None, bool]]:
    """Yield every text, where it stands, the cell's position, and whether it is code or the like."""
    for index, cell in enumerate(nb["cells"]):
        where = label(cell, index)
        yield cell["source"], where, index, True
        for text in output_texts(cell):
            yield text, f"the output of {where}", index, False
        if cell["metadata"]:
            yield "\n".join(strings(cell["metadata"])), f"the metadata of {where}", index, True
    yield "\n".join(strings(nb["metadata"])), "the metadata of the notebook", None, True
    for file in bundle.files:
        if file.role in ("data", "output") and 0 < file.size <= _SMALL:
            text = _decoded(file)
            tabular = file.key.lower().endswith((".csv", ".tsv", ".dat", ".html", ".htm", ".svg", ".ipynb"))
            yield text, file.key, None, not tabular


def _secrets(text: str, where: str, tokens: Sequence[str], code: bool) -> Iterator[tuple[str, str]]:
    yield from ((_OWN, token) for token in tokens if token and token in text)
    lower = text.lower()
    rules = [*_ISSUED, *(_NAMED if code else ())]
    if where.rsplit("/", 1)[-1].startswith(".env"):
        rules.append(_DOTENV)
    for rule in rules:
        if not any(needle in text or needle in lower for needle in rule.needles):
            continue
        for match in rule.pattern.finditer(text):
            secret = match.group(rule.pattern.groups)  # the last group, or all of it where there is none
            if _is_secret(secret, match.groupdict().get("name"), rule):
                yield rule.kind, secret


def _is_secret(secret: str, name: str | None, rule: _Rule) -> bool:
    """Tell a secret from a placeholder, a word or a name, by its letters."""
    given = bool(rule.pattern.groups)  # a value that somebody chose, not one that a provider made by its own pattern
    if given and _PLACEHOLDER.search(secret):
        return False
    if rule.random:
        return _is_random(secret)
    if name is None:
        return True
    if re.search(r"passw|pwd|passphrase", name, re.IGNORECASE):
        return _entropy(secret) >= 2.5 and not re.fullmatch(r"[A-Za-z_.-]+|[\d.]+", secret)
    return len(secret) >= 16 and _is_random(secret) and not re.search(r"[/\\]|://|\.\w{1,4}$", secret)


def _is_random(text: str) -> bool:
    """Tell whether letters look thrown: digits among them, and much variety (3.5 bits a letter, as most scanners take it)."""
    return bool(re.search(r"\d", text) and re.search(r"[A-Za-z]", text)) and _entropy(text) >= 3.5


def _entropy(text: str) -> float:
    """Return Shannon's entropy in bits per letter."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def strings(value: Any, name: str = "") -> Iterator[str]:
    """Yield the texts in nested metadata, each behind its name as in code, so that the same rules find them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, name)
    elif isinstance(value, str):
        yield f'{name} = "{value}"'


def _decoded(file: BundleFile) -> str:
    """Return a file's text; nothing for one that is not text."""
    with file.open() as stream:
        content = stream.read(_SMALL)
    return "" if b"\0" in content[:8192] else content.decode("utf-8", "replace")
