"""What every message to a reader must be."""

from __future__ import annotations

import re


def assert_sentence(text: str) -> None:
    """One plain sentence that ends with a full stop and shows no Python."""
    assert "\n" not in text.strip()
    assert text.rstrip().endswith("."), text
    for word in ("Traceback", "Error:", "Errno", "None"):
        assert word not in text, text
    # A full stop inside may stand in a version or a file name, not between two sentences.
    assert not re.search(r"[.!?] [A-Z]", text), text
