"""What can go wrong while setting up, each as one sentence that says what to do."""

from __future__ import annotations

import errno


class SetupError(Exception):
    """Something the reader can put right; `str()` of it is all that is printed."""


class StepError(SetupError):
    """A step's command failed; `output` is the end of what it wrote."""

    def __init__(self, sentence: str, output: str) -> None:
        """Args: sentence: for the reader; output: for whoever can make more of it."""
        super().__init__(sentence)
        self.output = output


DISK_FULL = "The disk is full: free about 2 GB and run the same command again."
FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)


def from_os_error(error: OSError, folder: object) -> SetupError:
    """The sentence for a failed write."""
    if error.errno in FULL:
        return SetupError(DISK_FULL)
    if error.errno in NOT_WRITABLE:
        return SetupError(
            f"The course cannot write in {folder}: move it to a folder of yours that can be "
            "written, and run the same command there."
        )
    return SetupError(f"The set-up stopped ({error}): run the same command again.")
