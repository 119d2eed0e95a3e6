"""NumPy's products run on one thread, wherever NumPy brings an OpenBLAS."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from course import blas


def getters() -> list:
    """The functions that say how many threads are used."""
    files = (Path(np.__file__).parent.parent / "numpy.libs").glob("*openblas*")
    names = [name.replace("_set_", "_get_") for name in blas.SETTERS]
    libraries = [ctypes.CDLL(str(file)) for file in files]
    return [getattr(one, name) for one in libraries for name in names if hasattr(one, name)]


def test_one_thread_is_left():
    if not getters():
        pytest.skip("this NumPy brings no OpenBLAS")
    setter = getters()[0].__name__.replace("_get_", "_set_")
    for file in (Path(np.__file__).parent.parent / "numpy.libs").glob("*openblas*"):
        getattr(ctypes.CDLL(str(file)), setter)(2)
    assert blas.use_one_thread()
    assert [get() for get in getters()] == [1] * len(getters())
