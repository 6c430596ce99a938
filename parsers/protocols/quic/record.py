"""quic.log: a QUIC connection's handshake. Source: Zeek, base/protocols/quic/{main,consts}.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "quic",
    "A QUIC connection (HTTP/3, DNS over QUIC): who opened it, for which host and protocol.",
    "#9fb4f5",
    (
        *ranked(CONNECTION, {"id.resp_p": 8}),
        Field("version", "string", "The version of QUIC that the first packet was written in.", 6, repeats=True),
        Field(
            "client_initial_dcid",
            "string",
            "The name that the client first gave the server's end (its connection id, in hex): random, and what the "
            "keys of the first packets come from.",
        ),
        Field("client_scid", "string", "The name that the client has for its own end, in hex."),
        Field("server_scid", "string", "The name that the server has for its own end, in hex."),
        Field("server_name", "string", "The host that the client asked for (SNI).", 5),
        Field(
            "client_protocol", "string", "The first protocol that the client offered (ALPN): h3, doq.", 7, repeats=True
        ),
        Field(
            "history",
            "string",
            "The packets in order, one letter each, the client's in capitals: I initial, S a hello of TLS in it, "
            "H handshake, Z early data (0-RTT), R try again, C closed, U a version that nobody knows, X what is no "
            "packet, O the 1st, 2nd, 4th, 8th … short packet.",
        ),
    ),
)

_VERSIONS = {0x00000001: "1", 0x6B3343CF: "quicv2"}
_VERSIONS |= {0xFF000000 + number: f"draft-{number}" for number in range(22, 35)}
# Zeek calls draft 31 by the number of the one before.
_VERSIONS[0xFF00001F] = "draft-30"
_VERSIONS |= {0xFACEB000 + number: f"mvfst (faceb0{number:02x})" for number in (0x01, 0x02, 0x0E, 0x11, 0x12, 0x13)}


def version(number: int) -> str:
    """A version's name."""
    return _VERSIONS.get(number) or f"unknown-{number:x}"
