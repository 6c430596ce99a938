"""Which analysers a connection gets."""

import gc
from collections.abc import Callable
from typing import Any

import pytest

from parsers.files.analysis import Files
from parsers.limits import HAND_OVERS, VIOLATION_BYTES
from parsers.protocols import registry
from parsers.protocols.analyzer import Analyzer, Connection, Context, Data, End, Gap, Protocol, Rows
from parsers.protocols.dispatch import dispatch
from parsers.protocols.expectation import Expectations
from parsers.protocols.roster import Roster
from tests.parsers.protocols.feeding import SECOND, START, KeptFiles, connection, data, run

Heard = list[tuple[str, object]]


class Listener:
    """An analyser that notes what it hears and does as it is told on each delivery."""

    def __init__(self, context: Context, heard: Heard, act: Callable[[Context, Data], None] | None) -> None:
        self.context = context
        self.heard = heard
        self.act = act

    def deliver(self, data: Data) -> None:
        self.heard.append(("data", data.data))
        if self.act:
            self.act(self.context, data)

    def gap(self, gap: Gap) -> None:
        self.heard.append(("gap", gap.length))

    def end(self, end: End) -> None:
        self.heard.append(("end", end.is_orig))

    def finish(self, ts: int) -> None:
        self.heard.append(("finish", ts))


def listening(
    name: str,
    heard: Heard,
    act: Callable[[Context, Data], None] | None = None,
    *,
    ports: set[int] | None = None,
    recognise: Callable[[bytes, bytes], bool] | None = None,
    transport: str = "tcp",
) -> Protocol:
    return Protocol(
        name,
        (),
        lambda context: Listener(context, heard, act),
        frozenset(ports or ()) if transport == "tcp" else frozenset(),
        frozenset(ports or ()) if transport == "udp" else frozenset(),
        recognise,
        frozenset({transport}),
    )


def confirming(name: str) -> Callable[[Context, Data], None]:
    return lambda context, data: context.confirm(name, data.ts)


LAST = START + 100 * SECOND


def test_a_port_gives_an_analyser_from_the_first_byte() -> None:
    heard: Heard = []
    told = run(
        listening("web", heard, confirming("web"), ports={80}),
        [data(True, b"abc"), Gap(True, 7, START), End(True, START)],
    )
    assert heard == [("data", b"abc"), ("gap", 7), ("end", True), ("finish", LAST)]
    assert told.service == "web"


def test_another_transport_of_that_port_does_not() -> None:
    heard: Heard = []
    run(listening("web", heard, ports={80}, transport="udp"), [data(True, b"abc")])
    assert not heard


def test_content_brings_an_analyser_in_with_what_came_before_at_that_time() -> None:
    times: list[int] = []
    heard: Heard = []
    protocol = listening(
        "talk",
        heard,
        lambda _, event: times.extend(event.times),
        recognise=lambda orig, resp: orig == b"hello" and resp.startswith(b"hi"),
    )
    fed = [data(True, b"hello"), data(False, b"hi there", START + 5, step=4), data(True, b"more", START + 9000)]
    run(protocol, fed, connection(resp_p=9999))
    assert heard[:-1] == [("data", b"hello"), ("data", b"hi t"), ("data", b"here"), ("data", b"more")]
    assert times == [START + 5, START + 5, START + 1005, START + 9000]


def test_recognition_stops_after_its_bytes() -> None:
    heard: Heard = []
    late = listening("talk", heard, recognise=lambda orig, _: b"magic" in orig)
    run(late, [data(True, b"x" * 2000), data(True, b"magic")], connection(resp_p=9999))
    assert not heard
    run(late, [data(True, b"x" * 2000 + b"magic")], connection(resp_p=9999))
    assert heard


def test_each_datagram_is_recognised_alone() -> None:
    heard: Heard = []
    protocol = listening("ask", heard, recognise=lambda orig, _: orig.startswith(b"?"), transport="udp")
    run(protocol, [data(True, b"noise"), data(True, b"?!")], connection("udp", 9999))
    assert heard[:-1] == [("data", b"noise"), ("data", b"?!")]


def test_services_stand_in_the_order_of_their_confirmation() -> None:
    first = listening("b", [], confirming("b"), ports={80})
    second = listening("a", [], confirming("a"), recognise=lambda *_: True)
    assert run([second, first], [data(True, b"x")]).service == "b,a"


def test_an_analyser_that_rejects_hears_no_more_and_its_name_goes() -> None:
    heard: Heard = []

    def act(context: Context, event: Data) -> None:
        context.confirm("web", event.ts)
        if event.data == b"no":
            context.reject("web", event.ts, "not the web", event.data)

    told = run(
        listening("web", heard, act, ports={80}), [data(True, b"yes"), data(True, b"no", START + 1), data(True, b"z")]
    )
    assert heard == [("data", b"yes"), ("data", b"no"), ("finish", START + 1)]
    assert told.service is None


@pytest.mark.parametrize("before", [VIOLATION_BYTES - 2, VIOLATION_BYTES - 1])
def test_a_rejection_late_in_a_connection_does_not_count(before: int) -> None:
    heard: Heard = []

    def act(context: Context, event: Data) -> None:
        context.confirm("web", event.ts)
        if event.data.endswith(b"no"):
            context.reject("web", event.ts, "not the web", event.data)

    run(listening("web", heard, act, ports={80}), [data(True, b"x" * before), data(True, b"no"), data(True, b"z")])
    assert (("data", b"z") in heard) == (before + 2 > VIOLATION_BYTES)


