"""The ``links`` of answers. API links lead where the request came from, links for people to the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from ..doi import DOI
from . import identifiers
from .entries import Entry
from .versions import Version

# What InvenioRDM leaves as it is in the name of a file.
SAFE = "/!$&'()*+,;=:@"


@dataclass(frozen=True)
class Links:
    """Where things are.

    Attributes
    ----------
    api : str
        Base of API links, such as ``http://127.0.0.1:18390/api``.
    site : str
        Base of links for people, such as ``http://127.0.0.1:18390``.
    flavour : str
        How ids are spelled.
    """

    api: str
    site: str
    flavour: str

    def _id(self, number: int) -> str:
        return identifiers.spell(number, self.flavour)

    def record(self, version: Version) -> str:
        """Return the API address of a record."""
        return f"{self.api}/records/{self._id(version.number)}"

    def page(self, number: int) -> str:
        """Return the address of a record's landing page."""
        return f"{self.site}/records/{self._id(number)}"

    def doi(self, doi: dict[str, str], number: int, registered: str) -> str:
        """Return where a DOI leads: to the landing page, not to doi.org, unless it was registered elsewhere or is by now."""
        external = doi.get("provider") == "external"
        return DOI(doi["identifier"]).url if external else registered or self.page(number)

    def files(self, version: Version) -> str:
        """Return the API address of a draft's or a record's files."""
        return f"{self.record(version)}{'/draft' if version.is_draft else ''}/files"

    def file(self, version: Version, entry: Entry) -> dict[str, object]:
        """Return the links of one file."""
        own = f"{self.files(version)}/{quote(entry.key, safe=SAFE)}"
        links: dict[str, object] = {"self": own, "content": f"{own}/content"}
        if version.is_draft:
            links["commit"] = f"{own}/commit"
        return links

    def version(
        self, version: Version, *, is_published: bool, registered: Callable[[str], str] = lambda doi: ""
    ) -> dict[str, str]:
        """Return the links of a draft or a record.

        Parameters
        ----------
        version : Version
            Whose.
        is_published : bool
            Whether it is, also the record of which this is the draft.
        registered : callable
            Returns where one of our DOIs leads by now, see `registrations.address`.
        """
        id, own = self._id(version.number), self.record(version)
        parent, draft = version.parent, version.is_draft
        base = f"{own}/draft" if draft else own
        links = {
            "self": base,
            "self_html": f"{self.site}/uploads/{id}" if draft else self.page(version.number),
            "preview_html": f"{self.page(version.number)}?preview=1",
        }
        doi = version.document["pids"].get("doi")
        if doi and doi.get("identifier"):
            links["doi"] = links["self_doi"] = self.doi(doi, version.number, registered(doi["identifier"]))
            if not draft:
                links["self_doi_html"] = f"{self.site}/doi/{quote(doi['identifier'], safe='/')}"
        links["reserve_doi"] = f"{own}/draft/pids/doi"
        concept = parent.document.get("pids", {}).get("doi")
        if not draft:
            links["parent"] = f"{self.api}/records/{self._id(parent.number)}"
            links["parent_html"] = self.page(parent.number)
        if concept:
            links["parent_doi"] = self.doi(concept, parent.number, registered(concept["identifier"]))
            links["parent_doi_html"] = f"{self.site}/doi/{quote(concept['identifier'], safe='/')}"
        kind = "draft" if draft else "record"
        links |= {
            "self_iiif_manifest": f"{self.api}/iiif/{kind}:{id}/manifest",
            "self_iiif_sequence": f"{self.api}/iiif/{kind}:{id}/sequence/default",
            "files": f"{base}/files",
            "media_files": f"{base}/media-files",
            "archive": f"{base}/files-archive",
            "archive_media": f"{base}/media-files-archive",
        }
        if not draft:
            links["latest"] = f"{own}/versions/latest"
            links["latest_html"] = f"{self.page(version.number)}/latest"
        links["versions"] = f"{own}/versions"
        if draft:
            links |= {
                "record": own,
                "record_html": self.page(version.number),
                "publish": f"{own}/draft/actions/publish",
                "review": f"{own}/draft/review",
            }
            if parent.document.get("review"):
                links["submit-review"] = f"{own}/draft/actions/submit-review"
        else:
            links["draft"] = f"{own}/draft"
        for name in ("access_links", "access_grants", "access_users", "access_groups", "access_request"):
            links[name] = f"{own}/{name.replace('_', '/')}"
        links |= {
            "access": f"{own}/access",
            "communities": f"{own}/communities",
            "communities-suggestions": f"{own}/communities-suggestions",
        }
        if is_published:
            links["request_deletion"] = f"{own}/request-deletion"
            links["file_modification"] = f"{own}/file-modification"
        links["quota_increase"] = f"{own}/quota-increase"
        links["requests"] = f"{own}/requests"
        return links
