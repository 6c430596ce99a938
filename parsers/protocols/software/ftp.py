"""FTP's clients, as they name themselves with CLNT. Source: Zeek, scripts/policy/protocols/ftp/software.zeek."""

from parsers.protocols.analyzer import Context
from parsers.protocols.software.tracking import found


def client(context: Context, ts: int, said: bytes) -> None:
    """The argument of a CLNT."""
    found(context.rows, ts, context.connection.orig_h, None, "FTP::CLIENT", said)
