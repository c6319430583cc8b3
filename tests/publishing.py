"""What tests of publishing have in common: a description, a notebook, a user, and a publication that dies."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from zenodo_jupyter import publish
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata

ABOUT = {
    "title": "Rain in Seattle",
    "creators": [{"name": "Doe, Ada"}],
    "description": "<p>How much it rains.</p>",
    "rights": ["cc-by-4.0"],
}


class Died(BaseException):
    """Ends an act as a kill does: nothing more is done or written."""


def go(path: Path, config: Config, *communities: str, **options: Any) -> publish.Published:
    """Publish with complete metadata."""
    about = Metadata.from_dict({**ABOUT, "communities": list(communities)} if communities else ABOUT)
    return publish.publish(path, config=config, metadata=about, today=date(2026, 3, 1), **options)
