"""The verbs: each takes parsed arguments and a `Door`, does its act, and returns an `Outcome` that a door shows in its way.

How they and their options are spelled stands in `grammar`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import options, show
from .errors import BadInput, NeedsConsent
from .report import Progress, Report, silent
from .show import Outcome

if TYPE_CHECKING:
    from .config import Config
    from .publish import Published
    from .rehearsing import Rehearsal
    from .rows import RepositoryRow


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
        version_of=args.version_of, accept=args.accept, message=args.message, yes=args.yes, anonymous=args.anonymous,
        draft=args.draft, confirm=None if door.ask is None else lambda plan, question: _yes(door, question),
        config=door.config, report=door.report,
    )  # fmt: skip
    return show.published(done)


def check(args: argparse.Namespace, door: Door) -> Outcome:
    """``check``."""
    from .checking import put_right
    from .collect import collect, write_back

    if args.fix and door.publish is not None:
        raise BadInput("A notebook that is open cannot be changed from one of its cells.", "Use the panel's Fix.")
    outcomes = []
    for path in map(_expanded, args.notebook or [_notebook(args, door)]):
        told = put_right(path, args.fix, config=door.config) if args.fix else ""
        if args.write_back:
            told = "\n".join(filter(None, (told, write_back(path, _metadata(args)))))
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
        args.doi, args.folder, from_=args.from_, files=args.file or None, config=door.config, report=door.report,
        confirm=None if door.ask is None else lambda question: _yes(door, f"{question} Fetch it?"),
    )  # fmt: skip
    return show.fetched(done)


def reproduce(args: argparse.Namespace, door: Door) -> Outcome:
    """``reproduce``."""
    from . import reproduce as act

    said = _metadata(args)  # before minutes are spent on a run
    each = act.reproduce_each(
        args.doi, args.folder, from_=args.from_, wanted=args.notebook, timeout=args.timeout, twice=args.twice, yes=args.yes,
        environment=args.environment, parameters=options.parameters(args), network=not args.no_network,
        confirm=None if door.ask is None else lambda summary: _yes(door, f"{summary}\nRun it?"),
        config=door.config, report=door.report,
    )  # fmt: skip
    if args.publish_report is None:
        return show.reproductions([show.reproduction(done) for done in each])
    from .reporting import publish_report

    told = []
    for done in each:
        reported = publish_report(
            done, to=args.publish_report or None, metadata=said, yes=args.yes,
            confirm=None if door.ask is None else lambda plan, question: _yes(door, question),
            config=door.config, report=door.report,
        )  # fmt: skip
        told.append(show.reproduction(done, reported))
    return show.reproductions(told)


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


def harvest(args: argparse.Namespace, door: Door) -> Outcome:
    """``harvest``."""
    from .harvest import harvest as act

    done = act(
        args.community, args.folder, from_=args.from_, files=args.files, whole=args.all,
        config=door.config, report=door.report,
    )  # fmt: skip
    return show.harvested(done)


def cite(args: argparse.Namespace, door: Door) -> Outcome:
    """``cite``."""
    from . import repositories

    repository, record = repositories.resolve(args.doi, from_=args.from_, config=door.config)
    if args.style in options.FORMATS:
        text = repository.export(record.id, options.FORMATS[args.style])
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
    if args.act == "login":
        return _signed_in(repository.row, door)
    if args.act == "forget":
        from . import grants

        grants.end(repository.row, store)
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


def _signed_in(row: RepositoryRow, door: Door) -> Outcome:
    from . import loopback

    if door.ask is None:
        raise NeedsConsent("Signing in takes a person with a browser.", "Run this in a terminal, or set a token.")
    done = loopback.sign_in(row, config=door.config, show=lambda words: door.report(Progress("login", words)))
    return show.line(f"Signed in as {done['account']}; the token is kept in {done['kept_in']}.", **done)


def serve(args: argparse.Namespace, door: Door) -> Outcome:
    """``serve``."""
    from . import embedded

    embedded.serve(
        data_dir=args.data, host=args.host, port=args.port, flavour=args.flavour, as_json=args.json,
        allow_remote=args.allow_remote, rate_limits=args.rate_limits, traps=args.trap, accounts=args.account,
        clients=args.client, open_doi=args.open, config=door.config,
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
    more |= {"preset": args.preset} if getattr(args, "preset", None) else {}
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
