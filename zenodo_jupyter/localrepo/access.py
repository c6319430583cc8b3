"""Who may do what.

The owner of a concept, an administrator, whoever was granted it, and who decides in its communities may see and change
its drafts; published records are for everybody as far as their ``access`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeAlias

from ..errors import AccessDenied
from .database import Database
from .users import User
from .versions import Parent, Version

#: What a grant allows, from the least to the most.
_LEVELS = ("view", "preview", "edit", "manage")


@dataclass(frozen=True)
class LinkHolder:
    """Somebody, or a stranger, who came by a secret link.

    Attributes
    ----------
    user : User or None
        Who it is.
    parent : int
        The concept that the link opens.
    permission : str
        How far.
    """

    user: User | None
    parent: int
    permission: str


Reader: TypeAlias = "User | LinkHolder | None"


def denied() -> AccessDenied:
    """Return the refusal that InvenioRDM gives, with or without a token (never 401)."""
    return AccessDenied("Permission denied.")


def level(db: Database, user: Reader, parent: Parent) -> str:
    """Return the most that somebody may do with a concept: one of the grants' levels, or an empty text."""
    if isinstance(user, LinkHolder):
        own = level(db, user.user, parent)
        opened = user.permission if user.parent == parent.number else ""
        return max((one for one in (own, opened) if one), key=_LEVELS.index, default="")
    if user is None:
        return ""
    if user.is_admin or parent.owner == user.id:
        return "manage"
    rows = db.all(
        "SELECT permission FROM access_grants WHERE parent_id = ? AND subject_type = 'user' AND subject_id = ?",
        parent.number,
        str(user.id),
    )
    given = [row["permission"] for row in rows if row["permission"] in _LEVELS]
    if _curates(db, user, parent):
        given.append("edit")
    return max(given, key=_LEVELS.index, default="")


def _curates(db: Database, user: User, parent: Parent) -> bool:
    """Tell whether somebody decides in a community that the record is in, or that is asked to take it."""
    if not (parent.document.get("review") or parent.document.get("communities")):
        return False
    row = db.one(
        "SELECT 1 FROM members WHERE user_id = ? AND active AND role <> 'reader' AND community_id IN "
        "(SELECT community_id FROM community_records WHERE parent_id = ? "
        "UNION SELECT receiver FROM requests WHERE id = ? AND status = 'submitted')",
        user.id,
        parent.number,
        parent.document.get("review"),
    )
    return row is not None


def _at_least(have: str, wanted: str) -> bool:
    return bool(have) and _LEVELS.index(have) >= _LEVELS.index(wanted)


def may_edit(db: Database, user: Reader, parent: Parent) -> bool:
    """Tell whether somebody may change drafts, publish and make versions."""
    return _at_least(level(db, user, parent), "edit")


def may_read(db: Database, user: Reader, version: Version) -> bool:
    """Tell whether somebody may see a record or a draft without its files."""
    if version.is_draft:
        return _at_least(level(db, user, version.parent), "preview")
    return version.access["record"] == "public" or _at_least(level(db, user, version.parent), "view")


def may_read_files(db: Database, user: Reader, version: Version) -> bool:
    """Tell whether somebody may see a record's or a draft's files."""
    if version.is_draft:
        return may_read(db, user, version)
    open_to_all = version.access["record"] == version.access["files"] == "public"
    return open_to_all or _at_least(level(db, user, version.parent), "view")


def require(allowed: bool) -> None:
    """Refuse what is not allowed.

    Raises
    ------
    AccessDenied
        When it is not.
    """
    if not allowed:
        raise denied()


def status(access: dict[str, Any], *, has_files: bool) -> str:
    """Return the one word for who may see what: open, embargoed, restricted or metadata-only."""
    if (access.get("embargo") or {}).get("active"):
        return "embargoed"
    if access["record"] == "public" and not has_files:
        return "metadata-only"
    return "open" if access["record"] == access["files"] == "public" else "restricted"


def today() -> str:
    """Return the date in UTC."""
    return datetime.now(timezone.utc).date().isoformat()
