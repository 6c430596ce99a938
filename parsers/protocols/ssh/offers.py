"""What the two sides of an SSH session offer each other, and what they agree on (RFC 4253 section 7.1).

Source: Zeek, base/protocols/ssh/main.zeek, src/analyzer/protocol/ssh/{ssh-protocol,ssh-analyzer}.pac.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from parsers import escape
from parsers.limits import SSH_ALGORITHMS
from parsers.protocols.ssh.messages import Fields, State

_EXCHANGES: Final = {
    b"rsa1024-sha1": State.KEX_RSA,
    b"rsa2048-sha256": State.KEX_RSA,
    b"diffie-hellman-group1-sha1": State.KEX_DH,
    b"diffie-hellman-group14-sha1": State.KEX_DH,
    b"diffie-hellman-group14-sha256": State.KEX_DH,
    b"diffie-hellman-group16-sha512": State.KEX_DH,
    b"diffie-hellman-group-exchange-sha1": State.KEX_DH_GEX,
    b"diffie-hellman-group-exchange-sha256": State.KEX_DH_GEX,
    b"ecmqv-sha2": State.KEX_ECC,
}
_EXCHANGE_PREFIXES: Final = {
    b"gss-": State.KEX_GSS,
    b"ecdh-sha2-": State.KEX_ECC,
    b"curve25519-sha256": State.KEX_ECC,
    b"sntrup761x25519-sha512": State.KEX_ECC,
    b"mlkem": State.KEX_ECC,
}
_FAILED: Final = b"Algorithm negotiation failed"


@dataclass(frozen=True)
class Offer:
    """One side's algorithms of each kind, the ones that it likes best first; ciphers, codes and compressions for
    each way, to the server first.
    """

    kex: list[bytes]
    host_keys: list[bytes]
    ciphers: tuple[list[bytes], list[bytes]]
    macs: tuple[list[bytes], list[bytes]]
    compressions: tuple[list[bytes], list[bytes]]
    languages: tuple[list[bytes], list[bytes]]

    def excesses(self) -> Iterator[tuple[str, int]]:
        """The kinds of which there are more algorithms than are looked at, and how many there are."""
        for kind, lists in (
            ("kex_algorithms", (self.kex,)),
            ("hostkey_algorithms", (self.host_keys,)),
            ("encryption_algorithms", self.ciphers),
            ("mac_algorithms", self.macs),
            ("compression_algorithms", self.compressions),
            ("languages", self.languages),
        ):
            for names in lists:
                if len(names) > SSH_ALGORITHMS:
                    yield kind, len(names)


def read_offer(length: int, fields: Fields) -> Offer:
    """The message that opens a key exchange."""
    fields.bound(length, "SSH2_KEXINIT")
    fields.raw(16, "SSH2_KEXINIT:cookie")
    names = [fields.string("ssh_string").split(b",") for _ in range(10)]
    fields.raw(5, "SSH2_KEXINIT:first_kex_packet_follows")
    pairs = [(names[i], names[i + 1]) for i in range(2, 10, 2)]
    return Offer(names[0], names[1], *pairs)


def exchange_of(algorithm: bytes) -> State | None:
    """The kind of key exchange that an algorithm is; None for one that Zeek does not know."""
    found = _EXCHANGES.get(algorithm)
    if found is not None:
        return found
    return next((state for prefix, state in _EXCHANGE_PREFIXES.items() if algorithm.startswith(prefix)), None)


def first_common(client: list[bytes], server: list[bytes]) -> bytes | None:
    """The first of the client's algorithms that the server has too."""
    known = set(server[:SSH_ALGORITHMS])
    return next((name for name in client[:SSH_ALGORITHMS] if name in known), None)


def agreed(client: Offer, server: Offer) -> tuple[str, str, str, str, str]:
    """Cipher, message authentication code, compression, key exchange and kind of host key, as they stand in a row."""
    return (
        _agreed_both_ways(client.ciphers, server.ciphers),
        _agreed_both_ways(client.macs, server.macs),
        _agreed_both_ways(client.compressions, server.compressions),
        _agreed(client.kex, server.kex),
        _agreed(client.host_keys, server.host_keys),
    )


def _agreed(client: list[bytes], server: list[bytes]) -> str:
    found = first_common(client, server)
    return escape.text(_FAILED if found is None else found)


def _agreed_both_ways(client: tuple[list[bytes], list[bytes]], server: tuple[list[bytes], list[bytes]]) -> str:
    to_server, to_client = _agreed(client[0], server[0]), _agreed(client[1], server[1])
    return to_server if to_server == to_client else f"To server: {to_server}, to client: {to_client}"
