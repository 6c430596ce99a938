"""MySQL and MariaDB: found by their ports alone, as in Zeek."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.mysql.analyzer import MysqlAnalyzer
from parsers.protocols.mysql.record import RECORD

PROTOCOL = Protocol("mysql", (RECORD,), MysqlAnalyzer, tcp_ports=frozenset({1434, 3306}))
