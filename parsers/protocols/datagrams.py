"""Analysers that read each datagram when it comes: UDP has no holes and no end in order."""

from parsers.protocols.analyzer import End, Gap


class DatagramAnalyzer:
    """What such an analyser has to say of the rest: nothing."""

    def gap(self, gap: Gap) -> None:
        """Datagrams have no holes."""

    def end(self, end: End) -> None:
        """Datagrams have no end."""

    def finish(self, ts: int) -> None:
        """All has been told."""
