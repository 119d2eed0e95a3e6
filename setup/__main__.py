"""The command: `python3 -m setup reader|dev|train|lock|clean|doctor`."""

import sys

if sys.version_info < (3, 8):  # noqa: UP036  this file meets any Python
    sys.exit("Python 3.11, 3.12 or 3.13 is needed: install one and run the command again.")

from setup.command import main

sys.exit(main(sys.argv[1:]))
