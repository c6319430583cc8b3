"""The checks before publishing: the same in every door. Secrets block; the rest explains itself.

To add a check, write a generator that yields `Finding` objects into the file of its theme and call it in `run`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..bundle import Bundle, Limits
from . import data, description, environment, limits, outputs, secrets
from .finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ..environment import Environment
    from ..metadata import Metadata

__all__ = ["SEVERITIES", "Finding", "run"]


def run(
    nb: NotebookNode,
    bundle: Bundle,
    metadata: Metadata | None = None,
    tokens: Sequence[str] = (),
    *,
    described: Environment | None = None,
    within: Limits | None = None,
) -> tuple[Finding, ...]:
    """Run all checks.

    Parameters
    ----------
    nb : NotebookNode
        The notebook.
    bundle : Bundle
        The files that would be published with it.
    metadata : Metadata, optional
        What is said about it; without it that is not checked.
    tokens : sequence of str
        The person's own tokens: wherever one stands, publishing is blocked.
    described : Environment, optional
        From `environment.describe`, which takes about a second; without it the packages are not checked.
    within : Limits, optional
        What the record may hold; Zenodo's limits without it.

    Returns
    -------
    tuple of Finding
        The gravest first, then in the order of the notebook.
    """
    found = [
        *secrets.check(nb, bundle, tokens),
        *data.check(nb, bundle),
        *outputs.check(nb),
        *limits.check(bundle, within or Limits()),
    ]
    if described is not None:
        found += environment.check(described)
    if metadata is not None:
        found += description.check(metadata)
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
