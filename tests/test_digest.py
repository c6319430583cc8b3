"""An md5 worked out beside the moving of bytes is the same md5."""

from __future__ import annotations

import hashlib
import os
import threading

import pytest

from zenodo_jupyter.digest import Digest

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 5, 9 * MIB, None])
def test_the_md5_is_right_with_and_without_a_thread(size):
    """Also when it is asked for in the middle, and after the end."""
    blocks = [b"12345", os.urandom(MIB), b"", os.urandom(MIB + 1)]
    expected = hashlib.md5()
    with Digest(size) as digest:
        for block in blocks:
            digest.update(block)
            expected.update(block)
            assert digest.hexdigest() == expected.hexdigest()
    assert digest.hexdigest() == expected.hexdigest()


def test_no_thread_stays_behind():
    """Should end with what it was made for, and may be closed twice."""
    digest = Digest(None)
    digest.update(b"x")
    digest.close()
    digest.close()
    assert not [t for t in threading.enumerate() if t.name == "md5"]
