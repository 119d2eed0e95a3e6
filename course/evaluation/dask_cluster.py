"""The same protocol on a Dask cluster, whose client gives an executor like any other.

A cluster of several machines is used the same way: `Client("tcp://scheduler:8786")` in the place of
the one below, and a course installed on each machine.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from course import extras


@contextmanager
def processes(workers: int = 2) -> Iterator[Executor]:
    """An executor over Dask worker processes of this machine, for the length of a `with` block.

    Scheduler and workers listen on loopback only and no dashboard is opened; yet whoever else can
    reach this machine's loopback could hand them work. Raises ExtraMissing without Dask.
    """
    distributed = extras.load("distributed")
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as scratch,
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
            local_directory=scratch,
            silence_logs=logging.CRITICAL,  # else workers that are closed late complain of it
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        # Two calls that look alike are two calls: Dask would otherwise answer both at once.
        yield client.get_executor(pure=False)
