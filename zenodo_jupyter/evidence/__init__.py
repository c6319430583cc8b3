"""Evidence: a verdict as a page, a summary, a badge and an action of a crate, all made from the same JSON report."""

from __future__ import annotations

from .causes import Cause, likely_cause
from .forms import action, badge, markdown, plain, rehearsed
from .lacking import lacking
from .page import page

__all__ = ["Cause", "action", "badge", "lacking", "likely_cause", "markdown", "page", "plain", "rehearsed"]
