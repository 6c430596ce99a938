"""MQTT: connects, subscriptions, messages, and a real broker."""

from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.mqtt import MQTT
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, run
from tests.parsers.protocols.loopback import Loopback, loopback

TO = connection(resp_p=1883)


def text(content: bytes) -> bytes:
    return pack(">H", len(content)) + content


def message(kind: int, body: bytes = b"", flags: int = 0, length: bytes | None = None) -> bytes:
    if length is None:
        low, high = len(body) & 0x7F, len(body) >> 7
        length = bytes((low | 0x80, high)) if high else bytes((low,))
    return bytes((kind << 4 | flags,)) + length + body


def connect(name: bytes = b"MQTT", version: int = 4, has: int = 2, more: bytes = b"") -> bytes:
    return message(1, text(name) + bytes((version, has)) + b"\0\x3c" + text(b"lamp-7") + more)


def publish(topic: bytes, payload: bytes, qos: int = 0, number: int = 7, retain: bool = False) -> bytes:
    return message(3, text(topic) + (pack(">H", number) if qos else b"") + payload, qos << 1 | retain)


def numbered(kind: int, more: bytes = b"", number: int = 7) -> bytes:
    return message(kind, pack(">H", number) + more)


ACCEPTED = message(2, b"\0\0")


def talk(*turns: Turn) -> Told:
    return converse(MQTT, turns, to=TO)


@pytest.mark.parametrize("port", [1883, 4711])
def test_a_client_connects(port: int) -> None:
    told = converse(MQTT, [(True, connect()), (False, ACCEPTED)], to=connection(resp_p=port))
    assert told.service == "mqtt"
    row = told.only("mqtt_connect")
    assert (row["proto_name"], row["proto_version"], row["client_id"]) == ("MQTT", "3.1.1", "lamp-7")
    assert (row["connect_status"], row["will_topic"], row["ts"]) == ("Connection Accepted", None, START + SECOND)


def test_a_client_with_a_last_will_and_a_name_is_refused() -> None:
    more = text(b"lamps/7") + text(b"gone") + text(b"user") + text(b"secret")
    told = talk((True, connect(b"MQIsdp", 3, 0xC6, more)), (False, message(2, b"\0\5")))
    row = told.only("mqtt_connect")
    assert (row["proto_name"], row["proto_version"]) == ("MQIsdp", "3.1")
    assert (row["will_topic"], row["will_payload"]) == ("lamps/7", "gone")
    assert row["connect_status"] == "Refused: not authorized"


@pytest.mark.parametrize(
    ("version", "shown"), [(5, "5.0"), (9, "unknown-version-9"), (0xFF, f"unknown-version-{(1 << 64) - 1}")]
)
def test_versions(version: int, shown: str) -> None:
    told = talk((True, connect(version=version)), (False, message(2, b"\0\x63")))
    assert told.only("mqtt_connect")["proto_version"] == shown
    assert told.only("mqtt_connect")["connect_status"] == "unknown-return-code-99"


def test_a_message_that_nobody_acknowledges() -> None:
    row = talk((True, publish(b"lamps/7", b"on" * 100, retain=True))).only("mqtt_publish")
    assert (row["from_client"], row["retain"], row["qos"], row["status"]) == (True, True, "at most once", "ok")
    assert (row["topic"], row["payload"], row["payload_len"]) == ("lamps/7", "on" * 50, 200)


def test_a_message_that_is_acknowledged() -> None:
    sent = publish(b"a", b"x", qos=1)
    assert talk((False, sent), (True, numbered(4, number=8))).rows == {}
    row = talk((False, sent), (True, numbered(4))).only("mqtt_publish")
    assert (row["from_client"], row["qos"], row["status"], row["ts"]) == (False, "at least once", "ok", START + SECOND)


@pytest.mark.parametrize(("kinds", "arrives"), [((5, 6, 7), True), ((5, 7), False), ((6, 7), False), ((4,), False)])
def test_a_message_that_is_acknowledged_twice(kinds: tuple[int, ...], arrives: bool) -> None:
    told = talk((True, publish(b"a", b"x", qos=2)), *((kind != 6, numbered(kind)) for kind in kinds))
    assert ("mqtt_publish" in told.rows) is arrives
    assert told.service == "mqtt"


