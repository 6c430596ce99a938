"""MQTT 3.1 and 3.1.1 (OASIS): who connects to a broker, who subscribes to what, what is published.

Zeek takes a segment for a message: what comes behind a message in its segment is not read, a message in two is none.
Source: Zeek, src/analyzer/protocol/mqtt, base/protocols/mqtt/main.zeek.
"""

from dataclasses import dataclass
from typing import Final

from parsers import escape
from parsers.limits import MQTT_PAYLOAD_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap, Protocol
from parsers.protocols.binpac import BinpacError, out_of_bound
from parsers.protocols.grammar import Reading
from parsers.schema import CONNECTION, Field, Record, ranked

_COLOUR: Final = "#c3a06f"
CONNECT = Record(
    "mqtt_connect",
    "A client of a message broker, as sensors and smart things are: who it says it is.",
    _COLOUR,
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("proto_name", "string", "The protocol by the name that the client gives it.", repeats=True),
        Field("proto_version", "string", "Its version.", repeats=True),
        Field("client_id", "string", "The name of the client itself.", 4),
        Field("connect_status", "string", "Whether the broker accepts it, or why not.", 5, repeats=True),
        Field("will_topic", "string", "Where the broker publishes a message when the client is lost."),
        Field("will_payload", "string", "That message."),
    ),
)
SUBSCRIBE = Record(
    "mqtt_subscribe",
    "A client of a message broker that wants messages, or no more of them.",
    _COLOUR,
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("action", "enum", "MQTT::SUBSCRIBE or MQTT::UNSUBSCRIBE.", 4),
        Field("topics", "vector[string]", "What the messages are to be about; # and + stand for anything.", 5),
        Field("qos_levels", "vector[count]", "How sure the client wants to be that it gets them: 0, 1 or 2."),
        Field("granted_qos_level", "count", "How sure the broker lets it be.", 6),
        Field("ack", "bool", "Whether the broker agreed."),
    ),
)
PUBLISH = Record(
    "mqtt_publish",
    "A message that a client gave to a message broker, or the broker to a client.",
    _COLOUR,
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("from_client", "bool", "Whether the client sent it, not the broker.", 4),
        Field("retain", "bool", "Whether the broker keeps it for those who subscribe later."),
        Field("qos", "string", "How sure its sender wants to be that it arrives.", repeats=True),
        Field("status", "string", "ok when it arrived as sure as that, incomplete_qos when not.", repeats=True),
        Field("topic", "string", "What it is about.", 5),
        Field("payload", "string", "Its content, the first of it.", 6),
        Field("payload_len", "count", "How many bytes its content is.", 7),
    ),
)

_VERSIONS: Final = {3: "3.1", 4: "3.1.1", 5: "5.0"}
_QOS: Final = {0: "at most once", 1: "at least once", 2: "exactly once"}
_ACCEPTED: Final = {
    0: "Connection Accepted",
    1: "Refused: unacceptable protocol version",
    2: "Refused: identifier rejected",
    3: "Refused: server unavailable",
    4: "Refused: bad user name or password",
    5: "Refused: not authorized",
}
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PUBREC, _PUBREL, _PUBCOMP = range(1, 8)
_SUBSCRIBE, _SUBACK, _UNSUBSCRIBE, _UNSUBACK = range(8, 12)
_ACKNOWLEDGEMENTS = {_PUBACK: "MQTT_puback", _PUBREC: "MQTT_pubrec", _PUBREL: "MQTT_pubrel", _PUBCOMP: "MQTT_pubcomp"}
_HAS_USER, _HAS_PASSWORD, _HAS_WILL = 0x80, 0x40, 0x04
_QOS_0, _QOS_1, _QOS_2 = 0, 1, 2
# A length has four bytes at most, and Zeek takes no fourth.
_LENGTH_BYTES: Final = 4
# The name of the protocol stands behind a head of four to seven bytes.
_NAME, _NAME_FROM, _NAME_TO = b"MQ", 4, 9


@dataclass
class _Published:
    """A message on its way, and what has been seen of its acknowledgement."""

    ts: int
    from_client: bool
    retain: bool
    qos: int
    topic: bytes
    payload: bytes
    received: bool = False
    released: bool = False

    def is_sure(self, kind: int) -> bool:
        """Whether this last acknowledgement is the one that was missing."""
        if kind == _PUBACK:
            return self.qos == _QOS_1
        return self.qos == _QOS_2 and self.received and self.released


