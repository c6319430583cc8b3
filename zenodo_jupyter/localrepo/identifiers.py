"""The ids of records: one number each, with two spellings.

The ``zenodo`` flavour shows the number itself (``727003184512``), the ``rdm`` flavour ten base32 characters with two
check digits (``8h2n4-0dp17``), InvenioRDM's own scheme (Crockford's alphabet, ISO 7064 MOD 97-10). Either spelling is
understood in both flavours, so a record keeps its id when the flavour changes.
"""

from __future__ import annotations

import re
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {c: i for i, c in enumerate(_ALPHABET)}
#: Eight characters of base32. Well below 2**53, up to which every JSON reader keeps integers exact.
SPACE = 1 << 40
# Numbers are given one after the other; multiplied by this odd number (invertible modulo 2**40), neighbours do not look
# alike in base32, where people tell records apart by eye. 2**40 divided by the golden ratio, made odd (Knuth 6.4).
_SPREAD = 679535272917
_GATHER = pow(_SPREAD, -1, SPACE)
_BASE32 = re.compile(r"[0-9a-z]{5}-?[0-9a-z]{5}\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,15}\Z")


def random_base() -> int:
    """Return where a new store begins to count.

    At random, so that two laptops do not mint the same DOI, and above 2**36 (69 thousand million), far from any id
    that Zenodo has given. It leaves room for 2**36 records.
    """
    return (1 << 36) + secrets.randbelow(SPACE - (1 << 37))


def spell(number: int, flavour: str) -> str:
    """Return the id as a flavour shows it.

    >>> spell(727003184512, "zenodo")
    '727003184512'
    >>> parse(spell(727003184512, "rdm"))
    727003184512
    """
    return to_base32(number) if flavour == "rdm" else str(number)


def to_base32(number: int) -> str:
    """Return the ``xxxxx-xxxxx`` of a number."""
    scrambled = number * _SPREAD % SPACE
    digits = "".join(_ALPHABET[scrambled >> shift & 31] for shift in range(35, -1, -5))
    digits += f"{_check(scrambled):02d}"
    return f"{digits[:5]}-{digits[5:]}"


def parse(text: str) -> int | None:
    """Return the number of an id in either spelling; None if it is neither, or its check digits are wrong.

    Crockford's reading is forgiving: capitals, ``o`` for ``0``, ``i`` and ``l`` for ``1``, and no hyphen are all right.
    """
    if _NUMBER.match(text):
        number = int(text)
        return number if number < SPACE else None
    if not _BASE32.match(text):
        return None
    digits = text.replace("-", "").lower().translate(str.maketrans("ilo", "110"))
    if not set(digits) <= _VALUES.keys() or not digits[-2:].isdigit():
        return None
    scrambled = 0
    for digit in digits[:-2]:
        scrambled = scrambled * 32 + _VALUES[digit]
    if int(digits[-2:]) != _check(scrambled):
        return None
    return scrambled * _GATHER % SPACE


def _check(number: int) -> int:
    """Return the check digits of ISO 7064 MOD 97-10, as DataCite and InvenioRDM compute them."""
    return 98 - 100 * number % 97
