"""Devices of the table `hardware`, with what is not known of them left open.

device("H100 SXM").decode(parameters=70e9, bits=4.5)       # Speed(tokens_per_s=85.1, ...)
device("GH200").decode(parameters=8e9, bits=16)            # Speed(None, ...), and a note why
"""

from __future__ import annotations

from dataclasses import dataclass

from course import facts
from course.facts.cited import Figure, NotKnown
from course.hardware.memory import GB, Verdict, fits
from course.hardware.roofline import Speed, decode, energy_per_million


@dataclass(frozen=True)
class Device:
    """A device and its figures, each with unit and citation: GB, GB/s and W, or not known."""

    name: str
    kind: str
    memory: Figure
    bandwidth: Figure | NotKnown
    power: Figure | NotKnown

    @property
    def bytes(self) -> float:
        """Bytes of memory, as the maker counts (GB of 1e9)."""
        return float(self.memory) * GB

    def fits(self, needed: float | None, number: int = 1) -> Verdict | None:
        """Whether so many bytes fit `number` of these devices."""
        return fits(needed, self.bytes * number)

    def decode(self, parameters: float | None, bits: float, **options) -> Speed:
        """Tokens per second at most; `options` are those of `roofline.decode`."""
        bandwidth = float(self.bandwidth) * GB if self.bandwidth.known else None
        return decode(bandwidth, parameters, bits, **options)

    def energy_per_million(self, tokens_per_s: float | None, pue: float = 1.0) -> float | None:
        """kWh for a million tokens at the most power that the maker states; None if unknown."""
        watts = float(self.power) if self.power.known else None
        return energy_per_million(watts, tokens_per_s, pue)


def device(name: str) -> Device:
    """The device of that name.

    Raises:
        FactNotFound: the table has no such device; the message names those that are near.
    """
    kind = facts.figure("hardware", name, "kind")
    memory, bandwidth, power = (
        facts.figure("hardware", name, column)
        for column in ("memory_gb", "bandwidth_gb_per_s", "power_w")
    )
    return Device(name, str(kind.value), memory, bandwidth, power)


def devices(kind: str | None = None) -> list[Device]:
    """All devices of the table, or those of a kind: server, desktop, computer."""
    found = [device(name) for name in facts.table("hardware")["gpu"]]
    return [each for each in found if kind in (None, each.kind)]
