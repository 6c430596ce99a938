"""SNMP: snmp.log, a row for each connection between a manager and an agent."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.snmp.analyzer import SNMP
from parsers.protocols.snmp.record import RECORD

__all__ = ["PROTOCOL", "RECORD"]

PROTOCOL = Protocol("snmp", (RECORD,), SNMP, udp_ports=frozenset({161, 162}), transports=frozenset({"udp"}))
