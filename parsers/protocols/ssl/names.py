"""What the numbers of TLS are called in ssl.log. Source: IANA's TLS registries; Zeek, ssl/consts.zeek."""

from typing import Final

from parsers.protocols.ssl.suites import SUITES

SSL2, SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
DTLS10, DTLS12, DTLS13 = 0xFEFF, 0xFEFD, 0xFEFC

_VERSIONS: Final = {
    SSL2: "SSLv2",
    SSL3: "SSLv3",
    TLS10: "TLSv10",
    TLS11: "TLSv11",
    TLS12: "TLSv12",
    TLS13: "TLSv13",
    DTLS10: "DTLSv10",
    DTLS12: "DTLSv12",
    DTLS13: "DTLSv13",
}

_ALERTS: Final = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    117: "general_error",
    120: "no_application_protocol",
    121: "ech_required",
}

# Groups 1 to 41, without a hole.
_FIRST_CURVES: Final = """
sect163k1 sect163r1 sect163r2 sect193r1 sect193r2 sect233k1 sect233r1 sect239k1 sect283k1 sect283r1 sect409k1
sect409r1 sect571k1 sect571r1 secp160k1 secp160r1 secp160r2 secp192k1 secp192r1 secp224k1 secp224r1 secp256k1
secp256r1 secp384r1 secp521r1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 x25519 x448 brainpoolP256r1tls13
brainpoolP384r1tls13 brainpoolP512r1tls13 GC256A GC256B GC256C GC256D GC512A GC512B GC512C curveSM2
"""

_CURVES: Final = dict(enumerate(_FIRST_CURVES.split(), 1)) | {
    256: "ffdhe2048",
    257: "ffdhe3072",
    258: "ffdhe4096",
    259: "ffdhe6144",
    260: "ffdhe8192",
    512: "MLKEM512",
    513: "MLKEM768",
    514: "MLKEM1024",
    4587: "SecP256r1MLKEM768",
    4588: "X25519MLKEM768",
    4589: "SecP384r1MLKEM1024",
    4590: "curveSM2MLKEM768",
    16696: "CECPQ2",
    25497: "X25519Kyber768Draft00",
    25498: "SecP256r1Kyber768Draft00",
    0xFF01: "arbitrary_explicit_prime_curves",
    0xFF02: "arbitrary_explicit_char2_curves",
}


def is_draft(number: int) -> bool:
    """Whether this version is a draft of TLS 1.3, as Zeek tells them."""
    return number // 0xFF == 0x7F


def is_known(number: int) -> bool:
    """Whether Zeek goes on after a hello of this version."""
    return number in _VERSIONS or number >> 8 == 0x7F


def version(number: int) -> str:
    """A version's name."""
    name = _VERSIONS.get(number)
    if name is None:
        name = f"TLSv13-draft{number % 0x7F}" if is_draft(number) else f"unknown-{number}"
    return name


def alert(number: int) -> str:
    """An alert's name."""
    return _ALERTS.get(number) or f"unknown-{number}"


def cipher(number: int) -> str:
    """A cipher suite's name."""
    return SUITES.get(number) or _reserved(number)


def curve(number: int) -> str:
    """The name of a group that keys are agreed in."""
    return _CURVES.get(number) or _reserved(number)


def _reserved(number: int) -> str:
    # RFC 8701: numbers that clients throw in to keep servers from choking on what they do not know.
    if number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF:
        return f"grease_0x{number:04X}"
    return f"unknown-{number}"
