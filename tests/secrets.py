"""Patterns that must not stand in any file of the course."""

from __future__ import annotations

import re

# Written in pieces, so that this file does not hold what it looks for.
KEYS = re.compile(
    r"\b(?:sk|pk|rk)-(?:live-|test-|proj-|ant-|or-)?[A-Za-z0-9_-]{20,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}\b"
    r"|\bhf_[A-Za-z0-9]{30,}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
PATHS = re.compile(r"(?<![\w.~])/(?:ho" r"me|ro" r"ot|wo" r"rk|tm" r"p|Us" r"ers|o" r"pt)/[\w.-]+")


def key_like(text: str) -> list[str]:
    """Whatever in the text looks like a secret key."""
    return KEYS.findall(text)


def machine_paths(text: str) -> list[str]:
    """Whatever in the text looks like a folder of one machine."""
    return PATHS.findall(text)
