"""Publish a notebook with its data to Zenodo, get it back by its DOI, re-run it."""

__version__ = "0.1.0"
