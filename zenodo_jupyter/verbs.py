"""The verbs and their options, spelled once for the command line and for ``%zenodo``.

A verb takes parsed arguments and a `Door`, does its act, and returns an `Outcome` that each door shows in its own way.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import __version__, options, show
from .checks import SEVERITIES
from .errors import BadInput, NeedsConsent
from .report import Report, silent
from .show import Outcome

if TYPE_CHECKING:
    from .config import Config
    from .publish import Published
    from .rehearsing import Rehearsal


@dataclass
class Door:
    """What a verb needs of the place it is called from.

    Attributes
    ----------
    config : Config
        Repositories, data folder, policy.
    report : Report
        Shows progress.
    ask : callable or None
        Asks a person a question and returns yes or no; None where nobody is there.
    secret : callable or None
        Asks a person for something that is not shown; None where nobody is there.
    notebook : callable
        Returns the notebook one is in, or None.
    publish : callable or None
        Publishes as `publish.publish` does, where a front end that holds the notebook has to put the badge in itself.
    """

    config: Config
    report: Report = silent
    ask: Callable[[str], bool] | None = None
    secret: Callable[[str], str] | None = None
    notebook: Callable[[], Path | None] = field(default=lambda: None)
    publish: Callable[..., Published] | None = None


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes are errors of ours, not the end of the process (which may be a kernel)."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{self.prog}: {message}.", f"See `{self.prog} --help`.")


def parser(prog: str = "jupyter zenodo") -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = _Parser(prog=prog, description="From notebook to DOI and back.", allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"zenodo_jupyter {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)

    def verb(name: str, run: Callable[..., Outcome], help: str) -> argparse.ArgumentParser:
        p = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
        p.set_defaults(run=run)
        p.add_argument("--json", action="store_true", help="print one JSON object, for scripts")
        return p

    p = verb("publish", publish, "Publish a notebook with its outputs, data and environment; get a DOI.")
    options.what(p)
    p.add_argument("--new", action="store_true", help="make a new record, even if this notebook was published before")
    p.add_argument("--version-of", metavar="DOI", help="make the next version of that record of yours")
    p.add_argument("--accept", action="append", default=[], metavar="ID", help="publish in spite of this finding")
    p.add_argument(
        "--rehearse", action="store_true", help="run it first as somebody else would, and publish what that told"
    )
    p.add_argument("--yes", action="store_true", help="say yes beforehand to what cannot be undone")
    options.communities(p)

    p = verb("edit", edit, "Change what a published record says of itself, in place: its DOI and files stay.")
    p.add_argument(
        "what", nargs="?", metavar="NOTEBOOK|DOI", help="a notebook that was published from here, or a record"
    )
    p.add_argument("--metadata", type=Path, metavar="FILE", help="what is to be said instead, as YAML or JSON")
    p.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="one field; empty takes it out")
    p.add_argument("--to", metavar="NAME|URL", help="the repository")
    p.add_argument("--overwrite", action="store_true", help="throw away unpublished changes made in a browser")
    p.add_argument("--yes", action="store_true", help="say yes beforehand to a change of who may see it")
    options.communities(p)

    p = verb("review", review, "Submissions to communities: list them, answer them, take one's own back.")
    p.add_argument("act", choices=["list", "show", "accept", "decline", "cancel", "comment"], help="what to do")
    p.add_argument("request", nargs="?", metavar="ID|NOTEBOOK", help="which; for a notebook, where it was submitted")
    p.add_argument("--message", default="", metavar="TEXT", help="what to say")
    p.add_argument("--closed", action="store_true", help="list those that were decided")
    p.add_argument("--to", metavar="NAME|URL", help="the repository")

    p = verb("check", check, "Say what would be published, and what should be put right first. Sends nothing.")
    options.what(p, many=True)
    p.add_argument("--fail-on", choices=SEVERITIES, metavar="SEVERITY",
                   help=f"end with exit code 7 from this severity on: {', '.join(SEVERITIES)}")  # fmt: skip
    p.add_argument("--fix", nargs="+", action="extend", default=[], metavar="REMEDY",
                   help="put right what can be: clear-output, redact, environment, relative, bring")  # fmt: skip

    p = verb("rehearse", rehearse, "Run what would be published as somebody else would; say what came out the same.")
    options.what(p)
    options.how(p)

    p = verb("get", get, "Get a record's files by its DOI, every checksum compared.")
    options.which(p)
    p.add_argument("folder", nargs="?", type=Path, help="an empty or new folder; named after the record otherwise")
    p.add_argument("--file", action="append", default=[], metavar="NAME", help="only this file (may be given again)")

    p = verb("reproduce", reproduce, "Get a record, run its notebook again, and say how much came out the same.")
    options.which(p)
    p.add_argument("folder", nargs="?", type=Path, help="an empty or new folder; named after the record otherwise")
    p.add_argument("--notebook", metavar="NAME", help="which one, where the record holds several")
    options.how(p)
    p.add_argument("-p", "--parameter", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
                   help="run it with another value (may be given again)")  # fmt: skip
    p.add_argument("--twice", action=argparse.BooleanOptionalAction,
                   help="run it a second time, to find what is not deterministic (by itself where outputs differ)")  # fmt: skip
    p.add_argument("--publish-report", nargs="?", const="", metavar="NAME|URL",
                   help="publish the report as a record of its own, linked to this one")  # fmt: skip
    p.add_argument("--yes", action="store_true", help="run its code, and publish the report, without being asked")

    p = verb("search", search, "Search a repository.")
    p.add_argument("words", nargs="*", help="what to look for")
    p.add_argument("--from", dest="from_", metavar="NAME|URL", help="the repository")
    p.add_argument("--mine", action="store_true", help="only my own records and drafts")
    p.add_argument("--communities", action="store_true", help="look for communities instead of records")
    p.add_argument("--size", type=int, default=10, help="how many to show (default 10)")
    p.add_argument("--page", type=int, default=1, help="which page (default 1)")

    p = verb("cite", cite, "Say how to cite a record.")
    options.which(p)
    p.add_argument("--style", default="apa", help="bibtex, csl, or a citation style such as apa (the default)")

    p = verb("status", status, "Say where a notebook stands, and what is under way and can be resumed or discarded.")
    p.add_argument("notebook", nargs="?", type=Path, help="the notebook")
    p.add_argument("--to", metavar="NAME|URL", help="the repository")
    p.add_argument("--discard", metavar="ID", help="delete this draft, which was not published")

    p = verb("token", token, "Keep the tokens of repositories.")
    p.add_argument("act", choices=["set", "list", "test", "forget"], help="what to do")
    p.add_argument("name", nargs="?", help="the repository")

    p = verb("serve", serve, "Serve the embedded repository over HTTP on this machine.")
    p.add_argument("--port", type=int, default=None, help="0 takes a free one (default: the repository's own)")
    p.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    p.add_argument("--allow-remote", action="store_true", help="let other machines in; they need the token")
    p.add_argument("--data", type=Path, metavar="DIR", help="the repository's folder (default: yours)")
    p.add_argument(
        "--flavour", choices=["zenodo", "rdm"], default="zenodo", help="answer like Zenodo or like InvenioRDM"
    )
    p.add_argument("--rate-limits", action="store_true", help="refuse whoever asks too often, as Zenodo does")
    p.add_argument("--account", action="append", default=[], metavar="MAIL",
                   help="make an account and show a token of it for this run; may be repeated")  # fmt: skip
    p.add_argument("--open", metavar="DOI", help="open this record in a browser")
    return top


def run(args: argparse.Namespace, door: Door) -> Outcome:
    """Do what was asked for."""
    return args.run(args, door)


def publish(args: argparse.Namespace, door: Door) -> Outcome:
    """``publish``."""
    from . import publish as act

    if args.rehearse:
        _rehearsed(args, door)
    done = (door.publish or act.publish)(
        _notebook(args, door),
        data=args.data, exclude=args.exclude, to=args.to, metadata=_metadata(args), new=args.new,
        version_of=args.version_of, accept=args.accept, message=args.message, yes=args.yes,
        confirm=None if door.ask is None else lambda plan, question: _yes(door, question),
        config=door.config, report=door.report,
    )  # fmt: skip
    return show.published(done)


def check(args: argparse.Namespace, door: Door) -> Outcome:
    """``check``."""
    from .collect import collect, put_right

    if args.fix and door.publish is not None:
        raise BadInput("A notebook that is open cannot be changed from one of its cells.", "Use the panel's Fix.")
    outcomes = []
    for path in map(_expanded, args.notebook or [_notebook(args, door)]):
        told = put_right(path, args.fix, config=door.config) if args.fix else ""
        plan = collect(
            path, data=args.data, exclude=args.exclude, to=args.to, metadata=_metadata(args),
            config=door.config, report=door.report,
        )  # fmt: skip
        outcomes.append(show.plan(plan, told, fail_on=args.fail_on))
    return outcomes[0] if len(outcomes) == 1 else show.plans(outcomes)


def rehearse(args: argparse.Namespace, door: Door) -> Outcome:
    """``rehearse``."""
    how = {"timeout": args.timeout, "environment": args.environment, "network": False if args.no_network else None}
    return show.rehearsal(_rehearsed(args, door, **how))


def _rehearsed(args: argparse.Namespace, door: Door, **how: Any) -> Rehearsal:
    from . import rehearsing as act

    return act.rehearse(
        _notebook(args, door), data=args.data, exclude=args.exclude, to=args.to, metadata=_metadata(args),
        config=door.config, report=door.report, **how,
    )  # fmt: skip


def get(args: argparse.Namespace, door: Door) -> Outcome:
    """``get``."""
    from . import reproduce as act

    done = act.get(
        args.doi, args.folder, from_=args.from_, files=args.file or None, config=door.config, report=door.report
    )
    return show.fetched(done)


def reproduce(args: argparse.Namespace, door: Door) -> Outcome:
    """``reproduce``."""
    from . import reproduce as act

    done = act.reproduce(
        args.doi, args.folder, from_=args.from_, notebook=args.notebook, timeout=args.timeout, twice=args.twice, yes=args.yes,
        environment=args.environment, parameters=options.parameters(args), network=not args.no_network,
        confirm=None if door.ask is None else lambda summary: _yes(door, f"{summary}\nRun it?"),
        config=door.config, report=door.report,
    )  # fmt: skip
    if args.publish_report is None:
        return show.reproduction(done)
    from .reporting import publish_report

    reported = publish_report(
        done, to=args.publish_report or None, yes=args.yes,
        confirm=None if door.ask is None else lambda plan, question: _yes(door, question),
        config=door.config, report=door.report,
    )  # fmt: skip
    return show.reproduction(done, reported)


def search(args: argparse.Namespace, door: Door) -> Outcome:
    """``search``."""
    from . import repositories

    repository = repositories.repository(args.from_, config=door.config)
    words = " ".join(args.words)
    if args.communities:
        return show.communities(repository.communities(words, mine=args.mine, size=args.size), repository)
    if args.mine:
        found = repository.my_records(words, page=args.page, size=args.size)
    else:
        found = repository.search(words, page=args.page, size=args.size)
    return show.found(found, repository)


def cite(args: argparse.Namespace, door: Door) -> Outcome:
    """``cite``."""
    from . import repositories

    repository, record = repositories.resolve(args.doi, from_=args.from_, config=door.config)
    kinds = {"bibtex": "application/x-bibtex", "csl": "application/vnd.citationstyles.csl+json"}
    if args.style in kinds:
        text = repository.export(record.id, kinds[args.style])
    else:
        text = repository.export(record.id, "text/x-bibliography", style=args.style)
    return show.citation(text.strip(), record, args.style)


def status(args: argparse.Namespace, door: Door) -> Outcome:
    """``status``."""
    from . import standing, underway

    if args.discard:
        return show.line(f"{underway.discard(args.discard, to=args.to, config=door.config).words}.")
    path = args.notebook or door.notebook()
    stand = standing.read(path, to=args.to, config=door.config, report=door.report) if path else None
    return show.standing(path, stand, underway.everything(to=args.to, config=door.config))


def edit(args: argparse.Namespace, door: Door) -> Outcome:
    """``edit``."""
    from .edit import edit as act

    said = dict(text.partition("=")[::2] for text in args.set)
    done = act(
        args.what or _notebook(args, door), metadata=_metadata(args, {k: v for k, v in said.items() if v}),
        without=[name for name, value in said.items() if not value], to=args.to, overwrite=args.overwrite,
        message=args.message, yes=args.yes, confirm=door.ask, config=door.config, report=door.report,
    )  # fmt: skip
    return show.edited(done)


def review(args: argparse.Namespace, door: Door) -> Outcome:
    """``review``."""
    from . import repositories, submission

    repository = repositories.repository(args.to, config=door.config)
    if args.act == "list":
        return show.requests(repository.requests(closed=args.closed), repository)
    which = args.request or door.notebook()
    if which is None:
        raise BadInput(f"`review {args.act}` needs the id of a request.", "`review list` shows them.")
    id = submission.request_id(str(which), repository, door.config)
    if args.act == "comment" and not args.message.strip():
        raise BadInput("Nothing was said.", "Say it with --message.")
    if args.act == "comment":
        repository.comment(id, args.message)
    elif args.act != "show":
        repository.act_on(id, args.act, args.message)
    return show.request(repository.request(id), repository.comments(id))


def token(args: argparse.Namespace, door: Door) -> Outcome:
    """``token``."""
    from . import repositories
    from .tokens import TokenStore

    store = TokenStore(door.config)
    if args.act == "list":
        return show.tokens(store.list())
    if not args.name:
        raise BadInput(f"`token {args.act}` needs the name of a repository.", "Such as: token set sandbox.")
    repository = repositories.repository(args.name, config=door.config)
    if args.act == "forget":
        store.forget(repository.row)
        return show.line(f"The token of {repository.title} is forgotten.", repository=repository.name)
    if args.act == "test":
        account = repository.test_token()
        return show.line(f"{repository.title} knows this token; the account is {account}.", account=account)
    if door.secret is None:
        raise NeedsConsent("A token is typed by a person, never given as an argument.", "Run this in a terminal.")
    value = door.secret(f"Token for {repository.title} ({repository.row.help_url or repository.url}): ").strip()
    if not value:
        raise BadInput("No token was given.", "Nothing was changed.")
    where = store.set(repository.row, value)
    account = repositories.repository(args.name, config=door.config).test_token()
    return show.line(f"Kept in {where}; the account is {account}.", account=account, where=str(where))


def serve(args: argparse.Namespace, door: Door) -> Outcome:
    """``serve``."""
    from . import repositories

    repositories.serve(
        data_dir=args.data, host=args.host, port=args.port, flavour=args.flavour, as_json=args.json,
        allow_remote=args.allow_remote, rate_limits=args.rate_limits, accounts=args.account, open_doi=args.open,
        config=door.config,
    )  # fmt: skip
    return show.line("Stopped.")


def _notebook(args: argparse.Namespace, door: Door) -> Path:
    path = getattr(args, "notebook", None) or door.notebook()
    if path is None:
        raise BadInput("Which notebook?", "Name it: jupyter zenodo publish analysis.ipynb.")
    return _expanded(path)


def _expanded(path: Path) -> Path:
    return Path(os.path.expanduser(path))


def _metadata(args: argparse.Namespace, more: dict[str, Any] | None = None) -> Any:
    """Return what is said in a file and, over that, in options; None where nothing is said."""
    more = {**(more or {}), **({"communities": args.community} if getattr(args, "community", None) else {})}
    if args.metadata is None and not more:
        return None
    from .metadata import Metadata

    try:
        text = args.metadata.read_text(encoding="utf-8") if args.metadata else ""
    except OSError as e:
        raise BadInput(f"{args.metadata} cannot be read: {e.strerror}.", "Name a YAML or JSON file.") from e
    said = Metadata.from_yaml(text) if args.metadata else Metadata()  # JSON is YAML
    return said.merge(Metadata.from_dict(more))


def _yes(door: Door, question: str) -> bool:
    assert door.ask is not None
    return door.ask(question)
