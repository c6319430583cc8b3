#!/usr/bin/env bash
# Run the contract tests through both doors of the embedded repository and against a real InvenioRDM on this machine.
# ZENODO_JUPYTER_RDM_URL and ZENODO_JUPYTER_RDM_TOKEN name one that runs already; otherwise one is started (Debian, root).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${ZENODO_JUPYTER_RDM_URL:-}" ]; then
  said=$(RDM_NO_LIMITS=1 RDM_CONSTRAINTS="$here/constraints-14.0.5.txt" bash "$here/start-rdm.sh")
  trap 'bash "$here/start-rdm.sh" stop' EXIT
  ZENODO_JUPYTER_RDM_URL=$(sed -n 's/^BASE_URL=//p' <<<"$said")
  ZENODO_JUPYTER_RDM_TOKEN=$(sed -n 's/^TOKEN=//p' <<<"$said")
  export ZENODO_JUPYTER_RDM_URL ZENODO_JUPYTER_RDM_TOKEN
fi
"$BIN/python" -m pytest tests/contract "$@"
