"""The public key in a certificate: its kind, its length, its exponent or curve.

Source: OpenSSL 3.0's decoders of X509_PUBKEY, as Zeek uses them (src/file_analysis/analyzer/x509/X509.cc).
"""

from dataclasses import dataclass
from typing import Final

from parsers.files.x509 import oids
from parsers.files.x509.der import BIT_STRING, INTEGER, OID, SEQUENCE, DerError, bit_string, elements, expect
from parsers.limits import EXPONENT_BYTES


@dataclass(frozen=True, slots=True)
class Key:
    """What x509.log says of a key; None where the key could not be read."""

    algorithm: str
    type: str | None = None
    length: int | None = None
    exponent: str | None = None
    curve: str | None = None


# Keys without parameters that are octets of one length each: the octets, the bits that OpenSSL counts.
_EDWARDS: Final = {"X25519": (32, 253), "X448": (56, 448), "ED25519": (32, 256), "ED448": (57, 456)}
_RSA: Final = frozenset({"rsaEncryption", "rsa"})
_DSA: Final = frozenset({"dsaEncryption", "dsaEncryption-old", "dsaWithSHA", "dsaWithSHA1", "dsaWithSHA1-old"})
_GROUPS: Final = {"dhKeyAgreement": "DH", "X9.42 DH": "DHX"} | dict.fromkeys(_DSA, "dsa")


def parse(data: bytes, start: int, stop: int) -> Key:
    """The key in a SubjectPublicKeyInfo's contents."""
    algorithm_start, algorithm_stop = expect(SEQUENCE, data, start, stop)
    key_start, key_stop = expect(BIT_STRING, data, algorithm_stop, stop)
    if key_stop != stop:
        raise DerError
    oid_start, oid_stop = expect(OID, data, algorithm_start, algorithm_stop)
    identifier = oids.checked(data[oid_start:oid_stop])
    octets = bit_string(data, key_start, key_stop)
    name = oids.ALGORITHMS.get(identifier)
    if name is None:
        return Key(oids.dotted(identifier))
    try:
        return _key(name, data[oid_stop:algorithm_stop], octets)
    except DerError:
        return Key(name)


def _key(name: str, parameters: bytes, octets: bytes) -> Key:
    if name in _RSA or name == "rsassaPss":
        return _rsa(name, octets)
    if name == "id-ecPublicKey":
        return _elliptic(name, parameters, octets)
    if name in _GROUPS:
        return _group(name, parameters)
    if name in _EDWARDS:
        size, bits = _EDWARDS[name]
        if len(octets) == size and not parameters:
            return Key(name, name, bits)
    return Key(name)


def _rsa(name: str, octets: bytes) -> Key:
    start, stop = expect(SEQUENCE, octets, 0, len(octets))
    numbers = elements(octets, start, stop)
    if [tag for tag, _, _ in numbers] != [INTEGER, INTEGER]:
        raise DerError
    length = _bits(octets, *numbers[0][1:])
    if name == "rsassaPss":
        return Key(name, "RSA-PSS", length)
    exponent = octets[numbers[1][1] : numbers[1][2]]
    if len(exponent) > EXPONENT_BYTES:
        return Key(name, "rsa", length)
    return Key(name, "rsa", length, str(int.from_bytes(exponent, "big")))


def _bits(data: bytes, start: int, stop: int) -> int | None:
    """The length of a number that has no sign, whatever its first bit; None for zero, which is no length."""
    return int.from_bytes(data[start:stop], "big").bit_length() or None


def _elliptic(name: str, parameters: bytes, octets: bytes) -> Key:
    if not octets:
        raise DerError
    found = elements(parameters, 0, len(parameters))
    if len(found) != 1:
        raise DerError
    tag, start, stop = found[0]
    if tag == OID:
        curve = oids.CURVES.get(parameters[start:stop])
        if curve is None:
            raise DerError
        if curve[0] == "SM2":
            return Key(name, "SM2", curve[1])
        return Key(name, "ecdsa", curve[1], curve=curve[0])
    if tag != SEQUENCE:
        raise DerError
    # Parameters spelled out: version, field, curve, base point, order, cofactor.
    explicit = elements(parameters, start, stop)
    if len(explicit) < 5 or explicit[4][0] != INTEGER:
        raise DerError
    return Key(name, "ecdsa", _bits(parameters, *explicit[4][1:]))


def _group(name: str, parameters: bytes) -> Key:
    """A key whose length is that of the prime that its parameters open with."""
    start, stop = expect(SEQUENCE, parameters, 0, len(parameters))
    first, last = expect(INTEGER, parameters, start, stop)
    return Key(name, _GROUPS[name], _bits(parameters, first, last))
