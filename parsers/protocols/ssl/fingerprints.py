"""What a hello looks like: clients and servers that are the same program, or use the same library, look the same.

Source: github.com/salesforce/ja3, README; github.com/FoxIO-LLC/ja4, technical_details/JA4.md. Of FoxIO's methods only
this one, JA4 for the clients of TLS, is free for all (BSD); JA4S and the others have another licence.
"""

from collections.abc import Iterable, Sequence
from hashlib import md5, sha256
from struct import pack, unpack_from
from typing import Final

from parsers.protocols.ssl.hello import Hello

_SERVER_NAME, _GROUPS, _FORMATS, _SIGNATURES, _PROTOCOLS, _VERSIONS = 0, 10, 11, 13, 16, 43
_NO_PROTOCOL: Final = "00"
_NOTHING: Final = "0" * 12
_MOST: Final = 99
# RFC 8701: numbers that clients throw in, others each time.
_GREASE: Final = frozenset(range(0x0A0A, 0x10000, 0x1010))
_JA4_VERSIONS: Final = {
    0x0002: "s2",
    0x0300: "s3",
    0x0301: "10",
    0x0302: "11",
    0x0303: "12",
    0x0304: "13",
    0xFEFF: "d1",
    0xFEFD: "d2",
    0xFEFC: "d3",
}


def client(hello: Hello, body: bytes, transport: str) -> tuple[str, str]:
    """JA3 and JA4 of a hello whose extensions have been read; the transport is t for TCP, q for QUIC, d for DTLS."""
    ciphers = _numbers(hello.ciphers)
    extensions = _extensions(body, hello.extensions)
    return _ja3(hello.version, ciphers, extensions), _ja4(hello.version, ciphers, extensions, transport)


def server(hello: Hello, body: bytes) -> str:
    """JA3S: the same for a server's hello."""
    kinds = [kind for kind, _ in _extensions(body, hello.extensions)]
    return _md5(f"{hello.version},{hello.cipher},{_dashed(kinds)}")


def _extensions(body: bytes, place: int) -> list[tuple[int, bytes]]:
    """Number and contents of each, in order, but for GREASE."""
    found = []
    while place < len(body):
        kind, size = unpack_from(">HH", body, place)
        if kind not in _GREASE:
            found.append((kind, body[place + 4 : place + 4 + size]))
        place += 4 + size
    return found


def _numbers(pairs: bytes) -> list[int]:
    """Numbers of two octets each, but for GREASE."""
    count = len(pairs) // 2
    return [number for number in unpack_from(f">{count}H", pairs) if number not in _GREASE]


def _listed(contents: bytes, octets: int) -> bytes:
    """What opens with its length in so many octets."""
    return contents[octets : octets + int.from_bytes(contents[:octets], "big")]


def _ja3(version: int, ciphers: list[int], extensions: list[tuple[int, bytes]]) -> str:
    contents = dict(extensions)
    groups = _numbers(_listed(contents.get(_GROUPS, b""), 2))
    formats = _listed(contents.get(_FORMATS, b""), 1)
    lists = (ciphers, [kind for kind, _ in extensions], groups, formats)
    return _md5(",".join((str(version), *map(_dashed, lists))))


def _ja4(version: int, ciphers: list[int], extensions: list[tuple[int, bytes]], transport: str) -> str:
    contents = dict(extensions)
    offered = _numbers(_listed(contents.get(_VERSIONS, b""), 1))
    # DTLS counts its versions downwards.
    highest = (min if transport == "d" else max)(offered, default=version)
    destination = "d" if _SERVER_NAME in contents else "i"
    counts = f"{min(len(ciphers), _MOST):02}{min(len(extensions), _MOST):02}"
    protocol = _first_and_last(_listed(_listed(contents.get(_PROTOCOLS, b""), 2), 1))
    kinds = [kind for kind, _ in extensions if kind not in (_SERVER_NAME, _PROTOCOLS)]
    signatures = _numbers(_listed(contents.get(_SIGNATURES, b""), 2))
    parts = [_hexadecimal(sorted(kinds)), *([_hexadecimal(signatures)] if signatures else [])]
    return "_".join(
        (
            f"{transport}{_JA4_VERSIONS.get(highest, '00')}{destination}{counts}{protocol}",
            _sha256(_hexadecimal(sorted(ciphers))) if ciphers else _NOTHING,
            _sha256("_".join(parts)) if kinds else _NOTHING,
        )
    )


def _first_and_last(name: bytes) -> str:
    """Two characters for a protocol's name; those of its octets where they are no letters nor digits."""
    if not name:
        return _NO_PROTOCOL
    ends = name[:1] + name[-1:]
    if ends.isalnum():
        return ends.decode()
    shown = name.hex()
    return shown[0] + shown[-1]


def _dashed(numbers: Iterable[int]) -> str:
    return "-".join(map(str, numbers))


def _hexadecimal(numbers: Sequence[int]) -> str:
    return pack(f">{len(numbers)}H", *numbers).hex(",", 2)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()[: len(_NOTHING)]
