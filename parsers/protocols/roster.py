"""The protocols that a connection may speak, by port, by name and by what its first bytes show."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, TypeAlias

from parsers.protocols.analyzer import Connection, Protocol

# A protocol, and its own look at the first bytes of both sides.
Candidate: TypeAlias = tuple[Protocol, Callable[[bytes, bytes], bool]]

# What stands for the first byte of a side that has said nothing.
_SILENT: Final = 256


class Candidates:
    """The protocols that are recognised by their first bytes on one transport, in the order of their analysers."""

    def __init__(self) -> None:
        self._all: list[Candidate] = []
        self._by_first: dict[int, Sequence[Candidate]] = {}

    def add(self, protocol: Protocol, recognise: Callable[[bytes, bytes], bool]) -> None:
        self._all.append((protocol, recognise))
        self._by_first = {}

    def after(self, orig: bytes, resp: bytes) -> Sequence[Candidate]:
        """Those that may know the bytes of both sides, by the first of each."""
        first = (orig[0] if orig else _SILENT) << 9 | (resp[0] if resp else _SILENT)
        found = self._by_first.get(first)
        if found is None:
            found = self._by_first[first] = [each for each in self._all if _may_know(each[0], orig[:1], resp[:1])]
        return found


def _may_know(protocol: Protocol, orig: bytes, resp: bytes) -> bool:
    openings = protocol.openings
    if protocol.mutual and not (orig and resp):
        return False
    return openings is None or bool(orig and orig in openings) or bool(resp and resp in openings)


class Roster:
    """Protocols in the order of their analysers; what a connection needs of them is looked up, not searched."""

    def __init__(self, protocols: Iterable[Protocol]) -> None:
        self._protocols = tuple(protocols)
        self._named: dict[str, Protocol] = {}
        self._at_port: dict[tuple[bool, int], list[Protocol]] = {}
        self._candidates: dict[str, Candidates] = {}
        for protocol in self._protocols:
            self._named.setdefault(protocol.name, protocol)
            for is_udp, ports in ((False, protocol.tcp_ports), (True, protocol.udp_ports)):
                for port in ports:
                    self._at_port.setdefault((is_udp, port), []).append(protocol)
            if protocol.recognise is not None:
                for transport in protocol.transports:
                    self._candidates.setdefault(transport, Candidates()).add(protocol, protocol.recognise)

    def named(self, name: str) -> Protocol | None:
        """The protocol of a name."""
        return self._named.get(name)

    def of_names(self, names: Collection[str]) -> Sequence[Protocol]:
        """The protocols that have one of these names."""
        return [protocol for protocol in self._protocols if protocol.name in names] if names else ()

    def at_port(self, connection: Connection) -> Sequence[Protocol]:
        """The protocols that are tried from the first byte at the connection's port."""
        return self._at_port.get((connection.proto == "udp", connection.server_p), ())

    def candidates(self, proto: str) -> Candidates | None:
        """The protocols that are recognised by their first bytes on a transport (conn's `proto`)."""
        return self._candidates.get(proto)
