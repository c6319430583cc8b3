"""Options that several verbs have in common: what is published, which record is meant, how a notebook is run again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .errors import BadInput
from .metadata.presets import CHOICES

#: Formats in which a record is cited or handed on, by InvenioRDM's names; every repository is asked for them by media type.
FORMATS = {
    "bibtex": "application/x-bibtex",
    "csl": "application/vnd.citationstyles.csl+json",
    "json-ld": "application/ld+json",
    "datacite-json": "application/vnd.datacite.datacite+json",
    "datacite-xml": "application/vnd.datacite.datacite+xml",
    "dublincore": "application/x-dc+xml",
    "marcxml": "application/marcxml+xml",
}


def what(p: argparse.ArgumentParser, many: bool = False) -> None:
    """Add what is published."""
    p.add_argument("notebook", nargs="*" if many else "?", type=Path, help="the notebooks" if many else "the notebook")
    p.add_argument("--data", nargs="+", action="extend", default=[], type=Path, metavar="FILE",
                   help="files and folders to take along besides those that the code reads and writes")  # fmt: skip
    p.add_argument("--exclude", nargs="+", action="extend", default=[], metavar="NAME", help="names to leave out")
    p.add_argument("--to", metavar="NAME|URL", help="the repository (default: the embedded one)")
    p.add_argument("--metadata", type=Path, metavar="FILE", help="the description, as YAML or JSON")
    kinds = [name for name, _ in CHOICES]
    p.add_argument("--preset", choices=kinds, metavar="KIND", help=f"fill in and check for a kind: {', '.join(kinds)}")


def communities(p: argparse.ArgumentParser) -> None:
    """Add who is to have it too."""
    p.add_argument("--community", action="append", default=[], metavar="SLUG", help="a community to submit it to (may be "
                   "given again: the first one's review comes before the DOI is registered)")  # fmt: skip
    p.add_argument("--message", default="", metavar="TEXT", help="for those who decide in the communities")


def how(p: argparse.ArgumentParser) -> None:
    """Add how a notebook is run again."""
    p.add_argument("--timeout", type=float, metavar="SECONDS", help="the longest that one cell may run")
    p.add_argument("--environment", metavar="STEP",
                   help="satisfied, lock, pins, conda, era, today or current (install nothing): try no other")  # fmt: skip
    p.add_argument("--no-network", action="store_true", help="keep the network away from its code (Linux)")


def parameters(args: argparse.Namespace) -> dict[str, Any]:
    """Return the values for a notebook's parameters; numbers, lists and the like are read as YAML."""
    import yaml

    try:
        return {name: yaml.safe_load(value) for name, value in args.parameter}
    except yaml.YAMLError as e:
        raise BadInput("A parameter's value is not understood.", "Such as: -p alpha 0.5 -p name text.") from e


def which(p: argparse.ArgumentParser) -> None:
    """Add which record is meant."""
    p.add_argument("doi", help="a DOI in any spelling, a record's address, or its id")
    p.add_argument("--from", dest="from_", metavar="NAME|URL", help="the repository, where it is not clear")
