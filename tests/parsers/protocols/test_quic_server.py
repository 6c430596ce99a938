"""A real QUIC client and server (aioquic) in a namespace, and what the server knows of its connections."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.parsers.protocols.loopback import Loopback, loopback

HOST = "quic.example.com"
# A server and, one after the other, its clients, as the arguments say: "plain", "retry", "second version", "again"
# (with the ticket of the one before, and data before the handshake is over).
PROGRAM = """
import asyncio, json, ssl, sys
from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import HandshakeCompleted
from aioquic.quic.packet import QuicProtocolVersion

seen, tickets, given, echoes = [], {}, [], []

class Server(QuicConnectionProtocol):
    def quic_event_received(self, event):
        super().quic_event_received(event)
        if isinstance(event, HandshakeCompleted):
            quic = self._quic
            seen.append({
                "dcid": quic.original_destination_connection_id.hex(),
                "scid": quic.host_cid.hex(),
                "peer": quic._peer_cid.cid.hex(),
                "alpn": event.alpn_protocol,
                "resumed": event.session_resumed,
                "cipher": quic.tls.key_schedule.cipher_suite.name,
            })

def answer(reader, writer):
    async def echo():
        writer.write(await reader.read())
        writer.write_eof()
    echoes.append(asyncio.ensure_future(echo()))

async def main(folder, *ways):
    own = QuicConfiguration(is_client=False, alpn_protocols=["doq"])
    own.supported_versions = [QuicProtocolVersion.VERSION_1, QuicProtocolVersion.VERSION_2]
    own.load_cert_chain(folder + "/chain.pem", folder + "/key.pem")
    arguments = dict(configuration=own, create_protocol=Server, stream_handler=answer)
    arguments |= dict(session_ticket_handler=lambda made: tickets.update({made.ticket: made}))
    arguments |= dict(session_ticket_fetcher=tickets.get)
    await serve("127.0.0.1", 443, **arguments)
    await serve("127.0.0.1", 853, retry=True, **arguments)
    for way in ways:
        port = 853 if way == "retry" else 443
        config = QuicConfiguration(alpn_protocols=["doq"], verify_mode=ssl.CERT_NONE, server_name=sys.argv[1])
        if way == "second version":
            config.original_version = QuicProtocolVersion.VERSION_2
            config.supported_versions = [QuicProtocolVersion.VERSION_2]
        early = way == "again"
        if early:
            config.session_ticket = given[-1]
        async with connect("127.0.0.1", port, configuration=config, wait_connected=not early,
                           session_ticket_handler=given.append) as client:
            reader, writer = await client.create_stream()
            writer.write(b"hello")
            writer.write_eof()
            assert await reader.read() == b"hello"
    print(json.dumps(seen))

asyncio.run(main(*sys.argv[2:]))
"""


def serve(inside: Loopback, folder: Path, *ways: str) -> list[dict[str, Any]]:
    """What the server knows of the connections."""
    done = inside.run(sys.executable, "-c", PROGRAM, HOST, str(folder), *ways)
    assert done.returncode == 0, done.stderr.decode()
    return list(json.loads(done.stdout))


@pytest.mark.skipif(find_spec("aioquic") is None, reason="needs aioquic")
def test_a_real_client_and_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("openssl")
        made = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={HOST}"
        inside.run("openssl", *made.split(), "-keyout", f"{tmp_path}/key.pem", "-out", f"{tmp_path}/chain.pem")
        with inside.captured():
            seen = serve(inside, tmp_path, "plain", "retry", "second version", "again")
        first, tried, *others = inside.rows("quic")
        assert tried["history"].endswith("r")
        for row, known in zip((first, *others), seen, strict=True):
            assert (row["client_scid"], row["server_scid"]) == (known["peer"], known["scid"])
            assert (row["server_name"], row["client_protocol"]) == (HOST, known["alpn"])
        opened = (first, tried, *others[1:])
        assert [row["client_initial_dcid"] for row in opened] == [known["dcid"] for known in seen]
        assert [row["version"] for row in opened] == ["1", "1", "quicv2", "1"]
        assert ["Z" in row["history"] for row in opened] == [False, False, False, True]
        rows = inside.rows("ssl")
        assert [row["cipher"] for row in rows] == ["TLS_" + known["cipher"] for known in seen]
        assert [row["resumed"] for row in rows] == [known["resumed"] for known in seen] == [False, False, False, True]
        assert [row["ssl_history"] for row in rows] == ["Cs", "CCs", "Cs", "Cs"]
        assert {row["service"] for row in inside.rows("conn") if row["id.resp_p"] in {443, 853}} == {"quic,ssl"}
        assert not inside.rows("analyzer")
