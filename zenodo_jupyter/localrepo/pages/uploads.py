"""One's own drafts and records."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from .searches import look
from .site import blueprint, require_person

#: What InvenioRDM's states of drafts and records are called.
STATES = {
    "draft": "Draft",
    "new_version_draft": "Draft of a new version",
    "draft_with_review": "Draft for a community",
    "in_review": "In review",
    "declined": "Declined",
    "published": "Published",
}


@blueprint.get("/me/uploads")
def uploads() -> str:
    """Show what somebody has, what they worked on last first."""
    require_person()
    return render_template("pages/uploads.html", results=look(mine=True), states=STATES)


@blueprint.get("/me")
def me() -> AnyResponse:
    """Lead to one's own uploads."""
    return redirect(url_for("pages.uploads"))
