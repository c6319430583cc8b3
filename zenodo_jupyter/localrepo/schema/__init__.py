"""What a draft may contain: InvenioRDM's soft validation.

Nothing is refused because of a wrong field: what is valid is kept and the rest is listed as ``{field, messages}``. Only
at publication the same list becomes a refusal. The texts are those of InvenioRDM 14, letter by letter, because
clients show them and tests compare them.
"""

from .records import load_draft, publication_errors
from .uploads import load_description, load_new_files

__all__ = ["load_description", "load_draft", "load_new_files", "publication_errors"]
