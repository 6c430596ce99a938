"""What hand-written packets tell of the local network."""

from collections.abc import Iterable
from typing import Any

from parsers.capture.flows import group
from parsers.capture.tracker import connections
from parsers.files.analysis import Files
from parsers.protocols.analyzer import Rows
from parsers.protocols.dispatch import dispatch
from parsers.protocols.expiry import Expiry
from parsers.protocols.known import hosts, services
from parsers.schema import Row
from tests.parsers.capture.dialogue import SECOND, START, P, packets


def told(said: Iterable[P]) -> dict[str, list[Row]]:
    """The rows of known_hosts and known_services, times in seconds after the start."""
    made = packets(said)
    flows = group(made)
    seen_hosts: list[Row] = []
    seen_services: list[Row] = []
    end = int(made.clock[-1])
    for shard in flows.shards(1_000_000):
        for tracked in connections(made, flows, shard):
            rows = Rows()
            service = dispatch(tracked.connection, tracked.events(), rows, Files(rows), None, tracked.last)
            seen_hosts += hosts.sightings(tracked.connection)
            seen_services += services.sightings(tracked.connection, tracked.carries, service, end)
    return {
        "hosts": [since_start(row) for row in hosts.logged(hosts.thinned(seen_hosts), Expiry(made.clock))],
        "services": [since_start(row) for row in services.logged(services.thinned(seen_services), Expiry(made.clock))],
    }


def since_start(row: Row) -> tuple[Any, ...]:
    return (row[0] - START) / SECOND, *row[1:]
