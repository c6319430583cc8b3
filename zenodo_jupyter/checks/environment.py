"""Whether others can install what the notebook imports."""

from __future__ import annotations

from collections.abc import Iterator

from ..environment import Environment
from .finding import Finding


def check(described: Environment) -> Iterator[Finding]:
    """Yield what keeps the environment from being installed elsewhere.

    ENV1 : an imported module is not installed. ENV2 : a package came from this machine. ENV3 : the kernel's Python is unknown.
    """
    for name in described.missing:
        if (
            name == __package__.partition(".")[0]
        ):  # who runs this project from its source wants to publish, not to be told
            continue
        yield Finding(
            "ENV1", "error", f"Imports {name}, which is not installed in the notebook's kernel.",
            "Install it and run the notebook again, or put the module beside the notebook.", name,
            share="41.7 % of published notebooks fail for a missing module",
        )  # fmt: skip
    for pin in described.pins:
        if pin.local:
            yield Finding(
                "ENV2", "error", f"{pin.name} {pin.version} was installed from a folder or file of this machine.",
                "Publish that package and install it from there, or put its modules beside the notebook.", pin.name,
                share="34.3 % of published notebooks fail because their packages cannot be installed",
            )  # fmt: skip
    if described.note:
        yield Finding("ENV3", "warning", described.note, "Open the notebook here with the kernel it was written for.")
