"""Run all benchmarks: ``python -m benchmarks``."""

from .transfer import main

main()
