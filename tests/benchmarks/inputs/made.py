"""A capture that was made, and what must come of it."""

from collections import Counter
from dataclasses import dataclass, field

from tests.demo.wire import Host, Wire

START = 1_700_000_000_000_000  # microseconds


@dataclass
class Made:
    """Packets, and how many rows each log has to hold; logs that are not named may hold any."""

    wire: Wire = field(default_factory=Wire)
    rows: Counter[str] = field(default_factory=Counter)

    @property
    def capture(self) -> bytes:
        return self.wire.capture()


def client(number: int, clients: int) -> Host:
    """One of so many machines of a local network."""
    number %= clients
    return Host(f"10.1.{number // 250}.{number % 250 + 1}", ttl=128)


def server(number: int, servers: int) -> Host:
    """One of so many servers elsewhere."""
    return Host(f"203.0.113.{number % servers + 1}", "02:00:5e:10:00:02", ttl=52)


def client_port(number: int, clients: int) -> int:
    """A port that this client has not had for 60,000 connections."""
    return 1025 + number // clients % 60_000
