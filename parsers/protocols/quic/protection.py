"""How Initial packets are protected: with keys that everybody who sees the first of them can derive.

Source: RFC 9001, section 5; RFC 9369, section 3.3; the drafts of RFC 9001; Zeek,
src/analyzer/protocol/quic/decrypt_crypto.cc.
"""

import hmac
from typing import TYPE_CHECKING

from parsers.limits import QUIC_PACKET_BYTES
from parsers.protocols.spicy import SpicyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

VERSION_2 = 0x6B3343CF

_DRAFT_22 = bytes.fromhex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
_DRAFT_23 = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
_DRAFT_29 = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
_V1 = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
_V2 = bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")

# The versions that are read, with what they salt their keys with: RFC 9000, RFC 9369, the drafts from 22 on, and those
# of a library (mvfst) that goes by numbers of its own.
SALTS = {0x00000001: _V1, VERSION_2: _V2, 0xFACEB001: _DRAFT_22}
SALTS |= dict.fromkeys((0xFACEB000 + number for number in (0x02, 0x0E, 0x11, 0x12, 0x13)), _DRAFT_23)
SALTS |= {0xFF000000 + 22: _DRAFT_22}
SALTS |= dict.fromkeys(range(0xFF000000 + 23, 0xFF000000 + 29), _DRAFT_23)
SALTS |= dict.fromkeys(range(0xFF000000 + 29, 0xFF000000 + 33), _DRAFT_29)
SALTS |= dict.fromkeys(range(0xFF000000 + 33, 0xFF000000 + 35), _V1)

_HASH = "sha256"
_LONGEST_NUMBER = 4
_SAMPLE_BYTES = 16
_TAG_BYTES = 16
_IV_BYTES = 12


class Protection:
    """The keys of one side's Initial packets.

    `dcid` is the connection id that the client's first one was sent to, whichever side's keys these are.
    """

    def __init__(self, version: int, dcid: bytes, *, is_client: bool) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        word = "quicv2" if version == VERSION_2 else "quic"
        first = hmac.digest(SALTS[version], dcid, _HASH)
        secret = _expand(first, "client in" if is_client else "server in", 32)
        self._iv = int.from_bytes(_expand(secret, f"{word} iv", _IV_BYTES), "big")
        self._aead = AESGCM(_expand(secret, f"{word} key", 16))
        # Each sample is one block that is encrypted by itself, which is what this mode is for here.
        mode = modes.ECB()  # noqa: S305
        self._mask: CipherContext = Cipher(algorithms.AES(_expand(secret, f"{word} hp", 16)), mode).encryptor()

    def open(self, datagram: bytes, start: int, body: int, stop: int) -> bytes | None:
        """What is in a packet, None where it was not protected with these keys.

        It begins at `start`; at `body`, 20 octets or more before `stop`, begins its number. As in Zeek that is taken
        for the whole one: packets whose number is sent in part do not open.
        """
        from cryptography.exceptions import InvalidTag

        sample = body + _LONGEST_NUMBER
        mask = self._mask.update(datagram[sample : sample + _SAMPLE_BYTES])
        first = datagram[start] ^ mask[0] & 0x0F
        size = (first & 0x03) + 1
        if stop - body > QUIC_PACKET_BYTES:
            raise SpicyError(f"payload_length too large {stop - body}")
        number = int.from_bytes(datagram[body : body + size], "big") ^ int.from_bytes(mask[1 : 1 + size], "big")
        header = bytes((first,)) + datagram[start + 1 : body] + number.to_bytes(size, "big")
        nonce = (self._iv ^ number).to_bytes(_IV_BYTES, "big")
        try:
            return self._aead.decrypt(nonce, datagram[body + size : stop], header)
        except InvalidTag:
            return None


def _expand(secret: bytes, label: str, size: int) -> bytes:
    """RFC 8446, section 7.1: no more than one block of the hash is wanted."""
    name = f"tls13 {label}".encode()
    info = size.to_bytes(2, "big") + bytes((len(name),)) + name + b"\x00"
    return hmac.digest(secret, info + b"\x01", _HASH)[:size]
