"""The verbs and their options, spelled once for the command line and for ``%zenodo``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from . import __version__, holding, options
from . import verbs as acts
from .checks import SEVERITIES
from .errors import BadInput
from .show import Outcome


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

    p = verb("publish", acts.publish, "Publish a notebook with its outputs, data and environment; get a DOI.")
    options.what(p)
    p.add_argument("--new", action="store_true", help="make a new record, even if this notebook was published before")
    p.add_argument("--version-of", metavar="DOI", help="make the next version of that record of yours")
    p.add_argument("--accept", action="append", default=[], metavar="ID", help="publish in spite of this finding")
    p.add_argument(
        "--rehearse", action="store_true", help="run it first as somebody else would, and publish what that told"
    )
    p.add_argument("--anonymous", action="store_true", help="publish nothing: a draft without names, for reviewers")
    p.add_argument("--draft", action="store_true", help="publish nothing: a draft with all files and a reserved DOI")
    p.add_argument("--yes", action="store_true", help="say yes beforehand to what cannot be undone")
    options.communities(p)

    p = verb("edit", acts.edit, "Change what a published record says of itself, in place: its DOI and files stay.")
    p.add_argument(
        "what", nargs="?", metavar="NOTEBOOK|DOI", help="a notebook that was published from here, or a record"
    )
    p.add_argument("--metadata", type=Path, metavar="FILE", help="what is to be said instead, as YAML or JSON")
    p.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="one field; empty takes it out")
    p.add_argument("--to", metavar="NAME|URL", help="the repository")
    p.add_argument("--overwrite", action="store_true", help="throw away unpublished changes made in a browser")
    p.add_argument("--yes", action="store_true", help="say yes beforehand to a change of who may see it")
    options.communities(p)

    p = verb("review", acts.review, "Submissions to communities: list them, answer them, take one's own back.")
    p.add_argument("act", choices=["list", "show", "accept", "decline", "cancel", "comment"], help="what to do")
    p.add_argument("request", nargs="?", metavar="ID|NOTEBOOK", help="which; for a notebook, where it was submitted")
    p.add_argument("--message", default="", metavar="TEXT", help="what to say")
    p.add_argument("--closed", action="store_true", help="list those that were decided")
    p.add_argument("--to", metavar="NAME|URL", help="the repository")

    p = verb("check", acts.check, "Say what would be published, and what should be put right first. Sends nothing.")
    options.what(p, many=True)
    p.add_argument("--fail-on", choices=SEVERITIES, metavar="SEVERITY",
                   help=f"end with exit code 7 from this severity on: {', '.join(SEVERITIES)}")  # fmt: skip
    p.add_argument("--fix", nargs="+", action="extend", default=[], metavar="REMEDY",
                   help="put right what can be: clear-output, redact, environment, relative, bring")  # fmt: skip
    p.add_argument("--write-back", action="store_true", help="write what you said into CITATION.cff and .zenodo.json")

    p = verb(
        "rehearse", acts.rehearse, "Run what would be published as somebody else would; say what came out the same."
    )
    options.what(p)
    options.how(p)

    p = verb("get", acts.get, "Get a record's files by its DOI, every checksum compared.")
    options.which(p)
    p.add_argument("folder", nargs="?", type=Path, help="an empty or new folder; named after the record otherwise")
    p.add_argument("--file", action="append", default=[], metavar="NAME", help="only this file (may be given again)")

    p = verb("reproduce", acts.reproduce, "Get a record, run its notebook again, and say how much came out the same.")
    options.which(p)
    p.add_argument("folder", nargs="?", type=Path, help="an empty or new folder; named after the record otherwise")
    p.add_argument("--notebook", action="append", default=[], metavar="NAME",
                   help="which one, where there are several (may be given again); all for every one, in order")  # fmt: skip
    options.how(p)
    p.add_argument("-p", "--parameter", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
                   help="run it with another value (may be given again)")  # fmt: skip
    p.add_argument("--twice", action=argparse.BooleanOptionalAction,
                   help="run it a second time, to find what is not deterministic (by itself where outputs differ)")  # fmt: skip
    p.add_argument("--publish-report", nargs="?", const="", metavar="NAME|URL",
                   help="publish the report as a record of its own, linked to this one")  # fmt: skip
    p.add_argument("--metadata", type=Path, metavar="FILE",
                   help="what the report says of itself, such as who ran it, as YAML or JSON")  # fmt: skip
    p.add_argument("--yes", action="store_true", help="run its code, and publish the report, without being asked")

    p = verb("search", acts.search, "Search a repository.")
    p.add_argument("words", nargs="*", help="what to look for")
    p.add_argument("--from", dest="from_", metavar="NAME|URL", help="the repository")
    p.add_argument("--mine", action="store_true", help="only my own records and drafts")
    p.add_argument("--communities", action="store_true", help="look for communities instead of records")
    p.add_argument("--size", type=int, default=10, help="how many to show (default 10)")
    p.add_argument("--page", type=int, default=1, help="which page (default 1)")

    p = verb(
        "harvest", acts.harvest, "Bring the records of a community into a folder, or bring that folder up to date."
    )
    p.add_argument("community", metavar="SLUG|URL", help="the community")
    p.add_argument("folder", nargs="?", type=Path, help="an empty or new folder; named after the community otherwise")
    p.add_argument("--from", dest="from_", metavar="NAME|URL", help="the repository")
    p.add_argument("--files", action="store_true", help="each record's files too, every checksum compared")
    p.add_argument(
        "--all", action="store_true", help="go through all records and files, also where nothing has changed"
    )

    p = verb("cite", acts.cite, "Say how to cite a record.")
    options.which(p)
    p.add_argument("--style", default="apa",
                   help=f"a style such as apa (the default) or ieee; or a format: {', '.join(options.FORMATS)}")  # fmt: skip

    p = verb(
        "status", acts.status, "Say where a notebook stands, and what is under way and can be resumed or discarded."
    )
    p.add_argument("notebook", nargs="?", type=Path, help="the notebook")
    p.add_argument("--to", metavar="NAME|URL", help="the repository")
    p.add_argument("--discard", metavar="ID", help="delete this draft, which was not published")

    p = verb("token", acts.token, "Keep the tokens of repositories.")
    p.add_argument("act", choices=["login", "set", "list", "test", "forget"], help="what to do")
    p.add_argument("name", nargs="?", help="the repository")

    verb("fixity", holding.fixity, "Read all files of the embedded repository again, and name what is damaged.")
    for name, run, help in (
        ("backup", holding.backup, "Copy the embedded repository into a folder, also while it is in use."),
        ("restore", holding.restore, "Make the embedded repository of a backup, where there is none."),
        (
            "export",
            holding.export,
            "Write records of the embedded repository as bags, which need no software to be read.",
        ),
    ):
        p = verb(name, run, help)
        p.add_argument("folder", type=Path, help="the folder")
    p.add_argument("doi", nargs="?", help="one record, by its DOI or id (default: all)")

    p = verb("dois", holding.dois, "Say which DOIs of the embedded repository wait for DataCite, and which it refused.")
    p.add_argument("--send", action="store_true", help="tell DataCite now of those that wait or were refused")
    p.add_argument("--password", action="store_true", help="ask for the password of the account, and keep it")

    p = verb("promote", holding.promote, "Move records with versions, files and communities to another repository.")
    p.add_argument("doi", nargs="?", help="one record, by the DOI or id of any version")
    p.add_argument("--all", action="store_true", help="all of one's own records")
    p.add_argument("--to", required=True, metavar="NAME|URL", help="the other repository")
    p.add_argument("--yes", action="store_true", help="say yes beforehand to what cannot be undone")

    p = verb("serve", acts.serve, "Serve the embedded repository over HTTP on this machine.")
    p.add_argument("--port", type=int, default=None, help="0 takes a free one (default: the repository's own)")
    p.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    p.add_argument("--allow-remote", action="store_true", help="let other machines in; they need the token")
    p.add_argument("--data", type=Path, metavar="DIR", help="the repository's folder (default: yours)")
    p.add_argument(
        "--flavour", choices=["zenodo", "rdm"], default="zenodo", help="answer like Zenodo or like InvenioRDM"
    )
    p.add_argument("--rate-limits", action="store_true", help="refuse whoever asks too often, as Zenodo does")
    p.add_argument("--trap", action="append", default=[], metavar="NAME",
                   help="have this trap of the real one, else refused clearly; may be repeated; all for all")  # fmt: skip
    p.add_argument("--account", action="append", default=[], metavar="MAIL",
                   help="make an account and show a token of it for this run; may be repeated")  # fmt: skip
    p.add_argument("--client", nargs=2, action="append", default=[], metavar=("NAME", "URL"),
                   help="let people sign in from this application, which is at URL then; may be repeated")  # fmt: skip
    p.add_argument("--open", metavar="DOI", help="open this record in a browser")
    return top
