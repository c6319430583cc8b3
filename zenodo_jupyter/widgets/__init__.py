"""Forms in a cell: publish the notebook, reproduce a record, show one; the same acts and words as every other door.

>>> from zenodo_jupyter.widgets import PublishForm  # doctest: +SKIP
>>> PublishForm()  # doctest: +SKIP
"""

from __future__ import annotations

try:
    import ipywidgets as _  # noqa: F401
except ImportError as e:
    raise ImportError(
        "The forms need ipywidgets where this kernel runs: pip install ipywidgets (and, where the server is another one, "
        "pip install jupyterlab_widgets there). `%zenodo publish` works without."
    ) from e

from .publishing import PublishForm
from .recordcard import RecordCard
from .reproducing import ReproduceForm

__all__ = ["PublishForm", "RecordCard", "ReproduceForm"]
