"""Reviews: drafts handed in to a community, records offered to it, and what its people say and decide.

All of it is InvenioRDM's own API, as a real InvenioRDM 14.0.5 answers it.
"""

from __future__ import annotations

import html
from typing import Any

from .answers import read
from .api import SLOW, segment
from .communities import Community, Request
from .drafts import LOOKS, Drafts
from .errors import RecordNotFound, RefusedMetadata, WasRefused
from .metadata.prose import plain
from .records import Draft

#: What a request is after an action.
BECOMES = {"accept": "accepted", "decline": "declined", "cancel": "cancelled"}


class Reviews(Drafts):
    """The verbs of a `Repository` that are about communities."""

    def communities(self, q: str = "", *, mine: bool = False, size: int = 10) -> list[Community]:
        """Return communities that a person may mean.

        Parameters
        ----------
        q : str
            What was typed so far, of the slug or of the title; a beginning is enough.
        mine : bool
            Only those that this account belongs to.
        size : int
            At most so many.
        """
        path = "/user/communities" if mine else "/communities"
        hits = self.hits(path, {"q": q} if q else {}, "a search for communities", size)
        return [read(Community.from_json, hit, self.session) for hit in hits]

    def community(self, name: str) -> Community:
        """Return a community by its slug or id; `RecordNotFound` when there is none."""
        answer = self.ask_json("GET", f"/communities/{segment(name)}", what=f"community {name}")
        return read(Community.from_json, answer, self.session)

    def hand_in(self, draft: Draft, community: Community, message: str = "") -> Request:
        """Submit a draft to a community's review.

        Where this account needs no review there, the repository publishes it at once. It happens once: a lost answer is
        success if the draft is under review, or published.

        Parameters
        ----------
        draft : Draft
            As it is now; never published before, for a version belongs where its record does.
        community : Community
            Who shall decide.
        message : str
            For those who decide, as plain text.

        Returns
        -------
        Request
            ``accepted`` when it was published at once, else ``submitted``.

        Raises
        ------
        RefusedMetadata
            When fields or files are missing or wrong.
        AccessDenied
            When only members may submit.
        """
        if draft.review and draft.review.is_open:
            return draft.review
        self.take_back(draft)
        path = f"/records/{segment(draft.id)}/draft"
        what, target = f"draft {draft.id}", {"receiver": {"community": community.id}, "type": "community-submission"}
        self.ask("PUT", f"{path}/review", json=target, what=what)
        body = {"payload": _payload(message)} if message else {}

        def submit() -> Request:
            answer = self.ask_json(
                "POST", f"{path}/actions/submit-review", json=body, idempotent=False, timeout=SLOW, what=what
            )
            return read(Request.from_json, answer, self.session)

        def submitted() -> Request | None:
            try:
                review = self.get_draft(draft.id).review
            except RecordNotFound:
                record = self._record(draft.id)
                return Request("", "community-submission", "accepted", record.title, community.id, record.id)
            return review if review and review.is_open else None

        return self.settle(submit, submitted, looks=LOOKS)

    def take_back(self, draft: Draft) -> None:
        """Say that a draft goes to no community any more: one that was declined, or never handed in.

        A draft cannot be published, and not be handed in once more, before that is done. Where its request is still open,
        `act_on` with ``cancel`` does it.
        """
        if draft.review is not None:
            self.ask("DELETE", f"/records/{segment(draft.id)}/draft/review", what=f"draft {draft.id}")

    def offer(self, record_id: str, community: Community, message: str = "") -> Request:
        """Offer a published record to a community, with all its versions.

        Returns
        -------
        Request
            ``accepted`` where this account needs no review there; the one that is open already, if there is one.

        Raises
        ------
        WasRefused
            With the community's reason.
        """
        item: dict[str, Any] = {"id": community.id, "require_review": False}
        if message:
            item["comment"] = {"payload": _payload(message)}
        path, what = f"/records/{segment(record_id)}/communities", f"record {record_id}"

        def offer() -> Request:
            try:
                answer = self.ask_json("POST", path, json={"communities": [item]}, idempotent=False, what=what)
            except RefusedMetadata as e:  # no fields, but reasons by community
                found = offered()
                if found is None:
                    said = " ".join(message for error in e.errors for message in error.messages)
                    raise WasRefused(f"{community.title} does not take it: {said}", status=e.status) from None
                return found
            return read(lambda a: Request.from_json(a["processed"][0]["request"]), answer, self.session)

        def offered() -> Request | None:
            found = (r for r in self.requests_of(record_id) if r.community == community.id)
            return next((r for r in found if r.status in ("submitted", "accepted")), None)

        return self.settle(offer, offered)

    def requests_of(self, record_id: str) -> list[Request]:
        """Return the requests about a published record, newest first."""
        hits = self.hits(f"/records/{segment(record_id)}/requests", {"sort": "newest"}, f"record {record_id}")
        return [read(Request.from_json, hit, self.session) for hit in hits]

    def requests(self, *, closed: bool = False, size: int = 25) -> list[Request]:
        """Return the requests that concern this account, as who asks or as who decides, newest first.

        Parameters
        ----------
        closed : bool
            Those that were decided, instead of those that wait.
        size : int
            At most so many.
        """
        # With the slash: that is InvenioRDM's route, and /user/requests leaves out those that a curator decides.
        params = {"is_open": "false" if closed else "true", "sort": "newest"}
        found = [
            read(Request.from_json, hit, self.session) for hit in self.hits("/requests/", params, "requests", size)
        ]
        return [r for r in found if r.status != "created"]

    def request(self, request_id: str) -> Request:
        """Return a request."""
        answer = self.ask_json("GET", f"/requests/{segment(request_id)}", what=f"request {request_id}")
        return read(Request.from_json, answer, self.session)

    def act_on(self, request_id: str, action: str, message: str = "") -> Request:
        """Accept, decline or cancel a request; done once, whatever gets lost.

        Parameters
        ----------
        request_id : str
            Which.
        action : str
            ``accept``, ``decline`` (those who decide) or ``cancel`` (who asked).
        message : str
            Why, as plain text.

        Raises
        ------
        AccessDenied
            When this account may not.
        WasRefused
            When it was decided already.
        """
        path, what = f"/requests/{segment(request_id)}/actions/{segment(action)}", f"request {request_id}"
        body = {"payload": _payload(message)} if message else {}

        def act() -> Request:
            answer = self.ask_json("POST", path, json=body, idempotent=False, timeout=SLOW, what=what)
            return read(Request.from_json, answer, self.session)

        def acted() -> Request | None:
            now = self.request(request_id)
            return now if now.status == BECOMES[action] else None

        return self.settle(act, acted, looks=LOOKS)

    def comment(self, request_id: str, message: str) -> None:
        """Say something about a request, as plain text; once."""

        def say() -> bool:
            path = f"/requests/{segment(request_id)}/comments"
            self.ask("POST", path, json={"payload": _payload(message)}, idempotent=False, what=f"request {request_id}")
            return True

        def said() -> bool | None:
            return True if self.comments(request_id)[-1:] == [" ".join(message.split())] else None

        self.settle(say, said)

    def comments(self, request_id: str) -> list[str]:
        """Return what was said about a request, oldest first, as plain text."""
        hits = self.hits(f"/requests/{segment(request_id)}/timeline", {}, f"request {request_id}")
        said = [hit.get("payload") or {} for hit in hits if hit.get("type") == "C"]
        return [" ".join(plain(payload.get("content") or "").split()) for payload in said]


def _payload(message: str) -> dict[str, str]:
    lines = html.escape(message.strip(), quote=False).splitlines()
    return {"content": f"<p>{'<br>'.join(lines)}</p>", "format": "html"}
