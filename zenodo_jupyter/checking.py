"""Checking: what the checks find in a notebook by itself, as it is typed or in its file, and putting right what can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import bundle as bundles
from . import checks, notebook, repositories, standing, underway
from .checks import remedies, switches
from .errors import BadInput
from .watching import Watched

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from .config import Config

#: Beginnings of the names of findings that `check_typed` does not look for: asking a kernel for its packages takes a second,
#: and neither the description nor a draft on the repository is typed in a cell.
UNTYPED = ("ENV", "MET", "LIC", underway.EDITED)


def check_typed(
    path: Path,
    content: bytes,
    *,
    data: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    to: str | None = None,
    config: Config,
) -> tuple[checks.Finding, ...]:
    """Check a notebook as somebody types it, without what that does not change or what takes long: see `UNTYPED`.

    Parameters
    ----------
    path : Path
        The notebook's file.
    content : bytes
        What it would hold if it were saved now.
    data, exclude, to, config
        See `collect`.

    Raises
    ------
    BadInput
        When the content is no notebook, or a named file cannot be used.
    """
    nb = notebook.read(path, content)
    repository = repositories.repository(to, config=config)
    seen = Watched(path, config.data_dir).uses(nb)
    bundle = bundles.collect(path, data=data, exclude=exclude, seen=seen, limits=standing.limits(repository), nb=nb)
    return checks.run(
        nb, bundle, tokens=repositories.known_tokens(config), within=standing.limits(repository),
        switches=switches.read(path.resolve().parent),
    )  # fmt: skip


def remedied(path: Path, id: str, where: str, remedy: str, *, config: Config) -> tuple[NotebookNode, remedies.Remedied]:
    """Work out one remedy for a notebook; it is not written.

    Parameters
    ----------
    path : Path
        The notebook.
    id, where : str
        The finding, as it names itself.
    remedy : str
        One of its remedies.
    config : Config
        Where the person's tokens are kept, which are looked for.

    Returns
    -------
    tuple
        The notebook as it is in the file, and what the remedy makes of it.

    Raises
    ------
    BadInput
        When the finding is no longer there, or the remedy does not work.
    """
    nb, found, tokens = _findings(path, config)
    finding = next((f for f in found if (f.id, f.where) == (id, where)), None)
    if finding is None:
        raise BadInput(f"{id} is no longer found in {where or 'the notebook'}.", "Look at the checks again.")
    return nb, remedies.apply(nb, finding, remedy, folder=path.resolve().parent, tokens=tokens)


def put_right(path: Path, wanted: Sequence[str], *, config: Config) -> str:
    """Put right in a notebook's file what can be, and say what was done; for a notebook that nobody has open.

    Parameters
    ----------
    path : Path
        The notebook; it is written beside itself and swapped in, where anything changed.
    wanted : sequence of str
        Names of remedies, as in `checks.remedies.LABELS`.
    config : Config
        Where the person's tokens are kept, which are looked for.

    Raises
    ------
    BadInput
        When there is no such remedy, or the notebook cannot be read or written.
    """
    path = Path(path).expanduser()
    nb, found, tokens = _findings(path, config)
    done = remedies.apply_all(nb, found, wanted, folder=path.resolve().parent, tokens=tokens)
    notebook.write(path, done.nb)
    return done.told or "Nothing was found that this could put right."


def _findings(path: Path, config: Config) -> tuple[Any, tuple[checks.Finding, ...], Sequence[str]]:
    """Return a notebook, what the checks find in it alone, and the tokens that were looked for."""
    nb = notebook.read(path)
    tokens = repositories.known_tokens(config)
    alone = bundles.Bundle(path.resolve().parent, (bundles.BundleFile(path.name, "notebook", "", path=path),))
    return nb, checks.run(nb, alone, tokens=tokens), tokens
