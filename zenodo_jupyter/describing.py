"""Describing: a description is written into a draft, and every field error is heard before anything else is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .errors import FieldError, RefusedMetadata
from .metadata import Metadata
from .records import Draft

if TYPE_CHECKING:
    from .repository import Repository

# "Invalid value xx.": InvenioRDM's answer to an id that its vocabularies do not have.
_INVALID_VALUE = re.compile(r"Invalid value ([^\s]+?)\.(?:\s|$)")


def describe(repository: Repository, draft_id: str, metadata: Metadata, preview: str, files: bool = True) -> Draft:
    """Write the metadata of a draft, without what this repository does not know.

    Vocabularies and custom fields are each repository's own affair: an unknown id is left out or replaced by the text
    beside it, and custom fields are left out where they are not known.

    Parameters
    ----------
    repository : Repository
        Where the draft is.
    draft_id : str
        Which.
    metadata : Metadata
        All of it: what is not said is emptied.
    preview : str
        The file that the record's page shows first; empty for none. Left out it would be forgotten, on a real InvenioRDM too.
    files : bool
        Whether the record has files at all.

    Raises
    ------
    RefusedMetadata
        With every field that the repository finds wrong, but for those that come with the files.
    """
    draft = _write(repository, draft_id, metadata, {"enabled": files, "default_preview": preview or None})
    errors = tuple(e for e in draft.errors if not _comes_with_the_files(e))
    if errors:
        raise RefusedMetadata(
            f"{repository.title} does not accept the description.",
            errors,
            "Correct these fields and try again; the draft is kept and nothing else was sent.",
        )
    return draft


def _write(repository: Repository, draft_id: str, metadata: Metadata, files: dict[str, Any]) -> Draft:
    custom_fields = True
    while True:
        body = {**metadata.to_native(custom_fields), "files": files}
        try:
            draft = repository.update_draft(draft_id, body)
        except RefusedMetadata as e:
            refused = _INVALID_VALUE.search(str(e))  # the one answer that names no field
            poorer = metadata.without_id(refused[1]) if refused else metadata
            if poorer == metadata:
                raise
            metadata = poorer
            continue
        if custom_fields and any(e.field.startswith("custom_fields") for e in draft.errors):
            custom_fields = False
            continue
        return draft


def _comes_with_the_files(error: FieldError) -> bool:
    return error.field == "files.enabled" or error.field.startswith("files.default_preview")