def test_subscriptions() -> None:
    told = talk(
        (True, numbered(8, text(b"lamps/#") + b"\1" + text(b"+/x") + b"\0")),
        (False, numbered(9, b"\1")),
        (True, numbered(10, text(b"lamps/#"), number=8)),
        (False, numbered(11, number=8)),
        (True, numbered(8, text(b"never") + b"\0", number=9)),
    )
    came, went = told.rows["mqtt_subscribe"]
    assert (came["action"], came["topics"], came["qos_levels"]) == ("MQTT::SUBSCRIBE", ["lamps/#", "+/x"], [1, 0])
    assert (came["granted_qos_level"], came["ack"], came["ts"]) == (1, True, START + SECOND)
    assert (went["action"], went["topics"], went["qos_levels"]) == ("MQTT::UNSUBSCRIBE", ["lamps/#"], None)
    assert (went["granted_qos_level"], went["ack"]) == (None, True)


def test_a_segment_is_a_message() -> None:
    assert len(talk((True, publish(b"a", b"x") + publish(b"b", b"y"))).rows["mqtt_publish"]) == 1
    fed = [data(True, publish(b"a", b"x") * 2, step=len(publish(b"a", b"x")))]
    assert len(run(MQTT, fed, TO).rows["mqtt_publish"]) == 2


def test_holes_and_openings_that_were_not_seen() -> None:
    fed: list[Event] = [data(True, publish(b"a", b"x")), Gap(True, 1, START), data(True, publish(b"a", b"x"))]
    assert len(run(MQTT, fed, connection(resp_p=1883, partial=True)).rows["mqtt_publish"]) == 2


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (publish(b"a", b"x")[:-1], "out_of_bound: MQTT_PDU:command: 6 > 5"),
        (message(3, b"\0\5ab"), "out_of_bound: MQTT_string:str: 7 > 4"),
        (message(3, text(b"a") + b"x", flags=2), "out_of_bound: MQTT_publish:msg_id: 5 > 4"),
        (message(8, b"\0\1" + text(b"a")), "out_of_bound: MQTT_subscribe_topic:requested_QoS: 4 > 3"),
        (message(4, b"\1"), "out_of_bound: MQTT_puback: 2 > 1"),
        (b"\x30\xff", "out_of_bound: MQTT_PDU:remaining_length__elem: 3 > 2"),
        (message(12, length=b"\x80\x80\x80\0"), "malformed MQTT 'remaining length': too large"),
        (message(12, length=b"\x80\x80\x80\x80\0"), "malformed MQTT 'remaining length': too many bytes"),
    ],
)
def test_what_does_not_fit_ends_it(sent: bytes, fault: str) -> None:
    told = talk((True, connect()), (True, sent), (False, ACCEPTED))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"].endswith(fault)
    assert set(told.rows) == {"analyzer"}


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    converse(MQTT, turns, to=TO)
    converse(MQTT, [(is_orig, message(turn[0] >> 4, turn[1:], turn[0] & 15)) for is_orig, turn in turns], to=TO)


def test_a_real_broker(tmp_path: Path) -> None:
    Loopback.need("mosquitto", "mosquitto_pub", "mosquitto_sub")
    settings = tmp_path / "settings"
    settings.write_text("listener 1883 127.0.0.1\nallow_anonymous true\n")
    with loopback(tmp_path) as inside:
        inside.start("mosquitto", "-c", str(settings))
        inside.wait_for(1883)
        with inside.captured():
            publisher = [
                "mosquitto_pub",
                "-h",
                "127.0.0.1",
                "-i",
                "lamp",
                "-r",
                "--will-topic",
                "gone",
                "--will-payload",
                "x",
            ]
            for qos in range(3):
                inside.run(*publisher, "-t", f"lamps/{qos}", "-q", str(qos), "-m", f"message {qos}")
            wanted = ["-t", "lamps/#", "-C", "3", "-v", "-q", "2"]
            got = inside.run("mosquitto_sub", "-h", "127.0.0.1", "-i", "reader", *wanted).stdout.decode().splitlines()
        published = inside.rows("mqtt_publish")
        connected, subscribed = inside.rows("mqtt_connect"), inside.rows("mqtt_subscribe")
    assert sorted(got) == [f"lamps/{qos} message {qos}" for qos in range(3)]
    told = [f"{row['topic']} {row['payload']}" for row in published if row["from_client"]]
    assert sorted(told) == sorted(got)
    assert [row["qos"] for row in published][:3] == ["at most once", "at least once", "exactly once"]
    assert [row["client_id"] for row in connected] == ["lamp"] * 3 + ["reader"]
    assert [row["will_topic"] for row in connected] == ["gone"] * 3 + [None]
    assert [(row["topics"], row["granted_qos_level"]) for row in subscribed] == [(["lamps/#"], 2)]
