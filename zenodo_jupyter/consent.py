"""Consent: what a person is asked before something is done that cannot be undone."""

from __future__ import annotations

from collections.abc import Callable

from . import submission
from .collect import Plan
from .errors import NeedsConsent


def question(plan: Plan) -> str:
    """Return what is to be answered with yes before publishing; empty where nothing has to be asked.

    A real DOI cannot be taken back, and neither can a version: one with the same cells and files is asked about everywhere,
    since a description can be changed in place.
    """
    repository, asked = plan.repository, []
    if plan.standing.unchanged:
        doi = plan.standing.doi
        asked.append(
            f"Only the description has changed since {doi}. Make a new version, with a DOI of its own? "
            f"(`edit` changes the description of {doi} in place instead.)"
        )
    if not repository.row.practice and plan.review:
        asked.append(submission.question(plan.review, repository.title, repository.test_token()))
    elif not repository.row.practice:
        asked.append(
            f"Publish on {repository.title} with account {repository.test_token()}? The record and its DOI are public and "
            "cannot be undone."
        )
    return " ".join(asked)


def ask_first(question: str, yes: bool, confirm: Callable[[str], bool] | None) -> None:
    """Ask, unless there is nothing to ask or the person has said yes already.

    Parameters
    ----------
    question : str
        Empty where nothing has to be asked.
    yes : bool
        Said already.
    confirm : callable, optional
        Is given the question and answers yes or no.

    Raises
    ------
    NeedsConsent
        With the question where nobody is there to answer.
    """
    if yes or not question:
        return
    if confirm is None:
        raise NeedsConsent(question, "Say yes with --yes.")
    if not confirm(question):
        raise NeedsConsent("Not done: you did not say yes.", "Nothing was sent.")
