"""TLS alone: hellos, certificates, then bytes that nobody can read."""

from tests.benchmarks.inputs.made import START, Made, client, client_port, server
from tests.demo import tls
from tests.demo.wire import Conversation

_CLIENTS, _APART, _HOSTS = 800, 3000, 60


def handshakes(count: int, hosts: int = _HOSTS) -> Made:
    """So many connections to so many hosts, each with a certificate of its own and two that they share."""
    made = Made()
    shown = [tls.chain([f"www{host}.shop.example", f"shop{host}.example"]) for host in range(hosts)]
    for number in range(count):
        name, chain = f"www{number % hosts}.shop.example", shown[number % hosts]
        ends = client(number, _CLIENTS), client_port(number, _CLIENTS), server(number % hosts, hosts), 443
        talk = Conversation(made.wire, *ends, now=START + number * _APART)
        talk.ask(tls.client_hello(name), tls.server_flight(name, chain))
        talk.ask(tls.client_finish(name), tls.server_finish(name))
        talk.ask(
            tls.record(23, tls.filler("asked", 300 + number % 500)), tls.record(23, tls.filler("told", number % 9000))
        )
        talk.close()
        made.rows.update(conn=1, ssl=1)
    made.rows["x509"] = len({certificate for chain in shown[:count] for certificate in chain})
    return made
