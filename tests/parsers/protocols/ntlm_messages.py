"""Messages of NTLM and the tokens of GSSAPI's negotiation that they come in."""

from struct import pack

UNICODE, TARGET, TARGET_INFO, OEM_DOMAIN, VERSION = 0x1, 0x4, 0x0080_0000, 0x1000, 0x0200_0000
_PAIRS = {"nb": 1, "dns": 3, "tree": 5}


def negotiate(flags: int = UNICODE | TARGET) -> bytes:
    return b"NTLMSSP\0" + pack("<IIHHIHHI", 1, flags, 0, 0, 0, 0, 0, 0)


def pair(kind: int, value: bytes) -> bytes:
    return pack("<HH", kind, len(value)) + value


def challenge(*pairs: bytes, flags: int = UNICODE | TARGET | TARGET_INFO, name: str = "SERVER", **known: str) -> bytes:
    """What a server says of itself: its names by what they are, then any other pairs."""
    named = "".join(name).encode("utf-16-le")
    info = b"".join(pair(_PAIRS[kind], text.encode("utf-16-le")) for kind, text in known.items())
    info += b"".join(pairs) + pair(0, b"")
    head = pack("<HHI", len(named), len(named), 48) + pack("<I8s8s", flags, b"challeng", bytes(8))
    return b"NTLMSSP\0" + pack("<I", 2) + head + pack("<HHI", len(info), len(info), 48 + len(named)) + named + info


def authenticate(user: str, domain: str = "", workstation: str = "", flags: int = UNICODE) -> bytes:
    texts = [text.encode("utf-16-le") for text in (domain, user, workstation)]
    payload, fields = b"", b""
    for text in (b"", b"", *texts, b""):
        fields += pack("<HHI", len(text), len(text), 64 + len(payload))
        payload += text
    return b"NTLMSSP\0" + pack("<I", 3) + fields + pack("<I", flags) + payload


def encoded(tag: int, content: bytes) -> bytes:
    """ASN.1's way of writing something: a tag, the length, the content."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


SPNEGO = encoded(0x06, b"\x2b\x06\x01\x05\x05\x02")
NTLMSSP = encoded(0x06, b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a")
KERBEROS = encoded(0x06, b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")


def init(token: bytes | None, *mechanisms: bytes) -> bytes:
    """The first token, of the side that asks."""
    inside = encoded(0xA0, encoded(0x30, b"".join(mechanisms or (NTLMSSP,))))
    if token is not None:
        inside += encoded(0xA2, encoded(0x04, token))
    return encoded(0x60, SPNEGO + encoded(0xA0, encoded(0x30, inside)))


def answer(state: int | None = None, token: bytes | None = None) -> bytes:
    """A later token, of either side."""
    inside = b"" if state is None else encoded(0xA0, encoded(0x0A, bytes((state,))))
    if token is not None:
        inside += encoded(0xA2, encoded(0x04, token))
    return encoded(0xA1, encoded(0x30, inside))
