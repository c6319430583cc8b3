"""Run all benchmarks: ``python -m benchmarks``."""

from .startup import main as startup
from .transfer import main as transfer

transfer()
startup()
