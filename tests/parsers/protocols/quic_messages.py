"""QUIC packets built octet by octet, protected as RFC 9001 and RFC 9369 say."""

from struct import pack

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

V1, V2 = 1, 0x6B3343CF
INITIAL, ZERO_RTT, HANDSHAKE, RETRY = range(4)
DCID, SCID, SERVER = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08", b"client", b"\xf0\x67\xa5\x50\x2a\x42\x62\xb5"
V1_SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
V2_SALT = bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")


def varint(number: int, octets: int = 0) -> bytes:
    """A number in as many octets as it needs, or in more."""
    octets = octets or next(size for size in (1, 2, 4, 8) if number < 1 << (8 * size - 2))
    return (number | {1: 0, 2: 1, 4: 2, 8: 3}[octets] << (8 * octets - 2)).to_bytes(octets, "big")


def crypto(content: bytes, offset: int = 0) -> bytes:
    """A CRYPTO frame."""
    return b"\x06" + varint(offset) + varint(len(content)) + content


def close(reason: bytes = b"bye") -> bytes:
    """A CONNECTION_CLOSE frame."""
    return b"\x1c" + varint(0x100) + varint(0) + varint(len(reason)) + reason


def ack(*ranges: tuple[int, int], counts: bool = False) -> bytes:
    numbers = [9, 100, len(ranges), 0, *(number for each in ranges for number in each), *((1, 2, 3) if counts else ())]
    return bytes((2 + counts,)) + b"".join(map(varint, numbers))


def _expand(secret: bytes, label: str, size: int) -> bytes:
    name = f"tls13 {label}".encode()
    return HKDFExpand(SHA256(), size, pack(">HB", size, len(name)) + name + b"\0").derive(secret)


def keys(dcid: bytes, salt: bytes, *, is_client: bool, word: str = "quic") -> tuple[bytes, bytes, bytes]:
    """Key, IV and key of the header's protection."""
    extract = HMAC(salt, SHA256())
    extract.update(dcid)
    secret = _expand(extract.finalize(), "client in" if is_client else "server in", 32)
    return _expand(secret, f"{word} key", 16), _expand(secret, f"{word} iv", 12), _expand(secret, f"{word} hp", 16)


def head(kind: int, dcid: bytes, scid: bytes, version: int = V1, low: int = 0) -> bytes:
    """The part of a long header that all kinds share."""
    kind = (kind + (version == V2)) % 4
    ids = bytes((len(dcid),)) + dcid + bytes((len(scid),)) + scid
    return bytes((0xC0 | kind << 4 | low,)) + version.to_bytes(4, "big") + ids


def initial(
    frames: bytes,
    *,
    is_client: bool = True,
    dcid: bytes | None = None,
    scid: bytes | None = None,
    first: bytes = DCID,
    version: int = V1,
    salt: bytes | None = None,
    number: int = 0,
    number_size: int = 1,
    token: bytes = b"",
    size: int = 0,
) -> bytes:
    """An Initial packet; `first` is the connection id of the client's first, `size` what its frames are padded to."""
    if dcid is None:
        dcid = first if is_client else SCID
    if scid is None:
        scid = SCID if is_client else SERVER
    word = "quicv2" if version == V2 else "quic"
    key, iv, hp = keys(first, salt or (V2_SALT if version == V2 else V1_SALT), is_client=is_client, word=word)
    frames = frames.ljust(max(size, 4), b"\0")
    length = number_size + len(frames) + 16
    packet_number = number.to_bytes(number_size, "big")
    header = head(INITIAL, dcid, scid, version, number_size - 1)
    header += varint(len(token)) + token + varint(length, 2) + packet_number
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    content = AESGCM(key).encrypt(nonce, frames, header)
    start = 4 - number_size
    mask = Cipher(algorithms.AES(hp), modes.ECB()).encryptor().update(content[start : start + 16])
    bits = header[0] ^ mask[0] & 0x0F
    hidden = bytes(a ^ b for a, b in zip(packet_number, mask[1:], strict=False))
    return bytes((bits,)) + header[1:-number_size] + hidden + content


def server_initial(frames: bytes, **more: int | bytes) -> bytes:
    return initial(frames, is_client=False, **more)  # type: ignore[arg-type]


def other(kind: int, *, is_client: bool = True, version: int = V1, length: int = 30, dcid: bytes = SERVER) -> bytes:
    """A packet of early data, or of the rest of the handshake, which nobody can read."""
    dcid, scid = (dcid, SCID) if is_client else (SCID, SERVER)
    return head(kind, dcid, scid, version) + varint(length) + b"\xee" * length


def retry(scid: bytes = SERVER, token: bytes = b"token", version: int = V1) -> bytes:
    return head(RETRY, SCID, scid, version) + token + bytes(16)


def short(dcid: bytes = SERVER, length: int = 30) -> bytes:
    """A short packet."""
    return b"\x40" + dcid + b"\xee" * length
