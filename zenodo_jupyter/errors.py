"""The errors of zenodo_jupyter: one family.

::

    ZenodoJupyterError
    ├── BadInput                 what was given cannot be used (400)
    │   ├── InvalidDOI           not a DOI, record URL or record id
    │   ├── InvalidMetadata      fields missing or wrong; carries FieldErrors
    │   ├── DamagedNotebook      not a notebook, or one that cannot be read
    │   ├── MissingFile          a file that was named is not there (404)
    │   ├── SeveralNotebooks     a record has several, and nobody said which; carries their names
    │   ├── UnsafeName           a name that would leave its folder
    │   ├── UnknownRepository    a repository that is not configured here
    │   └── UnknownJob           a job that was never started here, or is forgotten (404)
    ├── CouldNotAsk              no usable answer came (502)
    │   └── NotARepository       something answered, but not an InvenioRDM
    ├── WasRefused               the repository said no (its own status)
    │   ├── AccessDenied         token missing, wrong, or not allowed (403)
    │   ├── RecordNotFound       no such record, draft or file (404)
    │   ├── RecordDeleted        there is only a tombstone (410)
    │   ├── RefusedMetadata      its own field errors; carries FieldErrors (400)
    │   ├── TooManyRequests      slow down (429)
    │   └── RepositoryBroken     it failed itself (5xx)
    ├── Mismatch                 bytes are not what they should be (409)
    ├── ChangedMeanwhile         the notebook changed while it was published (409)
    ├── NeedsConsent             a person has to say yes first (409)
    ├── Blocked                  a check forbids it, such as a secret (409)
    ├── Busy                     another process does the same act (423)
    ├── NotInstallable           packages that cannot be installed here (409)
    ├── DiskFull                 no room on the disk (507)
    └── Cancelled                the person stopped it (499)

Catch `ZenodoJupyterError` for all of them; `CouldNotAsk` against `WasRefused` tells "could not ask" from "was told no".
The number is the HTTP status that a server answers with; `exit_code` is what the command line ends with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one metadata field, in InvenioRDM's own shape.

    Attributes
    ----------
    field : str
        Dotted path with numeric indices, such as ``metadata.creators.0.person_or_org.family_name``.
    messages : tuple of str
        One or more sentences.
    """

    field: str
    messages: tuple[str, ...]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FieldError:
        """Read ``{"field", "messages"}``; the old spelling ``message`` is understood too."""
        messages = data.get("messages") or data.get("message") or ()
        if isinstance(messages, str):
            messages = (messages,)
        elif isinstance(messages, dict):  # marshmallow nests messages by item
            messages = tuple(f"{k}: {v}" for k, v in messages.items())
        return cls(str(data.get("field", "")), tuple(str(m) for m in messages))

    def to_json(self) -> dict[str, Any]:
        """Return ``{"field", "messages"}``."""
        return {"field": self.field, "messages": list(self.messages)}

    def __str__(self) -> str:
        return f"{self.field}: {' '.join(self.messages)}"


class ZenodoJupyterError(Exception):
    """Base of the family.

    Parameters
    ----------
    message : str
        What happened, what was expected, what was done about it. Never contains a token.
    hint : str
        What to try, as a sentence; may be empty.
    """

    status = 500
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def to_json(self) -> dict[str, Any]:
        """Return the error as every door shows it: ``error``, ``message``, ``hint`` and, if there are any, ``errors``."""
        body: dict[str, Any] = {"error": type(self).__name__, "message": self.message, "hint": self.hint}
        errors = getattr(self, "errors", ())
        if errors:
            body["errors"] = [e.to_json() for e in errors]
        return body


class BadInput(ZenodoJupyterError):
    """What was given cannot be used."""

    status = 400
    exit_code = 2


class InvalidDOI(BadInput):
    """The text is not a DOI, a record URL or a record id."""


