"""Run all benchmarks: ``python -m benchmarks``. Those about reproducing want the notebooks of ``make corpus``."""

from .answers import CORPUS
from .answers import main as answers
from .bundling import main as bundling
from .clients import main as clients
from .era import main as era
from .mutation import main as mutation
from .nginx import main as nginx
from .searches import main as searches
from .sizes import main as sizes
from .startup import main as startup
from .transfer import main as transfer

transfer()
clients([])
nginx([])
bundling()
searches([])
sizes([])
startup()
if CORPUS.is_dir():
    mutation()
    answers()
    era([])