def test_a_long_delivery_is_parted_where_rejections_stop_to_count() -> None:
    heard: Heard = []
    run(listening("web", heard, ports={80}), [data(False, b"x" * 15000, step=1000)])
    assert [len(content) for _, content in heard[:-1] if isinstance(content, bytes)] == [10000, 5000]


def test_what_is_handed_over_goes_to_the_named_protocol_or_is_recognised() -> None:
    heard: Heard = []
    inner: dict[str, Analyzer | None] = {}

    def act(context: Context, event: Data) -> None:
        for name in ("talk", "", "nobody"):
            inner[name] = context.hand_over(name)
            found = inner[name]
            if found:
                found.deliver(event)

    outer = listening("proxy", [], act, ports={80})
    talk = listening("talk", heard, confirming("talk"), recognise=lambda orig, _: orig == b"x")
    told = run([outer, talk], [data(True, b"x")], connection())
    assert inner["nobody"] is None
    assert heard.count(("data", b"x")) == 3
    assert told.service == "talk"


def test_protocols_inside_protocols_are_bounded() -> None:
    heard: Heard = []

    def act(context: Context, event: Data) -> None:
        inner = context.hand_over("again")
        if inner:
            inner.deliver(event)

    run(listening("again", heard, act, ports={80}), [data(True, b"x")])
    assert heard.count(("data", b"x")) == HAND_OVERS + 1


def _broken(to: Connection, troubles: list[str] | None, heard: Heard) -> str | None:
    def act(context: Context, event: Data) -> None:
        context.confirm("web", event.ts)
        raise KeyError("gone")

    protocols = [listening("web", heard, act, ports={80}), listening("fine", [], confirming("fine"), ports={80})]
    rows = Rows()
    fed = [data(True, b"a"), data(True, b"b")]
    return dispatch(to, fed, rows, KeptFiles(rows), troubles, LAST, Roster(protocols))


def test_a_fault_of_ours_is_contained_and_told() -> None:
    troubles: list[str] = []
    heard: Heard = []
    assert _broken(connection(), troubles, heard) == "web,fine"
    assert heard == [("data", b"a")]
    (trouble,) = troubles
    assert "CuidOfTheTests" in trouble
    assert "web" in trouble
    assert "\n" not in trouble


def test_a_fault_of_ours_is_raised_where_nobody_keeps_troubles() -> None:
    with pytest.raises(KeyError):
        _broken(connection(), None, [])


def _failing(*_: object) -> bool:
    raise KeyError("gone")


def _unmade(context: Context) -> Analyzer:
    raise KeyError(context.connection.uid)


def test_what_makes_or_recognises_may_fail_too() -> None:
    troubles: list[str] = []
    heard: Heard = []
    unmade = Protocol("unmade", (), _unmade, frozenset({80}))
    unseen = listening("unseen", heard, recognise=_failing)
    rows = Rows()
    fine = listening("fine", heard, confirming("fine"), ports={80})
    roster = Roster([unmade, unseen, fine])
    assert dispatch(connection(), [data(True, b"a")], rows, KeptFiles(rows), troubles, LAST, roster) == "fine"
    assert [trouble.split()[3] for trouble in troubles] == ["unmade", "unseen"]


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_nobody_whom_a_port_brings_in_says_anything_of_a_connection_on_which_nothing_comes(
    transport: str, partial: bool
) -> None:
    rows = Rows()
    told: list[object] = []
    asked: list[Callable[[int], None]] = []

    says: Any = told.append
    for protocol in registry.protocols():
        for port in protocol.tcp_ports if transport == "tcp" else protocol.udp_ports:
            context = Context(
                connection(transport, port, partial=partial),
                rows,
                Files(rows),
                lambda *said: says(said),
                lambda *said: says(said),
                lambda *said: says(said),
                lambda name: pytest.fail(f"{name} was called for"),
                asked.append,
                Expectations(),
            )
            protocol.make(context).finish(START + SECOND)
    for function in asked:
        function(START + 2 * SECOND)
    assert (told, rows.by_record) == ([], {})


def test_what_nobody_listens_to_is_passed_over() -> None:
    heard: Heard = []
    late = listening("talk", heard, recognise=lambda orig, _: b"magic" in orig)
    run(late, [End(False, START), End(True, START)], connection(resp_p=9999))
    run(late, [], connection(resp_p=9999))
    assert not heard
    run(late, [End(False, START), data(True, b"magic"), End(True, START + 1)], connection(resp_p=9999))
    assert heard[:-1] == [("data", b"magic"), ("end", True)]


def test_ends_alone_are_heard_by_whom_the_port_brings_in() -> None:
    heard: Heard = []
    early = listening("talk", heard, ports={80})
    run(early, [], connection())
    assert not heard
    run(early, [End(True, START)], connection())
    assert heard[0] == ("end", True)


def test_what_is_done_is_held_by_nothing() -> None:
    asked = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    answered = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    said = [data(True, asked), data(False, answered)] * 3
    gc.collect()
    gc.disable()
    try:
        rows = Rows()
        files = Files(rows)
        assert dispatch(connection(), said, rows, files, None, START + SECOND) == "http"
        files.finish()
        left = [each for each in gc.get_objects() if isinstance(each, Context | Files)]
        assert left == [files]
    finally:
        gc.enable()
