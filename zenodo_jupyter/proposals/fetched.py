"""What a notebook's code fetches by its DOI: published works that it does not run without."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from ..cells import python_cells
from ..doi import DOI
from ..pathtext import call_name, evaluate


def works(nb: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a related identifier for each DOI that is given to a function called ``fetch``, in the order of the code.

    ``requires`` is DataCite's relation for what a work needs to function.
    """
    found = dict.fromkeys(_dois(nb))
    return [{"identifier": str(doi), "scheme": "doi", "relation": "requires"} for doi in found]


def _dois(nb: Mapping[str, Any]) -> Iterator[DOI]:
    names: dict[str, str | None] = {}
    for tree in (code.tree for code in python_cells(nb) if code.tree is not None):
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    names[name] = evaluate(value, names)
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and call.args and call_name(call) == "fetch":
                    doi = DOI.find(evaluate(call.args[0], names) or "")
                    if doi is not None:
                        yield doi
