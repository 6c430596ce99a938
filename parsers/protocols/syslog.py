"""Syslog over UDP (RFC 3164, RFC 5426): syslog.log, a row for each message.

What Zeek's own parser without Spicy does: it never says that it is sure, so conn.log does not name the service.
Source: Zeek, scripts/base/protocols/syslog/{main,consts}.zeek, src/analyzer/protocol/syslog/legacy.
"""

import re
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Context, Data, Protocol
from parsers.protocols.binpac import to_int
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "syslog",
    "A message that a program or a device wrote into another machine's log.",
    "#c7b98a",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("proto", "enum", "The transport protocol."),
        Field("facility", "string", "What kind of program wrote it: KERN, DAEMON, AUTH, LOCAL0, …", 4, repeats=True),
        Field("severity", "string", "How bad it is, from EMERG down to DEBUG.", 5, repeats=True),
        Field("message", "string", "What it says, with what stands before it: a time, a host, a program.", 6),
    ),
)

_FACILITIES: Final = (
    "KERN",
    "USER",
    "MAIL",
    "DAEMON",
    "AUTH",
    "SYSLOG",
    "LPR",
    "NEWS",
    "UUCP",
    "CRON",
    "AUTHPRIV",
    "FTP",
    "NTP",
    "AUDIT",
    "ALERT",
    "CLOCK",
    *(f"LOCAL{number}" for number in range(8)),
)
_SEVERITIES: Final = ("EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG")
_UNSPECIFIED: Final = "UNSPECIFIED"
_PRIORITY: Final = re.compile(rb"<([0-9]+)>")


class Syslog(DatagramAnalyzer):
    """The messages of one connection; each datagram is one."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def deliver(self, data: Data) -> None:
        context, message = self._context, data.data
        facility = severity = _UNSPECIFIED
        found = _PRIORITY.match(message)
        if found:
            priority = to_int(found[1])
            severity = _SEVERITIES[priority & 7]
            number = (priority & 0x3F8) >> 3
            facility = _FACILITIES[number] if number < len(_FACILITIES) else f"?-{number}"
            message = message[found.end() :]
        elif not message or message.startswith(b"<"):
            context.reject("syslog", data.ts, "Binpac exception: no priority")
            return
        connection = context.connection
        row = data.ts, *connection.head, connection.proto, facility, severity, escape.text(message)
        context.rows.add(RECORD, row)


PROTOCOL = Protocol("syslog", (RECORD,), Syslog, udp_ports=frozenset({514}), transports=frozenset({"udp"}))
