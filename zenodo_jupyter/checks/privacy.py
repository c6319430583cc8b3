"""Whether more about people goes out than they mean: home folders, host names, addresses, columns that tell who somebody is."""

from __future__ import annotations

import csv
import io
import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..bundle import Bundle
from ..cells import label, output_texts
from .finding import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: A home folder on Linux, macOS and Windows; the person's name is the group.
HOME = re.compile(
    r"(?<![\w.:/-])(?:/home/|/Users/|(?i:[A-Z]:(?:\\{1,2}|/)Users(?:\\{1,2}|/)))([\w.-]+(?: [A-Z][\w.-]+)?)(?=[/\\])"
)
#: Names of accounts that tell nothing: of images, services and examples.
_NOBODY = re.compile(
    r"jovyan|runner\w*|travis|circleci|vsts\w*|root|user(?:name)?|me|you|your\w*|my\w*|ubuntu|debian|ec2-user|vagrant|docker|conda"
    r"|jupyter\w*|rstudio|public|shared|default|admin|name|feedstock_root|build\w*|ci|test\w*|azureuser|someone|work|app",
    re.IGNORECASE,
)
# Looked for around each @: a search from the left takes seconds in the long outputs of plotting libraries.
_BEFORE_AT = re.compile(r"(?<![\w.+/:-])[\w.+-]{1,64}$")
_AFTER_AT = re.compile(r"((?:[\w-]{1,63}\.)+[A-Za-z]{2,12})(?![\w(])")
_NO_MAIL = re.compile(
    r"(?:.*\.)?(?:example|test|invalid|localhost)(?:\.\w+)?|users\.noreply\..*|.*\.(?:png|jpe?g|svg|gif|py|ipynb|html)",
    re.I,
)
#: Columns each of which points at one person, and those that do so only together.
_POINTS = re.compile(
    r"e_?mail(?:_?addr\w*)?|phone(?:_?(?:no|number))?|telephone|mobile(?:_?number)?|ssn|social_?security\w*|dob|date_?of_?birth"
    r"|birth_?date|passport\w*|patient_?(?:id|name)|(?:first|last|family|given|sur)_?name|full_?name|ip_?addr(?:ess)?"
    r"|street(?:_?address)?|home_?address|iban|credit_?card\w*|medical_?record\w*|mrn"
)
#: Kinds that point at persons together: place, age and sex find most of them (Sweeney 2000: 87 % of Americans).
_TOGETHER = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:zip|postal)(?:_?code)?|address|lat(?:itude)?|lon(?:gitude)?",
        r"age|birth\w*",
        r"gender|sex",
        r"name",
    )
)
_ENOUGH = 3
_REMEDIES = ("redact", "clear-output")
_TABLES = (".csv", ".tsv")
_HEAD = 65_536


def check(nb: NotebookNode, bundle: Bundle) -> Iterator[Finding]:
    """Yield what tells about people or their machines.

    PRV1 : a home folder or this machine's name. PRV2 : columns that point at persons. PRV3 : e-mail addresses in outputs.
    """
    seen: set[str] = set()
    for text, where, cell, is_output in _texts(nb):
        for found in _machine(text):
            if found not in seen:
                seen.add(found)
                fix = (
                    "Clear the output, or replace the folder by ~."
                    if is_output
                    else "Write the path from the notebook's folder."
                )
                told = f"{where[0].upper()}{where[1:]} shows {found}."
                yield Finding("PRV1", "warning", told, fix, where, cell, remedies=_REMEDIES if is_output else ())
        mails = set(_mails(text)) - seen if is_output else set()
        if mails:
            seen |= mails
            many = f"{len(mails)} e-mail addresses" if len(mails) > 1 else "an e-mail address"
            yield Finding(
                "PRV3", "warning", f"{where[0].upper()}{where[1:]} shows {many}.",
                "Clear or redact it, unless they agreed.", where, cell, remedies=_REMEDIES,
            )  # fmt: skip
    yield from _columns(bundle)


def _texts(nb: NotebookNode) -> Iterator[tuple[str, str, int, bool]]:
    """Yield the texts of code and outputs, where each stands, the cell's position, and whether it is output."""
    for index, cell in enumerate(nb["cells"]):
        where = label(cell, index)
        if cell["cell_type"] == "code":
            yield cell["source"], where, index, False
        for text in output_texts(cell):
            yield text, f"the output of {where}", index, True


def _machine(text: str) -> Iterator[str]:
    """Yield the home folders and this machine's name, as they are to be told."""
    if "/home/" in text or "Users" in text or "users" in text:
        for match in HOME.finditer(text):
            if not _NOBODY.fullmatch(match.group(1)):
                yield f"the home folder of {match.group(1)}"
    host = socket.gethostname()
    if tells(host) and re.search(rf"(?<![\w-]){re.escape(host)}(?![\w-])", text):
        yield "the name of your machine"


def _mails(text: str) -> Iterator[str]:
    """Yield the e-mail addresses in a text, those of examples and of nobody left out."""
    at = text.find("@")
    while at >= 0:
        before = _BEFORE_AT.search(text, max(0, at - 65), at)
        after = _AFTER_AT.match(text, at + 1)
        if before and after and not _NO_MAIL.fullmatch(after.group(1)):
            yield f"{before.group()}@{after.group(1)}"
        at = text.find("@", at + 1)


def redacted(text: str) -> str:
    """Return a text without home folders, this machine's name and e-mail addresses."""
    text = HOME.sub(lambda match: match.group() if _NOBODY.fullmatch(match.group(1)) else "~", text)
    host = socket.gethostname()
    if tells(host):
        text = re.sub(rf"(?<![\w-]){re.escape(host)}(?![\w-])", "[host]", text)
    for mail in set(_mails(text)):
        text = text.replace(mail, "[removed]")
    return text


def is_nobody(account: str) -> bool:
    """Tell whether the name of an account says nothing about whose it is, as that of an image or a service."""
    return bool(_NOBODY.fullmatch(account))


def tells(host: str) -> bool:
    """Tell whether a machine's name says anything: short ones and that of every machine are words."""
    return len(host) > 5 and host.lower() != "localhost"


def _columns(bundle: Bundle) -> Iterator[Finding]:
    for file in bundle.files:
        if file.role not in ("data", "output") or not file.key.lower().endswith(_TABLES) or not file.size:
            continue
        with file.open() as stream:
            head = stream.read(_HEAD).decode("utf-8", "replace").partition("\n")[0]
        delimiter = max(",;\t|", key=head.count)
        names = [
            re.sub(r"[\s.-]+", "_", name.strip().lower())
            for name in next(csv.reader(io.StringIO(head), delimiter=delimiter), ())
        ]
        points = [name for name in names if _POINTS.fullmatch(name)]
        kinds = [hits for kind in _TOGETHER if (hits := [name for name in names if kind.fullmatch(name)])]
        found = points or ([name for hits in kinds for name in hits] if len(kinds) >= _ENOUGH else [])
        if found:
            yield Finding(
                "PRV2", "warning", f"{file.key} has columns that may point at persons: {', '.join(found[:5])}.",
                "Take them out or make them coarser, unless it may be published; leave the file out otherwise.", file.key,
            )  # fmt: skip
