"""The protocols that a connection may speak, by port, by name and by what its first bytes show."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

from parsers.protocols.analyzer import Connection, Protocol

# A protocol, and its own look at the first bytes of both sides.
Candidate: TypeAlias = tuple[Protocol, Callable[[bytes, bytes], bool]]


class Roster:
    """Protocols in the order of their analysers; what a connection needs of them is looked up, not searched."""

    def __init__(self, protocols: Iterable[Protocol]) -> None:
        self._protocols = tuple(protocols)
        self._named: dict[str, Protocol] = {}
        self._at_port: dict[tuple[bool, int], list[Protocol]] = {}
        self._candidates: dict[str, list[Candidate]] = {}
        for protocol in self._protocols:
            self._named.setdefault(protocol.name, protocol)
            for is_udp, ports in ((False, protocol.tcp_ports), (True, protocol.udp_ports)):
                for port in ports:
                    self._at_port.setdefault((is_udp, port), []).append(protocol)
            if protocol.recognise is not None:
                for transport in protocol.transports:
                    self._candidates.setdefault(transport, []).append((protocol, protocol.recognise))

    def named(self, name: str) -> Protocol | None:
        """The protocol of a name."""
        return self._named.get(name)

    def of_names(self, names: Collection[str]) -> Sequence[Protocol]:
        """The protocols that have one of these names."""
        return [protocol for protocol in self._protocols if protocol.name in names] if names else ()

    def at_port(self, connection: Connection) -> Sequence[Protocol]:
        """The protocols that are tried from the first byte at the connection's port."""
        return self._at_port.get((connection.proto == "udp", connection.server_p), ())

    def candidates(self, proto: str) -> Sequence[Candidate]:
        """The protocols that are recognised by their first bytes on a transport (conn's `proto`)."""
        return self._candidates.get(proto, ())
