"""Keeps NumPy's products of tables on one thread.

NumPy leaves them to OpenBLAS, which shares each between all processor cores and lets the cores wait
for one another. On tables as small as Pocket's the waiting takes longer than the work, and where
other programs are busy, hundreds of times longer.
"""

import ctypes
from pathlib import Path

import numpy as np

# By OpenBLAS's build; NumPy's own prefixes its names so that two builds do not meet.
SETTERS = (
    "scipy_openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)


def use_one_thread() -> bool:
    """Sets it for this process; whether there was an OpenBLAS in NumPy's package to set."""
    package = Path(np.__file__).parent
    found = False
    for folder in (package.with_name("numpy.libs"), package / ".dylibs"):
        for file in folder.glob("*openblas*"):
            library = ctypes.CDLL(str(file))  # it is loaded already: this finds it again
            for name in SETTERS:
                if hasattr(library, name):
                    getattr(library, name)(1)
                    found = True
    return found
