"""What a file is that is opened as a capture and is none, and what its owner can do."""

GZIP = b"\x1f\x8b"
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")

# The bytes that captures begin with that Wireshark reads, and what they are called there.
_CAPTURES: dict[bytes, str] = {
    b"GMBU": "Network Monitor",
    b"RTSS": "Network Monitor",
    b"TRSNIFF data": "Sniffer",
    b"XCP\0": "NetXRay",
    b"\x05VNF": "Visual Networks",
    b"ObserverPktBuffe": "Observer",
    b"\xaa\xaa\xaa\xaa": "5View",
    b"\x01\x10L\0": "LANalyzer",
    b"\x7fver": "OmniPeek",
    b"\xac\x01\0\x1c": "Ixia",
    b"\x1c\0\x01\xac": "Ixia",
    b"\xab\x01\0\x1c": "Ixia",
    b"\x1c\0\x01\xab": "Ixia",
}
# The bytes that other formats begin with, and what to say of them.
_STARTS: tuple[tuple[bytes, str], ...] = (
    (GZIP, "this is a gzip inside a packed file: unpack it first"),
    (b"PK", "this is a zip inside a packed file: unpack it first"),
    (b"\xfd7zXZ\0", "this is packed with xz: unpack it first, xz -d"),
    (b"BZh", "this is packed with bzip2: unpack it first, bzip2 -d"),
    (b"\x28\xb5\x2f\xfd", "this is packed with Zstandard: unpack it first, zstd -d"),
    (b"\x04\x22\x4d\x18", "this is packed with LZ4: unpack it first, lz4 -d"),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive: unpack it first, 7z x"),
    (b"Rar!\x1a\x07", "this is a RAR archive: unpack it first, unrar x"),
    (b"btsnoop\0", "this is a Bluetooth capture, which holds no IP packets"),
    (b"MZ", "this is a Windows program (PE), not a capture"),
    (b"\x7fELF", "this is a Linux program (ELF), not a capture"),
    (b"%PDF-", "this is a PDF document, not a capture"),
    (b"\x89PNG\r\n\x1a\n", "this is a PNG picture, not a capture"),
    (b"\xff\xd8\xff", "this is a JPEG picture, not a capture"),
    (b"GIF8", "this is a GIF picture, not a capture"),
    (b"SQLite format 3\0", "this is an SQLite database, not a capture"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is an old Office document, not a capture"),
    (b"#separator", "this is a log of Zeek's, not a capture: open it by its name or its folder"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"


def describe(first: bytes) -> str:
    """What a file seems to be, from its first bytes (a few dozen are enough)."""
    for start, name in _CAPTURES.items():
        if first.startswith(start):
            return f"this is a capture of {name}'s format, which is not read: convert it with editcap IN OUT"
    for start, what in _STARTS:
        if first.startswith(start):
            return what
    if first.translate(None, _CONTROLS) != first:
        return "this is not a capture, nor anything else that is known here"
    return "this looks like text, not a capture"
