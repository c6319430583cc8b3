"""Where: the repository, its token, and whether it is a new record or the next version."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as W

from .. import repositories, rows
from ..collect import Plan
from ..config import Config
from ..errors import ZenodoJupyterError
from ..report import Progress, Report
from ..tokens import TokenStore
from . import look
from .doing import Doing
from .kept import Kept


class Where:
    """Where it goes.

    Parameters
    ----------
    kept : Kept
        Its ``to`` is what the person decides here.
    config : Config
        The repositories.
    again : callable
        Looks at the notebook again after a decision.
    doing : Doing
        Where a token is tested: the kernel does not wait for a repository.

    Attributes
    ----------
    has_token : bool
        Whether the repository can be published to from here, as last looked at.
    """

    def __init__(self, kept: Kept, config: Config, again: Callable[[], None], doing: Doing) -> None:
        self.has_token = False
        self._doing = doing
        self._kept = kept
        self._config = config
        self._again = again
        known = rows.configured(config)
        options = [(f"{row.title} (practice)" if row.practice else row.title, name) for name, row in known.items()]
        chosen = kept.to or config.default_repository
        if chosen not in known:
            options.append((chosen, chosen))
        self._choice = look.with_classes(
            W.Dropdown(options=options, value=chosen, description="Repository"), "zw-field"
        )
        self._choice.observe(lambda change: self._to(change["new"]), "value")
        self._about = look.raw("")
        self._token = look.with_classes(
            W.Password(description="Token", placeholder="paste it here", continuous_update=False), "zw-field", "zw-grow"
        )
        self._token.observe(lambda change: self._keep(change["new"]), "value")
        self._said = look.raw("")
        self._new = look.with_classes(
            W.Checkbox(False, description="Make a new record instead", indent=False), "zw-tick"
        )
        self._new.observe(lambda _: again(), "value")
        self.widget = W.VBox((self._choice, self._about, self._token, self._said, self._new))

    @property
    def new(self) -> bool:
        """Whether a new record is wanted where there is one already."""
        return bool(self._new.value)

    def show(self, plan: Plan) -> None:
        """Show what is to be known of the repository."""
        row = plan.repository.row
        registered = "DOIs are registered: what is published stays." if row.registered_dois else (
            "For practice: the DOI is local or of the test prefix, and not registered at doi.org."
        )  # fmt: skip
        self._about.value = f'<div class="zw-soft">{registered}</div>'
        embedded = row.url.startswith(f"{rows.EMBEDDED}://")
        self.has_token = embedded or TokenStore(self._config).get(row) is not None
        missing = not self.has_token
        look.show(self._token, missing)
        if missing and not self._said.value:
            where = look.link(row.help_url, f"Make a token on {row.title}") if row.help_url else "It needs a token."
            other = f"Sign in from JupyterLab's panel or by <code>jupyter zenodo token login {html.escape(row.name)}</code>. "
            instead = f"{other}Or: " if row.oauth else ""
            self._said.value = f"<div>{instead}{where}, with the scopes deposit:write and deposit:actions.</div>"
        elif not missing and "Make a token" in self._said.value:
            self._said.value = ""
        look.show(self._new, bool(plan.standing.previous_id) or self.new)

    def _to(self, name: str) -> None:
        self._kept.to = name
        self._said.value = ""
        self._again()

    def _keep(self, value: str) -> None:
        """Test a token and keep it; it does not stay in the form, whose state a front end may save."""
        value = value.strip()
        if not value:
            return
        self._token.value = ""

        def keep(report: Report) -> str:
            report(Progress("token", "Trying the token"))
            repository = repositories.repository(self._kept.to or None, token=value, config=self._config)
            account = repository.test_token()
            where = TokenStore(self._config).set(repository.row, value)
            return f"Signed in as {account}; the token is kept in {where}."

        def kept(told: str) -> None:
            self._said.value = look.words(told).value
            self._again()

        def refused(error: ZenodoJupyterError) -> None:
            self._said.value = f'<div class="zw-error" role="alert">{html.escape(str(error))}</div>'
            self._token.focus()

        self._doing.start(keep, kept, refused)
