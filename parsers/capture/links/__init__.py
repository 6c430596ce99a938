"""Link layers: where the IP packets of frames begin, for every link type that is read."""

from parsers.capture.links.unread import troubles
from parsers.capture.links.walk import ip_packets

__all__ = ["ip_packets", "troubles"]
