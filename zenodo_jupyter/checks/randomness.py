"""Whether a second run can give the same numbers: draws without a seed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..cells import Code
from .finding import Finding

_SHARE = "2.0 % of published notebooks run and give other results; 25.7 % have something that is not deterministic"
#: What each library draws with, whose seed governs it, and how that is set.
_SEEDS = {
    "numpy": "numpy.random.seed(…), or better rng = numpy.random.default_rng(…)",
    "random": "random.seed(…)",
    "torch": "torch.manual_seed(…)",
    "tensorflow": "tensorflow.keras.utils.set_random_seed(…)",
    "jax": "jax.random.PRNGKey(…)",
}
#: Calls that seed a library's own generator: dotted name to the libraries that they govern.
_SEEDING = {
    "numpy.random.seed": ("numpy",), "numpy.random.set_state": ("numpy",), "random.seed": ("random",),
    "torch.manual_seed": ("torch",),
    "tensorflow.random.set_seed": ("tensorflow",), "tensorflow.set_random_seed": ("tensorflow",),
    "tensorflow.keras.utils.set_random_seed": ("tensorflow", "numpy", "random"),
    "keras.utils.set_random_seed": ("tensorflow", "numpy", "random"),
    "lightning.seed_everything": ("torch", "numpy", "random"),
    "pytorch_lightning.seed_everything": ("torch", "numpy", "random"),
    "lightning.pytorch.seed_everything": ("torch", "numpy", "random"),
}  # fmt: skip
#: Names below numpy.random and random that draw nothing.
_NO_DRAW = frozenset({"Generator", "SeedSequence", "BitGenerator", "PCG64", "MT19937", "Philox", "get_state", "getstate",
                      "setstate", "set_state", "mtrand", "seed", "SystemRandom"})  # fmt: skip
#: Generators that are seeded by their first argument, or by chance without one.
_GENERATORS = {"numpy.random.default_rng": "numpy", "numpy.random.RandomState": "numpy", "random.Random": "random"}
_TORCH = frozenset({"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial"})
#: Estimators, splitters and makers of data in scikit-learn and its relatives that draw from numpy unless given a random_state.
_BY_STATE = frozenset({
    "train_test_split", "shuffle", "resample", "KMeans", "MiniBatchKMeans", "RandomForestClassifier", "RandomForestRegressor",
    "ExtraTreesClassifier", "ExtraTreesRegressor", "IsolationForest", "MLPClassifier", "MLPRegressor", "TSNE", "UMAP",
    "ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit", "RandomizedSearchCV", "GaussianMixture",
    "BayesianGaussianMixture", "LatentDirichletAllocation", "SGDClassifier", "BaggingClassifier",
    "BaggingRegressor", "make_blobs", "make_moons", "make_circles", "make_classification", "make_regression", "make_swiss_roll",
    "make_s_curve", "make_friedman1", "make_gaussian_quantiles", "make_multilabel_classification", "make_biclusters",
})  # fmt: skip
_STATES = frozenset({"random_state", "seed", "rng", "generator", "random_seed"})


@dataclass
class _Seen:
    """What was seen while reading the cells in their order."""

    seeded: set[str] = field(default_factory=set)
    draws: dict[str, list[Code]] = field(default_factory=dict)
    later: dict[str, list[Code]] = field(default_factory=dict)  # in functions, which run when they are called


def check(codes: Sequence[Code]) -> Iterator[Finding]:
    """Yield RND1 for each library whose random numbers are drawn without a seed, at the first cell that does."""
    names: dict[str, str] = {}
    seen = _Seen()
    for code in codes:
        if code.tree is not None:
            for node in ast.walk(code.tree):
                _import(node, names)
            for call, later in sorted(_calls(code.tree), key=lambda found: (found[0].lineno, found[0].col_offset)):
                _look(call, later, _dotted(call.func, names), seen, code)
    for library, places in seen.later.items():
        if library not in seen.seeded:
            seen.draws.setdefault(library, []).extend(places)
    for library, places in seen.draws.items():
        others = len({code.label for code in places}) - 1
        also = (
            f", and so do{'' if others > 1 else 'es'} {others} more cell{'s' if others > 1 else ''}" if others else ""
        )
        yield Finding(
            "RND1", "warning", f"Draws random numbers ({library}) without a seed{also}: every run gives others.",
            f"Set one at the top: {_SEEDS[library]}.", places[0].label, places[0].index, _SHARE,
        )  # fmt: skip


def _calls(tree: ast.AST, later: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Yield all calls, and whether each waits in a function until that is called."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield node, later
        yield from _calls(node, later or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def _import(node: ast.AST, names: dict[str, str]) -> None:
    """Note what a name stands for: ``import numpy as np``, ``from numpy.random import rand``."""
    if isinstance(node, ast.Import):
        names.update({alias.asname: alias.name for alias in node.names if alias.asname})
        names.update({alias.name.split(".")[0]: alias.name.split(".")[0] for alias in node.names if not alias.asname})
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Return a call's name in full, as it was imported; empty for the methods of other objects."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])


def _look(call: ast.Call, later: bool, name: str, seen: _Seen, code: Code) -> None:
    if name in _SEEDING:
        if call.args or call.keywords:
            seen.seeded.update(_SEEDING[name])
        return
    library = _drawn(call, name)
    if library and library not in seen.seeded:
        (seen.later if later else seen.draws).setdefault(library, []).append(code)


def _drawn(call: ast.Call, name: str) -> str:
    """Return the library whose own generator a call draws from; empty where it draws nothing or brings its seed along."""
    given = [keyword.value for keyword in call.keywords if keyword.arg in _STATES]
    if given and not all(isinstance(value, ast.Constant) and value.value is None for value in given):
        return ""
    first, _, rest = name.rpartition(".")
    if name in _GENERATORS:
        return "" if call.args else _GENERATORS[name]
    if first == "numpy.random" and rest not in _NO_DRAW:
        return "numpy"
    if first == "random" and rest not in _NO_DRAW:
        return "random"
    if first == "torch" and rest in _TORCH:
        return "torch"
    if first == "tensorflow.random" and rest not in ("set_seed", "Generator"):
        return "tensorflow"
    if rest in _BY_STATE and first.split(".")[0] in ("sklearn", "umap", "imblearn"):
        return "numpy"
    if isinstance(call.func, ast.Attribute) and call.func.attr == "rvs":
        return "numpy"
    return ""