class _WithFields(ZenodoJupyterError):
    """Mixin that carries field errors and shows them in its text."""

    def __init__(self, message: str, errors: tuple[FieldError, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        lines = "".join(f"\n  {e}" for e in self.errors)
        return f"{super().__str__()}{lines}"


class InvalidMetadata(_WithFields, BadInput):
    """Metadata fields are missing or wrong; see ``errors``."""


class DamagedNotebook(BadInput):
    """The file is not a notebook, or cannot be read as one."""


class MissingFile(BadInput):
    """A file that was named is not there."""

    status = 404


class SeveralNotebooks(BadInput):
    """A record has several notebooks, and nobody said which is meant; ``notebooks`` has their names, in order."""

    def __init__(self, message: str, hint: str = "", notebooks: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.notebooks = tuple(notebooks)

    def to_json(self) -> dict[str, Any]:
        """Return the error with the names."""
        return {**super().to_json(), "notebooks": list(self.notebooks)}


class UnsafeName(BadInput):
    """A name would leave the folder it belongs in."""


class UnknownRepository(BadInput):
    """The repository is not configured here."""


class UnknownJob(BadInput):
    """The job was never started here, or ended so long ago that it is forgotten."""

    status = 404


class CouldNotAsk(ZenodoJupyterError):
    """No usable answer came: no network, refused connection, time-out."""

    status = 502
    exit_code = 3


class NotARepository(CouldNotAsk):
    """Something answered, but not as an InvenioRDM does (an HTML page, say)."""


class WasRefused(ZenodoJupyterError):
    """The repository said no.

    Parameters
    ----------
    message, hint : str
        See `ZenodoJupyterError`.
    status : int
        The HTTP status it answered.
    """

    exit_code = 4

    def __init__(self, message: str, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint)
        if status is not None:
            self.status = status


class AccessDenied(WasRefused):
    """The token is missing, wrong, or not allowed to do this."""

    status = 403


class RecordNotFound(WasRefused):
    """There is no such record, draft or file."""

    status = 404


class RecordDeleted(WasRefused):
    """The record was deleted; only its tombstone is left."""

    status = 410


class RefusedMetadata(_WithFields, WasRefused):
    """The repository found errors in the metadata; see ``errors``."""

    status = 400

    def __init__(
        self, message: str, errors: tuple[FieldError, ...] = (), hint: str = "", status: int | None = None
    ) -> None:
        _WithFields.__init__(self, message, errors, hint)
        if status is not None:
            self.status = status


class TooManyRequests(WasRefused):
    """The repository asks to slow down, and the patience for it ran out."""

    status = 429


class RepositoryBroken(WasRefused):
    """The repository failed itself (5xx)."""

    status = 502


class Mismatch(ZenodoJupyterError):
    """Bytes are not what they should be: a checksum or a size differs."""

    status = 409
    exit_code = 5


class ChangedMeanwhile(ZenodoJupyterError):
    """The notebook changed on disk while it was being published."""

    status = 409
    exit_code = 5


class NeedsConsent(ZenodoJupyterError):
    """A person has to say yes first; ``hint`` says how."""

    status = 409
    exit_code = 6


class Blocked(ZenodoJupyterError):
    """A check forbids it; ``findings`` says which and what to do."""

    status = 409
    exit_code = 7

    def __init__(self, message: str, hint: str = "", findings: tuple[Any, ...] = ()) -> None:
        super().__init__(message, hint)
        self.findings = tuple(findings)

    def to_json(self) -> dict[str, Any]:
        """Return the error with its findings."""
        return {**super().to_json(), "findings": [f.to_json() for f in self.findings]}


class Busy(ZenodoJupyterError):
    """Another process is doing the same act right now."""

    status = 423
    exit_code = 8


class NotInstallable(ZenodoJupyterError):
    """Packages, or a Python, that cannot be installed here."""

    status = 409
    exit_code = 12


class DiskFull(ZenodoJupyterError):
    """There is no room on the disk."""

    status = 507
    exit_code = 9


class Cancelled(ZenodoJupyterError):
    """The person stopped it; what was done so far can be resumed."""

    status = 499
    exit_code = 130
