"""PublishForm: look at what would be published, correct it, publish it, and end with the DOI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as W

from .. import card, collect, consent, frontend
from ..config import Config
from ..errors import InvalidMetadata, RefusedMetadata, ZenodoJupyterError
from ..publish import Published
from ..report import Progress, Report
from ..repository import Repository
from . import look, words
from .about import About
from .doing import Doing
from .files import Files
from .findings import Findings
from .kept import Kept
from .shown import Shown
from .suggesting import Suggester
from .where import Where


class PublishForm(Shown):
    """A form that publishes a notebook.

    Parameters
    ----------
    notebook : path, optional
        Which one; the one that the form is in otherwise. Where that cannot be found out, the form asks.
    to : str, optional
        Name or address of the repository; the usual one otherwise. It can be changed in the form.
    config : Config, optional
        Read from the files and the environment otherwise.

    Attributes
    ----------
    plan : Plan or None
        What would be published, as last looked at.
    published : Published or None
        What came of it.
    """

    instead = "PublishForm() publishes this notebook where a person can fill it in. Without: %zenodo publish."

    def __init__(
        self, notebook: str | Path | None = None, *, to: str | None = None, config: Config | None = None
    ) -> None:
        super().__init__()
        self.config = config or Config.load()
        self.plan: collect.Plan | None = None
        self.published: Published | None = None
        self._to = to or ""
        self._own = notebook is None
        self._held = frontend.holds()
        self._doing = Doing()
        self._error = look.raw("")
        path = Path(notebook).expanduser() if notebook else frontend.notebook()
        if path is None:
            self._ask()
        else:
            self._use(path)

    def begin(self) -> None:
        """Look at the notebook, and hear from the front end when it gets another name."""
        if self._own:
            frontend.listen(self._renamed)
        if self._path is not None:
            self.look_again()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until what is being done is done; for scripts. `timeout` is in seconds."""
        self._doing.wait(timeout)

    # -- which notebook ----------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._path: Path | None = None
        name = look.with_classes(
            W.Text(description="Which notebook?", placeholder="analysis.ipynb", continuous_update=False),
            "zw-field",
            "zw-grow",
        )

        def take(change: dict[str, Any]) -> None:
            path = Path(change["new"].strip()).expanduser()
            if path.is_file():
                self._use(path)
                self.look_again()
            else:
                self._error.value = look.words(f"✖ There is no file {path} here.", "zw-error").value

        name.observe(take, "value")
        self.put(look.words("This form could not find out which notebook it is in."), name, self._error)

    def _renamed(self, path: Path) -> None:
        if self._path != path and self.published is None and not self._doing.is_busy:
            self._use(path)
            self.look_again()

    def _use(self, path: Path) -> None:
        """Make the parts for a notebook, with what was typed for it before."""
        self._path = path
        self._kept = Kept.read(path, self.config)
        restored = self._kept.when
        self._kept.to = self._to or self._kept.to
        self._state = look.raw("")
        self._suggester = Suggester(self._repository)
        where = look.Fold("Where", lambda: W.VBox((self._where.widget, self._about.part(where.title))))
        self._about = About(self._kept.said, self._typed, self._suggester, {where.title: where})
        self._files = Files(self._kept, self._decided)
        self._findings = Findings(self._ready)
        self._where = Where(self._kept, self.config, self._decided, self._doing)
        self._parts = {
            "Files": look.Fold("Files", lambda: self._files.widget),
            "About": look.Fold("About", self._about.build),
            "Checks": look.Fold("Checks", lambda: self._findings.widget),
            "Where": where,
        }
        self._body = W.VBox([fold.widget for fold in self._parts.values()])
        self._what = look.raw("", "zw-soft")
        self._main = look.button("Publish", self.publish, "zw-main")
        self._again = look.button("Look again", self.look_again, tooltip="Read the notebook and its folder again")
        self._copy = look.button(
            "Anonymous copy", self.copy_for_reviewers, tooltip="A draft without names, for reviewers"
        )
        self._over = look.button("Start over", self._start_over, tooltip="Throw away what was typed here")
        self._sure = look.raw("", "zw-note")
        self._yes = look.button("Publish", lambda: self._publish(), "zw-main")
        self._no = look.button("Keep it unpublished", self._keep_unpublished)
        self._consent = W.VBox((self._sure, look.line(self._yes, self._no)))
        self._foot = W.VBox((self._what, look.line(self._main, self._again, self._copy, self._over)))
        look.show(self._over, bool(restored))
        look.show(self._consent, False)
        look.show(self._body, False)
        look.show(self._foot, False)
        self._restored = f"What you typed on {restored[:10]} is filled in. " if restored else ""
        self.put(self._state, self._body, self._doing.widget, self._error, self._foot, self._consent)

    def _repository(self) -> Repository | None:
        return self.plan.repository if self.plan is not None else None

    # -- looking -----------------------------------------------------------------------------------------------------

    def look_again(self) -> None:
        """Look at the notebook and its folder, and show what would be published."""
        self._error.value = ""
        self._doing.start(self._collect, self._show, self._failed)

    def _options(self) -> dict[str, Any]:
        data = [Path(self._kept.notebook).parent / name for name in self._kept.data]
        return {
            "data": data, "exclude": tuple(self._kept.exclude), "to": self._kept.to or None, "new": self._where.new,
            "metadata": self._about.metadata(),
        }  # fmt: skip

    def _collect(self, report: Report) -> collect.Plan:
        assert self._path is not None
        return collect.collect(self._path, config=self.config, report=report, **self._options())

    def _show(self, plan: collect.Plan) -> None:
        self.plan = plan
        self._state.value = words.state(plan)
        self._files.show(plan)
        self._about.show(plan)
        self._findings.show(plan)
        self._where.show(plan)
        look.show(self._body, True)
        look.show(self._foot, True)
        self._ready()

    def _ready(self) -> None:
        """Say in the headings and at the foot what is ready and what is missing."""
        plan = self.plan
        if plan is None:
            return
        self._parts["Files"].summarise(words.files(plan))
        self._parts["About"].summarise(words.about(plan))
        self._parts["Checks"].summarise(self._findings.summary(plan))
        practice = ", practice" if plan.repository.row.practice else ""
        signed = "" if self._where.has_token else "; needs a token"
        self._parts["Where"].summarise(f"{plan.repository.title}{practice}{signed}")
        self._main.description = words.verb(plan)
        waits = self._waits(plan)
        self._main.disabled = plan.standing.unchanged and not self._where.new
        self._what.value = look.words(self._restored + (waits or words.promise(plan, self._where.new))).value

    def _waits(self, plan: collect.Plan) -> str:
        """Say what stands in the way, or nothing."""
        if self._findings.open_blockers(plan):
            return "Checks found something that must be fixed first; open Checks."
        return "" if self._where.has_token else f"{plan.repository.title} needs a token first; open Where."

    def _typed(self) -> None:
        try:
            self._kept.write(self.config)
        except ZenodoJupyterError as e:  # it can be published all the same, but not be there tomorrow
            self._error.value = words.error(e)
        look.show(self._over, True)

    def _decided(self) -> None:
        self._typed()
        self.look_again()

    def _start_over(self) -> None:
        self._kept.forget(self.config)
        self._restored = ""
        assert self._path is not None
        self._use(self._path)
        self.look_again()

    # -- publishing --------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Publish, or say beside the fields what is missing; a real repository is asked about once more."""
        self._error.value = ""
        self._doing.start(self._check, self._checked, self._failed)

    def _check(self, report: Report) -> tuple[collect.Plan, str]:
        """Look once more, and return the question that is to be answered with yes; empty where there is none."""
        assert self._path is not None
        if self._held and self._own:
            report(Progress("collect", "Saving the notebook"))
            frontend.save(self._path)
        plan = self._collect(report)
        if plan.errors:
            raise InvalidMetadata("The description is not complete.", plan.errors, "Nothing was sent.")
        return plan, consent.question(plan)

    def _checked(self, found: tuple[collect.Plan, str]) -> None:
        plan, question = found
        self._show(plan)
        if self._waits(plan):
            self._parts["Checks" if self._findings.open_blockers(plan) else "Where"].open()
        elif question:
            self._sure.value = look.words(question).value
            self._yes.description = self._main.description
            look.show(self._foot, False)
            look.show(self._consent, True)
            self._no.focus()
        else:
            self._publish()

    def _keep_unpublished(self) -> None:
        look.show(self._consent, False)
        look.show(self._foot, True)

    def _publish(self) -> None:
        look.show(self._consent, False)
        look.show(self._foot, False)
        look.show(self._body, False)
        self._doing.start(self._act, self._done, self._failed)
        self._doing.focus()

    def _act(self, report: Report) -> Published:
        assert self._path is not None
        accept = tuple(self._findings.accepted)
        return frontend.publish(
            self._path, held=self._held, yes=True, accept=accept, config=self.config, report=report, **self._options()
        )

    def copy_for_reviewers(self) -> None:
        """Make a draft without names, with a secret link for reviewers; nothing is published."""
        self._error.value = ""

        def act(report: Report) -> Published:
            assert self._path is not None
            more = {**self._options(), "accept": tuple(self._findings.accepted), "anonymous": True}
            return frontend.publish(self._path, held=self._held, config=self.config, report=report, **more)

        def made(done: Published) -> None:
            self.look_again()
            self._error.value = words.copied(done)

        self._doing.start(act, made, self._failed)

    def _done(self, done: Published) -> None:
        self.published = done
        self._kept.forget(self.config)
        self.settle(
            card.of(done.record, done.repository, words.done(done), citation=citation(done.repository, done.record.id))
        )
        if self._held and self._own and self._path is not None:
            frontend.save(self._path)  # with the card in the form's place

    def _failed(self, error: ZenodoJupyterError) -> None:
        if self.plan is not None:
            look.show(self._body, True)
            look.show(self._foot, True)
        if isinstance(error, InvalidMetadata | RefusedMetadata):
            self._parts["About"].open()
            self._say(error)
        self._error.value = words.error(error)

    def _say(self, error: InvalidMetadata | RefusedMetadata) -> None:
        try:
            said = self._about.metadata()
        except InvalidMetadata as e:  # what was typed cannot even be read; its paths are those of the form
            self._about.say(e.errors)
            return
        full = self.plan.metadata.merge(said) if self.plan is not None else said
        self._about.say(error.errors, full)


def citation(repository: Repository, record_id: str) -> str:
    """Return how to cite a record; empty where the repository cannot say, since the record is published all the same."""
    try:
        return repository.export(record_id, "text/x-bibliography", style="apa").strip()
    except ZenodoJupyterError:
        return ""
