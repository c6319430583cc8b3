"""The workflow that runs records again every month: what it calls rotted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

WORKFLOW = Path(__file__).parent.parent / "notebooks/ci/recheck.yml"


@pytest.fixture
def month(tmp_path):
    """Return what a month's comparison ends with, its code and its summary, for reports by DOI."""
    steps = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["compare"]["steps"]
    script = next(step["run"] for step in steps if step.get("shell") == "python")

    def month(found):
        summary = tmp_path / "summary.md"
        summary.write_text("")
        for number, (doi, (code, reports)) in enumerate(found.items()):
            folder = tmp_path / "now" / f"report-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "result.json").write_text(json.dumps({"doi": doi, "code": code}))
            for old in folder.glob("reproduction-report*"):
                old.unlink()
            for one, (level, outputs) in enumerate(reports):
                told = {
                    "level": {"rung": level},
                    "verdict": f"{outputs} outputs | so",
                    "comparison": {"reproduced": outputs},
                }
                (folder / f"reproduction-report-{one}.json").write_text(json.dumps(told))
        environ = {"GITHUB_STEP_SUMMARY": str(summary), "PATH": ""}
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environ, timeout=60)
        return done.returncode, summary.read_text()

    return month


def test_what_got_worse_since_last_month_is_called_rotted(month):
    """Should fail if a lower level, fewer outputs, or a record that is gone passes, or if an outage is held against it."""
    fine = {"10.1/a": (0, [(5, 9)]), "10.1/b": (10, [(4, 9), (3, 2)]), "10.1/c": (0, [(5, 1)])}
    code, told = month(fine)
    assert code == 0 and "Nothing rotted" in told and "9 outputs \\| so<br>2 outputs" in told
    assert month(fine)[0] == 0
    code, told = month({**fine, "10.1/a": (3, [])})  # the repository did not answer
    assert code == 0 and "not asked, exit code 3" in told
    code, told = month({**fine, "10.1/b": (10, [(4, 8), (3, 2)])})
    assert code == 1 and "**Rotted since last time: 10.1/b**" in told and "| R3, 11 outputs | R3, 10 outputs |" in told
    code, told = month({**fine, "10.1/a": (11, [(0, 9)]), "10.1/c": (4, [])})
    assert code == 1 and "10.1/a, 10.1/c" in told and "no verdict, exit code 4" in told
