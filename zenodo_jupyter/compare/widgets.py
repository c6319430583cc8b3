"""Read the state of widgets into the outputs that show them: an output itself has only a random id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
_REFERENCE = "IPY_MODEL_"
#: Keys that say how a widget is loaded or laid out, and change with the versions of ipywidgets; none is a result.
_LOOKS = frozenset({"layout", "style", "tabbable", "tooltip", "_dom_classes"})
#: Widgets contain each other; deeper than this nothing is read.
_DEPTH = 20


def with_state(data: Mapping[str, Any], states: Mapping[str, Any]) -> dict[str, Any]:
    """Return a MIME bundle whose widget, if it has one, is replaced by its state, with the widgets inside it.

    Parameters
    ----------
    data : dict
        The bundle.
    states : dict
        The models by id, as `states_of` returns them.
    """
    view = data.get(VIEW)
    model = states.get(view.get("model_id", "")) if isinstance(view, Mapping) else None
    if model is None:
        return dict(data)
    return {**data, VIEW: _model(model, states, _DEPTH)}


def states_of(notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the widget models that a notebook holds, by id."""
    saved = ((notebook.get("metadata") or {}).get("widgets") or {}).get(STATE) or {}
    return saved.get("state") or {}


def _model(model: Mapping[str, Any], states: Mapping[str, Any], depth: int) -> dict[str, Any]:
    state = model.get("state") or {}
    shown = {
        key: _value(value, states, depth)
        for key, value in state.items()
        if key not in _LOOKS and (not key.startswith("_") or key == "_options_labels")
    }
    # The bytes of an Image widget and of arrays stand beside the state.
    buffers = [[b.get("path"), b.get("data")] for b in model.get("buffers") or ()]
    return {"model": model.get("model_name"), "state": shown, "buffers": buffers}


def _value(value: Any, states: Mapping[str, Any], depth: int) -> Any:
    if isinstance(value, str) and value.startswith(_REFERENCE):
        inner = states.get(value.removeprefix(_REFERENCE))
        return _model(inner, states, depth - 1) if inner is not None and depth else "a widget"
    if isinstance(value, list):
        return [_value(item, states, depth) for item in value]
    return value
