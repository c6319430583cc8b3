"""The HTML pages: home, search, records and drafts, communities, one's own uploads and requests, and how one signs in.

Everything shown was written by strangers. Templates escape, `markup` cleans, and each answer carries a policy under which a
browser runs no script and loads nothing from elsewhere; previews sit in a sandbox besides. Pages work without any script.
"""

from . import authorizing, communities, records, requests, searches, signing_in, uploads
from .site import blueprint

__all__ = ["authorizing", "blueprint", "communities", "records", "requests", "searches", "signing_in", "uploads"]
