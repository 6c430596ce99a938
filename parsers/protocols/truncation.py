"""What weird.log tells of rows that Zeek's logs do not hold whole.

Source: Zeek, src/logging/Manager.cc (ValToLogVal).
"""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from parsers.bounds import Bounds, beyond
from parsers.protocols import weird
from parsers.schema import Row

# What Zeek calls the logs whose names there are not theirs in capitals.
_STREAMS: Final = {
    "analyzer": "Analyzer::Logging::LOG",
    "conn": "Conn::LOG",
    "files": "Files::LOG",
    "kerberos": "KRB::LOG",
    "ldap": "LDAP::LDAP_LOG",
    "ldap_search": "LDAP::LDAP_SEARCH_LOG",
    "modbus": "Modbus::LOG",
    "mqtt_connect": "MQTT::CONNECT_LOG",
    "mqtt_publish": "MQTT::PUBLISH_LOG",
    "mqtt_subscribe": "MQTT::SUBSCRIBE_LOG",
    "mysql": "mysql::LOG",
    "notice": "Notice::LOG",
    "postgresql": "PostgreSQL::LOG",
    "redis": "Redis::LOG",
    "smb_files": "SMB::FILES_LOG",
    "smb_mapping": "SMB::MAPPING_LOG",
    "syslog": "Syslog::LOG",
    "tunnel": "Tunnel::LOG",
    "weird": "Weird::LOG",
    "websocket": "WebSocket::LOG",
}
# Zeek writes these only when it is asked to.
_OPTIONAL: Final = frozenset({"known_certs", "known_hosts", "known_services", "software"})


def weirds(log: str, table: pa.Table, times: Sequence[int] | None = None) -> list[Row]:
    """The rows of weird.log for a log's rows, of which each was written at one of the `times`, or at its own."""
    if log in _OPTIONAL:
        return []
    stream = _STREAMS.get(log, f"{log.upper()}::LOG")
    found = []
    start = 0
    for batch in table.to_batches():
        for kind, rows in beyond(batch, Bounds.of(log)).items():
            if times is None:
                times = table["ts"].cast(pa.int64()).to_pylist()
            name = f"log_{kind}_field_truncated"
            found += [weird.of_net(times[start + row], name, stream, "") for row in rows]
        start += batch.num_rows
    return found
