"""The provider's time: this machine's, or a calendar that stands still until somebody moves it."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """start: where the calendar stands; None for this machine's own, which goes on by itself."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start, self._moved = start, timedelta()

    def now(self) -> datetime:
        """The provider's date and time, timezone-aware UTC."""
        return (self._start or datetime.now(UTC)) + self._moved

    def seconds(self) -> float:
        """What rates are measured with: it goes on even while the calendar stands still, since
        a client that is told to wait a minute waits one of its own."""
        return time.monotonic() + self._moved.total_seconds()

    def advance(self, seconds: float) -> datetime:
        """Moves time forward; raises OverflowError where no calendar goes so far."""
        moved = self._moved + timedelta(seconds=seconds)
        now = (self._start or datetime.now(UTC)) + moved
        self._moved = moved
        return now
