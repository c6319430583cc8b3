#!/usr/bin/env bash
# Show that the embedded repository answers like the real ones:
# the contract tests, and our own client, acts and server, through both doors and against a real InvenioRDM on this machine;
# clients of Zenodo that other people wrote, unchanged, against the embedded one (in an environment of their own in
# .conformance/); and the same requests to both, every difference being explained in zenodo_jupyter/localrepo/DIFFERENCES.md.
# ZENODO_JUPYTER_RDM_URL, and ZENODO_JUPYTER_RDM_TOKEN, …_TOKEN_OTHER, …_TOKEN_ADMIN of three people there, name an InvenioRDM
# that runs already; otherwise one is started (Debian, root).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
clients="$root/.conformance"
if ! cmp -s "$root/tests/conformance/clients.txt" "$clients/installed.txt"; then
  "$BIN/python" -m venv --clear "$clients"
  "$clients/bin/python" -m pip install --quiet --requirement "$root/tests/conformance/clients.txt"
  cp "$root/tests/conformance/clients.txt" "$clients/installed.txt"
fi
export ZENODO_JUPYTER_CLIENTS="$clients/bin/python"
if [ -z "${ZENODO_JUPYTER_RDM_URL:-}" ]; then
  said=$(RDM_NO_LIMITS=1 RDM_CONSTRAINTS="$here/constraints-14.0.5.txt" bash "$here/start-rdm.sh")
  trap 'bash "$here/start-rdm.sh" stop' EXIT
  ZENODO_JUPYTER_RDM_URL=$(sed -n 's/^BASE_URL=//p' <<<"$said")
  ZENODO_JUPYTER_RDM_TOKEN=$(sed -n 's/^TOKEN=//p' <<<"$said")
  ZENODO_JUPYTER_RDM_TOKEN_OTHER=$(sed -n 's/^TOKEN_BOB=//p' <<<"$said")
  ZENODO_JUPYTER_RDM_TOKEN_ADMIN=$(sed -n 's/^TOKEN_ADMIN=//p' <<<"$said")
  export ZENODO_JUPYTER_RDM_URL ZENODO_JUPYTER_RDM_TOKEN ZENODO_JUPYTER_RDM_TOKEN_OTHER ZENODO_JUPYTER_RDM_TOKEN_ADMIN
fi
# Without these the tests that need them would not be there, and nobody would miss them.
for name in URL TOKEN TOKEN_OTHER TOKEN_ADMIN; do
  name="ZENODO_JUPYTER_RDM_$name"
  [ -n "${!name:-}" ] || { echo "$name is not set: three accounts of the InvenioRDM are needed." >&2; exit 2; }
done
"$BIN/python" -m pytest tests/contract tests/conformance tests/differential tests/test_promoting.py "$@"
# What is done there from JupyterLab and Notebook 7, what goes wrong meanwhile, and two browsers on one notebook: in a process of
# its own, as all browser tests.
"$BIN/python" -m pytest "$root/tests/browser/test_browser_far.py" "$root/tests/browser/test_browser_trouble.py" \
  "$root/tests/browser/test_browser_elsewhere.py::test_two_browsers_on_one_notebook"
# Publications that die, through a server at which requests go wrong, with the real InvenioRDM behind it.
cd "$root" && REPOSITORY_TOKEN="$ZENODO_JUPYTER_RDM_TOKEN_OTHER" "$BIN/python" -m benchmarks.survival --deaths 10 --url "$ZENODO_JUPYTER_RDM_URL"
