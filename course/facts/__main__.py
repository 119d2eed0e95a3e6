"""`python -m course.facts`: counts the facts."""

import sys

from course.facts.count import main

sys.exit(main())
