"""Windows' text on the wire, UTF-16 with the low byte first, as the UTF-8 that Zeek makes of it.

Source: Zeek, src/binpac_zeek-lib.pac (utf16_to_utf8_val).
"""


def to_utf8(raw: bytes) -> bytes | None:
    """The text up to its first zero; None where it ends inside a character (Zeek: utf16_conversion_failed).

    Halves of characters outside the first plane that stand alone become three bytes each, as they are; a last byte
    that stands alone is a character's low one.
    """
    if len(raw) % 2:
        raw += b"\0"
    if raw and 0xD8 <= raw[-1] <= 0xDB:
        return None
    return raw.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass").partition(b"\0")[0]
