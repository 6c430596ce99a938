"""Many small connections: half of them HTTP, the others TCP alone, some without a byte or without an answer."""

from tests.benchmarks.inputs.made import START, Made, client, client_port, server
from tests.demo.wire import ACK, RST, SYN, Conversation
from tests.parsers.capture.build import tcp

_CLIENTS, _SERVERS, _APART = 2000, 150, 1500


def connections(count: int) -> Made:
    """So many connections, of which dozens are open at any time."""
    made = Made()
    for number in range(count):
        (_page, _empty, _page, _lines, _page, _unanswered)[number % 6](made, number)
        made.rows["conn"] += 1
    return made


def _opened(made: Made, number: int, port: int) -> Conversation:
    ends = client(number, _CLIENTS), client_port(number, _CLIENTS), server(number, _SERVERS), port
    return Conversation(made.wire, *ends, now=START + number * _APART)


def _page(made: Made, number: int) -> None:
    talk = _opened(made, number, 80)
    body = f"<html><body><p>page {number}</p>{'a line of text. ' * (number % 97)}</body></html>\n"
    head = f"GET /shelf/{number % 89}/page-{number}.html HTTP/1.1\r\nHost: www{number % 401}.example\r\n"
    reply = f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    talk.ask(f"{head}User-Agent: curl/8.{number % 7}\r\nAccept: */*\r\n\r\n".encode(), reply.encode())
    talk.close()
    made.rows["http"] += 1


def _empty(made: Made, number: int) -> None:
    _opened(made, number, 9000 + number % 7).close()


def _lines(made: Made, number: int) -> None:
    talk = _opened(made, number, 9100)
    talk.ask(b"status %d\n" % number, b"all is well\n" * (number % 13 + 1))
    talk.close()


def _unanswered(made: Made, number: int) -> None:
    """Knocking at a port: no answer, or a refusal."""
    here, there = client(number, _CLIENTS), server(number, _SERVERS)
    port, knocked, now = client_port(number, _CLIENTS), 10_000 + number % 50_000, START + number * _APART
    made.wire.datagram(now, here, there, 6, tcp(b"", port, knocked, seq=number, ack=0, flags=SYN))
    if number % 12 == 5:
        refusal = tcp(b"", knocked, port, seq=0, ack=number + 1, flags=RST | ACK)
        made.wire.datagram(now + 20_000, there, here, 6, refusal)