class MqttAnalyzer:
    """One connection between a client and its broker."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._now = 0
        self._is_over = False
        self._began: int | None = None
        self._client: dict[str, str] = {}
        self._published: dict[int, _Published] = {}
        self._wanted: dict[int, tuple[int, str, list[str], list[int] | None]] = {}

    def deliver(self, data: Data) -> None:
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            if self._is_over:
                return
            self._now = ts
            try:
                self._read(Reading(data.data[start:end]), data.is_orig)
            except BinpacError as error:
                self._violate(str(error))
            start = end

    def gap(self, gap: Gap) -> None:
        """A hole: each segment is read by itself."""

    def end(self, end: End) -> None:
        """One side has closed: what waits for an acknowledgement is not told, as in Zeek."""

    def finish(self, ts: int) -> None:
        """The connection is over: what waits for an acknowledgement is not told, as in Zeek."""

    def _violate(self, reason: str) -> None:
        if self._context.reject("mqtt", self._now, reason):
            self._is_over = True

    def _read(self, message: Reading, is_orig: bool) -> None:
        (first,) = message.numbers("MQTT_PDU:fixed_header", "B")
        length = self._read_length(message)
        stop = message.place + length
        if stop > message.end:
            raise out_of_bound("MQTT_PDU:command", stop, message.end)
        body = Reading(message.data, message.place, stop)
        kind = first >> 4
        if kind == _CONNECT:
            self._connect(body)
        elif kind == _CONNACK:
            self._accept(body)
        elif kind == _PUBLISH:
            self._publish(body, first & 0xF, is_orig)
        elif kind in _ACKNOWLEDGEMENTS:
            self._acknowledge(body, kind)
        elif kind == _SUBSCRIBE:
            self._subscribe(body)
        elif kind == _UNSUBSCRIBE:
            self._unsubscribe(body)
        elif kind == _SUBACK:
            number, granted = body.numbers("MQTT_suback", ">HB")
            self._agree(number, granted)
        elif kind == _UNSUBACK:
            (number,) = body.numbers("MQTT_unsuback", ">H")
            self._agree(number, None)

    def _read_length(self, message: Reading) -> int:
        """A message's length, seven bits a byte, the lowest first."""
        length = count = 0
        byte = 0x80
        while byte & 0x80:
            (byte,) = message.numbers("MQTT_PDU:remaining_length__elem", "B")
            length |= (byte & 0x7F) << 7 * min(count, _LENGTH_BYTES)
            count += 1
        if count >= _LENGTH_BYTES:
            self._violate(
                f"malformed MQTT 'remaining length': too {'many bytes' if count > _LENGTH_BYTES else 'large'}"
            )
            return 0
        return length

    def _begin(self) -> int:
        """When the first message came that a log tells something of."""
        if self._began is None:
            self._began = self._now
        return self._began

    def _write(self, record: Record, ts: int, *said: object) -> None:
        self._context.rows.add(record, (ts, *self._context.connection.head, *said))

    def _connect(self, body: Reading) -> None:
        protocol = _text(body)
        version, has, _ = body.numbers("MQTT_connect:keep_alive", ">bBH")
        client = {"client_id": _text(body)}
        if has & _HAS_WILL:
            will = body.inner()
            client |= {"will_topic": _text(will), "will_payload": _text(will)}
            body.place = will.place
        for wanted in (_HAS_USER, _HAS_PASSWORD):
            if has & wanted:
                _text(body)
        self._begin()
        number = version % (1 << 64)
        said = {"proto_name": protocol, "proto_version": _VERSIONS.get(number, f"unknown-version-{number}")}
        self._client |= said | client
        self._context.confirm("mqtt", self._now)

    def _accept(self, body: Reading) -> None:
        _, code = body.numbers("MQTT_connack", "BB")
        self._client["connect_status"] = _ACCEPTED.get(code, f"unknown-return-code-{code}")
        self._write(CONNECT, self._begin(), *(self._client.get(field.name) for field in CONNECT.fields[6:]))

    def _publish(self, body: Reading, flags: int, is_orig: bool) -> None:
        topic = _string(body)
        qos = flags >> 1 & 3
        number = body.numbers("MQTT_publish:msg_id", ">H")[0] if qos else 0
        self._begin()
        self._published[number] = _Published(self._now, is_orig, bool(flags & 1), qos, topic, body.rest())
        if qos == _QOS_0:
            self._arrive(number)
        self._context.confirm("mqtt", self._now)

    def _arrive(self, number: int) -> None:
        """A message has arrived as sure as it should."""
        p = self._published.pop(number)
        payload = escape.text(p.payload[:MQTT_PAYLOAD_BYTES])
        qos = _QOS.get(p.qos, f"unknown-qos-level-{p.qos}")
        self._write(PUBLISH, p.ts, p.from_client, p.retain, qos, "ok", escape.text(p.topic), payload, len(p.payload))

    def _acknowledge(self, body: Reading, kind: int) -> None:
        (number,) = body.numbers(_ACKNOWLEDGEMENTS[kind], ">H")
        self._begin()
        published = self._published.get(number)
        if published is None:
            return
        if kind == _PUBREC:
            published.received = True
        elif kind == _PUBREL:
            published.released = True
        elif published.is_sure(kind):
            self._arrive(number)

    def _subscribe(self, body: Reading) -> None:
        (number,) = body.numbers("MQTT_subscribe:msg_id", ">H")
        topics: list[str] = []
        levels: list[int] = []
        while body.left:
            wanted = body.inner()
            topics.append(_text(wanted))
            levels += wanted.numbers("MQTT_subscribe_topic:requested_QoS", "B")
            body.place = wanted.place
        self._begin()
        self._wanted[number] = self._now, "MQTT::SUBSCRIBE", topics, levels

    def _unsubscribe(self, body: Reading) -> None:
        (number,) = body.numbers("MQTT_unsubscribe:msg_id", ">H")
        topics = []
        while body.left:
            topics.append(_text(body))
        self._begin()
        self._wanted[number] = self._now, "MQTT::UNSUBSCRIBE", topics, None

    def _agree(self, number: int, granted: int | None) -> None:
        """The broker has done what the client wanted."""
        self._begin()
        wanted = self._wanted.pop(number, None)
        if wanted is not None:
            self._write(SUBSCRIBE, *wanted, granted, True)


def _string(message: Reading) -> bytes:
    """A text with its length before it."""
    whole = message.inner()
    (length,) = whole.numbers("MQTT_string:len", ">H")
    found = whole.octets("MQTT_string:str", length)
    message.place = whole.place
    return found


def _text(message: Reading) -> str:
    return escape.text(_string(message))


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side begins with a message that names the protocol."""
    return orig.find(_NAME, _NAME_FROM, _NAME_TO) >= 0 or resp.find(_NAME, _NAME_FROM, _NAME_TO) >= 0


MQTT = Protocol(
    "mqtt",
    (CONNECT, SUBSCRIBE, PUBLISH),
    MqttAnalyzer,
    tcp_ports=frozenset({1883}),
    recognise=recognise,
)
