"""DNS alone: look-ups and their answers."""

from tests.benchmarks.inputs.made import START, Made, client, client_port, server
from tests.demo import names

_CLIENTS, _SERVERS, _APART = 500, 4, 400


def lookups(count: int) -> Made:
    """So many look-ups, each from a port of its own; of some names there is no address."""
    made = Made()
    for number in range(count):
        here, there, port = client(number, _CLIENTS), server(number, _SERVERS), client_port(number, _CLIENTS)
        name = f"host{number % 4999}.zone{number % 13}.example"
        found = [f"198.51.100.{(number + i) % 250 + 1}" for i in range(number % 4)]
        now, identifier = START + number * _APART, number * 40_503 & 0xFFFF
        made.wire.udp(now, here, port, there, 53, names.question(identifier, name))
        made.wire.udp(now + 9000, there, 53, here, port, names.answer(identifier, name, found, 300))
        made.rows.update(conn=1, dns=1)
    return made
