"""Which browser it is."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.software.browser import browser, is_browser
from parsers.protocols.software.version import Description, Version

PC = b"Mozilla/5.0 (X11; Linux) "
LIKE = b"AppleWebKit/99.1 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (PC, True),
        (b"Opera/9.80", True),
        (b"Mozilla/5 (X11)", False),
        (b"a Mozilla/5.0", False),
        (b"mozilla/5.0", False),
    ],
)
def test_browsers_say_so_first(said: bytes, expected: bool) -> None:
    assert is_browser(said) is expected


@pytest.mark.parametrize(
    ("said", "name", "version"),
    [
        (PC, b"<unknown browser>", Version()),
        (PC + b"MSIE 3.0; Opera 11.5", b"Opera", Version(11, 5)),
        (PC + b"Opera ", b"Opera", Version()),
        (PC + b"MSIE 5.5b2; x", b"MSIE", Version(5, 5, addl=b"b2")),
        (PC + b"MSIE 123.4", b"MSIE", Version(123)),
        (PC + b"MSIE x", b"MSIE", Version()),
        (PC + b"MSIE 7.0; Trident/4.0", b"MSIE", Version(8, 0)),
        (PC + b"MSIE 7.0; Trident/5.0", b"MSIE", Version(9, 0)),
        (PC + b"MSIE 7.0; Trident/6.0", b"MSIE", Version(10, 0)),
        (PC + b"Trident/7.0; rv:11.0", b"MSIE", Version(11, 0)),
        (PC + b"MSIE 7.0; Trident/8.0", b"MSIE", Version(7, 0)),
        (PC + LIKE + b"Chrome/4.0.1.2 Safari/99.1 Edge/16.7", b"Edge", Version(16, 7)),
        (PC + LIKE + b"Version/16.2 Safari/99.1", b"Safari", Version(16, 2)),
        (PC + LIKE + b"Version/16.2 Mobile/15E148 Safari/99.1", b"Safari", Version(16, 2, addl=b"Mobile")),
        (PC + LIKE + b"Version/16.2 Mobile Safari/99.1", b"Safari", Version(16, 2, addl=b"Mobile")),
        (PC + LIKE + b"Version/ Safari/99.1", b"Safari", Version()),
        (PC + LIKE + b"Version/16.2\nSafari/99.1", b"Unspecified WebKit", Version(99, 1)),
        (PC + b"Gecko/20100101 Firefox/130.1", b"Firefox", Version(130, 1)),
        (PC + b"Gecko/20100101 Firefox/3.5b4", b"Firefox", Version(3, 5)),
        (PC + b"Gecko Thunderbird/1.5.0.9 Firefox/3.5", b"Thunderbird", Version(1, 5, 0, 9)),
        (PC + b"Netscape/8.1", b"Netscape", Version(8, 1)),
        (PC + LIKE + b"Chrome/4.0.1.2 Safari/99.1", b"Chrome", Version(4, 0, 1, 2)),
        (PC + LIKE + b"Safari/99.1 Chrome/4.0", b"Unspecified WebKit", Version(99, 1)),
        (b"Opera/9.8 (X11) Presto/2.1 Version/12.1", b"Opera", Version(12, 1)),
        (b"Opera/9.8 (X11) Presto/2.1", b"Opera", Version()),
        (b"Opera/9.8 (Opera Mini/7.5/28.1) Presto/2.1", b"Opera Mini", Version(7, 5)),
        (b"Opera/9.8 (Opera Mini/7.5/28.1) Version/12.1", b"Opera Mini", Version(12, 1)),
        (b"Opera/9.8 (Opera Mobi/49) Presto/2.1", b"Opera Mobi", Version()),
        (b"Opera/9.8 (Opera Mobil; Opera Mini/7.5) Presto/2.1", b"Opera Mobi", Version(7, 5)),
        (b"Opera/9.8 (Opera Mobile) Presto/2.1", b"Opera", Version()),
        (PC + b"Flash%20Player/1.2", b"Flash", Version(5, 0)),
        (PC + LIKE + b"AdobeAIR/2.6", b"AdobeAIR", Version(2, 6)),
        (PC + LIKE, b"Unspecified WebKit", Version(99, 1)),
        (PC + b"Java/1.6.0_4", b"Java", Version(1, 6, 0, 4)),
        (PC + b"Java/16.0", b"<unknown browser>", Version()),
    ],
)
def test_marks(said: bytes, name: bytes, version: Version) -> None:
    assert is_browser(said)
    assert browser(said) == Description(name, version)


MARKS = (
    b"Opera |MSIE |Trident/|Edge/|Version/| Mobile| Safari/|Firefox/|Chrome/|Opera M|ini/|Java/|1.2|Flash%20Player|\n"
)


@given(st.lists(st.sampled_from(MARKS.split(b"|"))).map(b"".join))
@settings(max_examples=100)
def test_anything_has_a_name(said: bytes) -> None:
    assert browser(PC + said).name


@pytest.mark.parametrize("mark", [mark for mark in MARKS.split(b"|") if mark.strip()])
def test_long_texts_take_no_longer(mark: bytes) -> None:
    began = time.process_time()
    browser(PC + mark * 20_000)
    assert time.process_time() - began < 1
