"""Verbs for whoever keeps an embedded repository: ``fixity``, ``backup``, ``restore``, ``export``, ``dois``, ``promote``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from . import show
from .errors import BadInput, Mismatch, NeedsConsent, WasRefused
from .report import Progress, Report
from .show import Outcome
from .verbs import Door


def fixity(args: argparse.Namespace, door: Door) -> Outcome:
    """``fixity``."""
    from . import embedded

    checked, damaged = embedded.holdings(door.config).fixity(_told(door.report, "Reading all files again"))
    if not damaged:
        return show.line(f"All {checked} files are what they were when they came.", checked=checked, damaged=[])
    lines = [f"{len(damaged)} of {checked} files are damaged:"]
    lines += [f"  {place}: {d.what} (sha256 {d.sha256})" for d in damaged for place in d.files or ("in no record",)]
    lines.append("A backup has them as they were: blobs/ there holds each under its sha256.")
    said = [{"sha256": d.sha256, "what": d.what, "files": list(d.files)} for d in damaged]
    return Outcome("\n".join(lines), {"checked": checked, "damaged": said}, code=Mismatch.exit_code)


def backup(args: argparse.Namespace, door: Door) -> Outcome:
    """``backup``."""
    from . import embedded

    folder = _folder(args)
    copied, kept = embedded.holdings(door.config).backup(folder, _told(door.report, "Copying"))
    text = f"Everything is in {folder}: {copied} files copied, {kept} were there. `restore` makes a repository of it."
    return show.line(text, folder=str(folder), copied=copied, kept=kept)


def restore(args: argparse.Namespace, door: Door) -> Outcome:
    """``restore``."""
    from . import embedded

    folder = _folder(args)
    records = embedded.holdings(door.config).restore(folder, _told(door.report, "Copying"))
    where = embedded.folder(door.config)
    text = f"The repository in {where} has {records} records from {folder}. New ones get ids far from those made since."
    return show.line(text, records=records, folder=str(where))


def export(args: argparse.Namespace, door: Door) -> Outcome:
    """``export``."""
    from . import embedded

    bags = []
    for bag, made in embedded.holdings(door.config).export(_folder(args), args.doi):
        bags.append({"bag": str(bag), "made": made})
        door.report(Progress("export", f"{bag.name} is {'written' if made else 'there already, and whole'}"))
    made = sum(1 for bag in bags if bag["made"])
    text = f"{made} records were written as bags to {_folder(args)}; {len(bags) - made} were there already, and whole."
    return show.line(text, bags=bags)


def dois(args: argparse.Namespace, door: Door) -> Outcome:
    """``dois``."""
    from . import embedded

    if args.password:
        if door.secret is None:
            raise NeedsConsent(
                "A password is typed by a person, never given as an argument.", "Run this in a terminal."
            )
        where = embedded.keep_datacite_password(door.secret, door.config)
        return show.line(f"Kept in {where}.", where=where)
    told = embedded.tell_datacite(door.config) if args.send else 0
    registered, left = embedded.holdings(door.config).dois()
    waiting = sum(1 for entry in left if not entry.is_refused)
    lines = [f"DataCite was told of {told} DOIs."] if args.send else []
    lines.append(f"{registered} DOIs are registered, {waiting} wait, and {len(left) - waiting} were refused.")
    if not door.config.datacite:
        lines.append("DataCite is not configured: new DOIs of the embedded repository are local.")
    lines += [f"  {e.doi}: {e.said or 'waits' if e.is_refused or not e.said else f'waits. {e.said}'}" for e in left]
    said = [{"doi": e.doi, "state": e.state, "refused": e.is_refused, "due": e.due, "said": e.said} for e in left]
    code = WasRefused.exit_code if waiting < len(left) else 0
    return Outcome("\n".join(lines), {"registered": registered, "told": told, "unsettled": said}, code=code)


def promote(args: argparse.Namespace, door: Door) -> Outcome:
    """``promote``."""
    from .promoting import promote as act

    if bool(args.doi) == args.all:
        raise BadInput("Which records?", "Name one by its DOI, or say --all.")
    done = act(args.doi, to=args.to, yes=args.yes, confirm=door.ask, config=door.config, report=door.report)
    lines = [f"{p.source} is {p.doi or p.target}: {p.url}{'' if p.moved else ' (moved before)'}" for p in done]
    lines += [f"  {p.source}: {note}" for p in done for note in p.notes]
    lines.append(f"{len(done)} versions are there, each compared with its own here.")
    return Outcome("\n".join(lines), {"promoted": [asdict(p) for p in done]})


def _folder(args: argparse.Namespace) -> Path:
    folder: Path = args.folder
    return folder.expanduser().absolute()


def _told(report: Report, message: str) -> Callable[[int, int], None]:
    """Return what is told of bytes as a report."""
    return lambda done, total: report(Progress("files", message, done=done, total=total, unit="B"))
