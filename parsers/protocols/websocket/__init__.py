"""WebSocket (RFC 6455): what becomes of an HTTP connection when both sides want it."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.websocket.analyzer import WebsocketAnalyzer
from parsers.protocols.websocket.record import RECORD

PROTOCOL = Protocol("websocket", (RECORD,), WebsocketAnalyzer)
