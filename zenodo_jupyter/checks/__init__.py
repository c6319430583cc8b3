"""The checks before publishing: the same in every door. Secrets block; the rest explains itself.

To add a check, write a generator that yields `Finding` objects into the file of its theme, call it in `run`, and add its name
to the list in `switches`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..bundle import Bundle, Limits
from ..cells import python_cells
from . import data, description, environment, limits, order, outputs, privacy, randomness, secrets, system
from .finding import SEVERITIES, Finding
from .switches import Switches

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ..environment import Environment
    from ..metadata import Metadata

__all__ = ["SEVERITIES", "Finding", "Switches", "run"]


def run(
    nb: NotebookNode,
    bundle: Bundle,
    metadata: Metadata | None = None,
    tokens: Sequence[str] = (),
    *,
    described: Environment | None = None,
    within: Limits | None = None,
    switches: Switches | None = None,
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
    switches : Switches, optional
        What the project says about the checks, from `switches.read`.

    Returns
    -------
    tuple of Finding
        The gravest first, then in the order of the notebook.
    """
    codes = tuple(python_cells(nb))
    found = [
        *secrets.check(nb, bundle, tokens),
        *data.check(nb, bundle, codes),
        *outputs.check(nb),
        *order.check(nb, codes),
        *randomness.check(codes),
        *system.check(codes, [cell["source"] for cell in nb["cells"]]),
        *privacy.check(nb, bundle),
        *limits.check(bundle, within or Limits()),
    ]
    if described is not None:
        found += environment.check(described)
    if metadata is not None:
        found += description.check(metadata)
    # A path that nobody else has is one finding, not one more for whose home it is in.
    away = {finding.where for finding in found if finding.id == "DAT2"}
    found = [finding for finding in found if finding.id != "PRV1" or finding.where not in away]
    wanted = (switches or Switches()).applied(found, nb)
    return tuple(sorted(wanted, key=lambda finding: SEVERITIES.index(finding.severity)))
