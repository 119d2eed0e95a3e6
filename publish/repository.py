"""Finds the address of the course's repository, if there is one that a reader could open."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path


def to_web_address(remote: str) -> str | None:
    """Turn a git remote into the address a browser opens, without any name or key in it.

    Returns:
        An https address, or None where the remote is a folder or something else.
    """
    remote = remote.strip().removesuffix("/").removesuffix(".git")
    match = re.fullmatch(r"(?:https?|ssh|git)://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)", remote)
    match = match or re.fullmatch(r"[\w.-]+@([\w.-]+):(?!/)(.+)", remote)
    if not match or "." not in match[1] or re.fullmatch(r"[\d.]+", match[1]):
        return None
    return f"https://{match[1]}/{match[2]}"


def address(root: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """The repository's web address: from the builder's environment, else from git's `origin`."""
    server, name = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
    if server and name:
        return to_web_address(f"{server}/{name}")
    if environment.get("CI_PROJECT_URL"):
        return to_web_address(environment["CI_PROJECT_URL"])
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "remote", "get-url", "origin"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return to_web_address(done.stdout) if done.returncode == 0 else None
