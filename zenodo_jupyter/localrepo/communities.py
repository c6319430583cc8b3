"""Communities: who is in them, what they may do there, and which records are."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any

from ..errors import FieldError, RecordDeleted, RecordNotFound, RefusedMetadata, WasRefused
from . import access, indexing, versions, vocabularies
from .actor import Actor
from .database import Database, now
from .schema.communities import load_community, load_slug
from .users import User
from .versions import Parent

#: From the least to the most; a curator decides what comes in, a manager also who belongs to it.
ROLES = ("reader", "curator", "manager", "owner")


@dataclass
class Community:
    """A community.

    Attributes
    ----------
    id : str
        A UUID.
    slug : str
        Its name in addresses.
    document : dict
        ``metadata`` and ``access``; ``logo``, the list of files that has it.
    created, updated, revision
        As InvenioRDM shows them.
    """

    id: str
    slug: str
    document: dict[str, Any]
    created: str = field(default_factory=now)
    updated: str = ""
    revision: int = 2

    @property
    def access(self) -> dict[str, str]:
        """Who may see it, join it, and hand in records."""
        found: dict[str, str] = self.document["access"]
        return found


def find(db: Database, text: str) -> Community | None:
    """Return a community by its id or its slug; raises RecordDeleted when it was deleted."""
    row = db.one("SELECT * FROM communities WHERE id = ? OR slug = ?", text, text)
    if row is None:
        return None
    if row["deletion"]:
        raise RecordDeleted("The record has been deleted.")
    return Community(row["id"], row["slug"], json.loads(row["json"]), row["created"], row["updated"], row["revision"])


def get(actor: Actor, text: str) -> Community:
    """Return a community that this user may see.

    Raises
    ------
    RecordNotFound, RecordDeleted, AccessDenied
        When there is none, no more, or not for them.
    """
    found = find(actor.db, text)
    if found is None:
        raise RecordNotFound("The persistent identifier does not exist.")
    access.require(found.access["visibility"] == "public" or bool(role(actor.db, actor.user, found)))
    return found


def listed(actor: Actor, *, mine: bool = False, words: str = "") -> list[Community]:
    """Return the communities that this user may see and that say all of these words of themselves, newest first.

    With ``mine`` those that they belong to.
    """
    rows = actor.db.all("SELECT id FROM communities WHERE deletion IS NULL ORDER BY created DESC")
    found = [c for row in rows if (c := find(actor.db, row["id"])) and _says(c, words.casefold().split())]
    mine_only = [c for c in found if _member_role(actor.db, actor.user, c)]
    return mine_only if mine else [c for c in found if c.access["visibility"] == "public" or c in mine_only]


def _says(community: Community, words: list[str]) -> bool:
    said = community.document["metadata"]
    text = f"{community.slug} {community.id} {said['title']} {said.get('description', '')}".casefold()
    return all(word in text for word in words)


def create(actor: Actor, body: Any) -> Community:
    """Found a community; whoever does owns it."""
    access.require(actor.user is not None)
    assert actor.user is not None
    data = _read(body)
    with actor.db.writing():
        _require_free(actor.db, data["slug"])
        community = Community(str(uuid.uuid4()), data.pop("slug"), data)
        _save(actor.db, community)
        add_member(actor.db, community, actor.user, "owner")
        actor.db.log_change("community.created", None, None, actor.user_id, community=community.id)
    return community


def update(actor: Actor, text: str, body: Any) -> Community:
    """Change what a community says of itself and its rules; its slug stays."""
    with actor.db.writing():
        community = get(actor, text)
        access.require(may_manage(actor.db, actor.user, community))
        data = _read(body)
        data.pop("slug")
        community.document |= data
        community.revision += 1
        _save(actor.db, community)
    return community


def rename(actor: Actor, text: str, body: Any) -> Community:
    """Give a community another slug; the old one leads nowhere any more.

    Raises
    ------
    AccessDenied
        To others than its owners.
    RefusedMetadata
        When the slug is missing, no slug, the same, or taken.
    """
    with actor.db.writing():
        community = owned(actor, text)
        slug = load_slug(body)
        if slug == community.slug:
            _refuse("A new ID value is required for the renaming.", "slug")
        _require_free(actor.db, slug)
        community.slug = slug
        community.revision += 1
        _save(actor.db, community)
    return community


def owned(actor: Actor, text: str) -> Community:
    """Return a community that this user owns; raises like `get`."""
    community = get(actor, text)
    access.require(role(actor.db, actor.user, community) == "owner")
    return community


def set_logo(actor: Actor, community: Community, bucket: str | None) -> None:
    """Remember in which list of files the logo of a community is."""
    community.document.pop("logo", None)
    if bucket:
        community.document["logo"] = bucket
    _save(actor.db, community)


def _require_free(db: Database, slug: str) -> None:
    if db.one("SELECT 1 FROM communities WHERE slug = ?", slug):
        _refuse("A community with this identifier already exists.", "slug")


def delete(actor: Actor, text: str) -> None:
    """Dissolve a community; its records stay."""
    with actor.db.writing() as connection:
        community = owned(actor, text)
        for row in actor.db.all("SELECT parent_id FROM community_records WHERE community_id = ?", community.id):
            if parent := versions.find_parent(actor.db, row["parent_id"]):
                exclude(actor, parent, community)
        connection.execute(
            "UPDATE communities SET deletion = ?, updated = ? WHERE id = ?", (now(), now(), community.id)
        )


def _read(body: Any) -> dict[str, Any]:
    data = load_community(body)
    kind = data["metadata"].get("type", {}).get("id")
    if kind and not vocabularies.exists("communitytypes", kind):
        raise WasRefused(f"Invalid value {kind}.", status=400)
    return data


def _save(db: Database, community: Community) -> None:
    community.updated = now()
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO communities (id, slug, created, updated, revision, json) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, updated = excluded.updated, "
            "revision = excluded.revision, json = excluded.json",
            (
                community.id, community.slug, community.created, community.updated, community.revision,
                json.dumps(community.document),
            ),
        )  # fmt: skip


# People ---------------------------------------------------------------------------------------------------------------


def _is_admin(user: User | None) -> bool:
    return user is not None and user.is_admin


def _member_role(db: Database, user: User | None, community: Community) -> str:
    if user is None:
        return ""
    row = db.one("SELECT role FROM members WHERE community_id = ? AND user_id = ? AND active", community.id, user.id)
    return row["role"] if row else ""


def role(db: Database, user: User | None, community: Community) -> str:
    """Return what somebody is in a community; an administrator is like an owner, a stranger an empty text."""
    return _member_role(db, user, community) or ("owner" if _is_admin(user) else "")


def may_review(db: Database, user: User | None, community: Community) -> bool:
    """Tell whether somebody may decide what comes in."""
    return role(db, user, community) in ROLES[1:]


def may_manage(db: Database, user: User | None, community: Community) -> bool:
    """Tell whether somebody may change the community and its members."""
    return role(db, user, community) in ROLES[2:]


def may_submit(db: Database, user: User | None, community: Community) -> bool:
    """Tell whether somebody may hand in a record: members, or everybody if the community is open for that."""
    if user is None:
        return False
    is_open = community.access["record_submission_policy"] == "open" and community.access["visibility"] == "public"
    return is_open or bool(role(db, user, community))


def may_include(db: Database, user: User | None, community: Community) -> bool:
    """Tell whether what somebody hands in needs no review."""
    policy = community.access["review_policy"]
    if policy == "members":
        return bool(_member_role(db, user, community))
    return policy == "open" and _member_role(db, user, community) in ROLES[1:]


def members(db: Database, community: Community, *, active: bool = True, visible_only: bool = False) -> list[Row]:
    """Return the rows of its members, or of those who are invited (not ``active``), who came first first."""
    seen = " AND json LIKE '%\"visible\": true%'" if visible_only else ""
    return db.all(
        f"SELECT * FROM members WHERE community_id = ? AND active = ?{seen} ORDER BY created", community.id, int(active)
    )


def add_member(db: Database, community: Community, user: User, role: str, *, active: bool = True) -> str:
    """Let somebody belong to a community, or invite them (not ``active`` yet), and return the id of that."""
    id = str(uuid.uuid4())
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO members (id, community_id, user_id, role, active, created) VALUES (?, ?, ?, ?, ?, ?)",
            (id, community.id, user.id, role, active, now()),
        )
    return id


def change_members(actor: Actor, community: Community, changes: dict[str, Any], *, remove: bool = False) -> None:
    """Give members another role or visibility, or remove them.

    Raises
    ------
    AccessDenied
        When whoever asks may not, or touches somebody above them.
    RefusedMetadata
        When no owner would be left, or somebody changes their own role.
    """
    with actor.db.writing() as connection:
        for item in changes["members"]:
            own = item["id"] == str(actor.user_id)
            row = actor.db.one(
                "SELECT * FROM members WHERE community_id = ? AND user_id = ? AND active", community.id, item["id"]
            )
            if row is None:
                raise WasRefused("Invalid member specified.", status=400)
            rank = ROLES.index(role(actor.db, actor.user, community) or "reader")
            may = may_manage(actor.db, actor.user, community) and rank >= ROLES.index(row["role"])
            access.require(may or (own and (remove or "role" not in changes)))
            if own and "role" in changes and not remove:
                _refuse("You cannot change your own role.")
            if remove:
                connection.execute("DELETE FROM members WHERE id = ?", (row["id"],))
            if "role" in changes:
                access.require(rank >= ROLES.index(changes["role"]))
                connection.execute("UPDATE members SET role = ? WHERE id = ?", (changes["role"], row["id"]))
            if "visible" in changes:
                said = json.dumps({"visible": changes["visible"]})
                connection.execute("UPDATE members SET json = ? WHERE id = ?", (said, row["id"]))
        if not actor.db.one("SELECT 1 FROM members WHERE community_id = ? AND role = 'owner' AND active", community.id):
            _refuse("A community must have at least one owner.")


def _refuse(message: str, field: str = "_schema") -> None:
    raise RefusedMetadata("A validation error occurred.", (FieldError(field, (message,)),))


# Records --------------------------------------------------------------------------------------------------------------


def count_records(db: Database, community: Community) -> int:
    """Return how many records everybody finds in a community."""
    row = db.one(
        "SELECT count(*) AS n FROM documents WHERE NOT is_draft AND latest AND public AND parent_id IN "
        "(SELECT parent_id FROM community_records WHERE community_id = ?)",
        community.id,
    )
    return 0 if row is None else int(row["n"])


def include(actor: Actor, parent: Parent, community: Community, request_id: str | None = None) -> None:
    """Put a record with all its versions into a community; its first one is its default."""
    with actor.db.writing() as connection:
        held = parent.document.get("communities") or {}
        ids = [*held.get("ids", ()), community.id]
        parent.document["communities"] = {"ids": ids, "default": held.get("default") or community.id}
        versions.save_parent(actor.db, parent)
        connection.execute(
            "INSERT OR REPLACE INTO community_records VALUES (?, ?, ?, ?)",
            (community.id, parent.number, request_id, now()),
        )
        _index(actor, parent)
        actor.db.log_change("community.included", None, parent.number, actor.user_id, community=community.id)


def exclude(actor: Actor, parent: Parent, community: Community) -> None:
    """Take a record out of a community."""
    with actor.db.writing() as connection:
        held = parent.document.get("communities") or {}
        ids = [id for id in held.get("ids", ()) if id != community.id]
        default = held.get("default") if held.get("default") in ids else None
        parent.document["communities"] = {"ids": ids} | ({"default": default} if default else {}) if ids else {}
        versions.save_parent(actor.db, parent)
        connection.execute(
            "DELETE FROM community_records WHERE community_id = ? AND parent_id = ?", (community.id, parent.number)
        )
        _index(actor, parent)
        actor.db.log_change("community.excluded", None, parent.number, actor.user_id, community=community.id)


def set_default(actor: Actor, parent: Parent, id: Any) -> Parent:
    """Choose under which of its communities a record is shown."""
    held = parent.document.get("communities") or {}
    if id not in held.get("ids", ()):
        _refuse("The record is not in this community.")
    parent.document["communities"] = {**held, "default": id}
    versions.save_parent(actor.db, parent)
    return parent


def _index(actor: Actor, parent: Parent) -> None:
    for version in versions.published_versions(actor.db, parent):
        indexing.index(actor.db, version, actor.flavour)
