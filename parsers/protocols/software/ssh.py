"""SSH's clients and servers, in the lines that they begin with.

Source: Zeek, scripts/policy/protocols/ssh/software.zeek.
"""

import re
from typing import Final

from parsers.protocols.analyzer import Context
from parsers.protocols.software.tracking import found

# The protocol and its version.
_OF_CLIENT: Final = re.compile(rb"\ASSH[0-9.\-]+")
_OF_SERVER: Final = re.compile(rb"SSH[0-9.\-]{2,}")


def version(context: Context, ts: int, is_orig: bool, line: bytes) -> None:
    """One side's version."""
    c = context.connection
    if is_orig:
        found(context.rows, ts, c.orig_h, None, "SSH::CLIENT", _OF_CLIENT.sub(b"", line, count=1))
    else:
        found(context.rows, ts, c.resp_h, c.resp_p, "SSH::SERVER", _OF_SERVER.sub(b"", line, count=1))
