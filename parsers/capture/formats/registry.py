"""The formats of captures that are read: one line each."""

from parsers.capture.formats import pcap, pcapng, snoop
from parsers.capture.formats.index import Format, Index
from parsers.updates import OpenError

_FIRST_BYTES = 64
FORMATS: tuple[Format, ...] = (pcap.FORMAT, pcapng.FORMAT, snoop.FORMAT)


def recognise(first: bytes) -> Format | None:
    """The format of a file that begins with these bytes (a few dozen are enough); None when it is none of them."""
    return next((form for form in FORMATS if first.startswith(form.starts)), None)


def index(data: memoryview) -> Index:
    """Where each packet of a capture lies, of whatever format it is. Raises OpenError when nothing can be read."""
    form = recognise(bytes(data[:_FIRST_BYTES]))
    if form is None:
        raise OpenError("not a capture")
    return form.index(data)
