import pytest

from parsers.files import handle


def test_a_file_is_called_what_zeek_calls_it() -> None:
    ends = handle.endpoints("10.10.12.101", 49979, "45.14.112.133", 80)
    text = "Analyzer::ANALYZER_HTTP" + handle.seconds(1602536538_461329000) + handle.truth(False) + "1" + "1" + ends
    assert text == "Analyzer::ANALYZER_HTTP1602536538.461329F1110.10.12.101:49979 > 45.14.112.133:80"
    assert handle.fuid(text) == "FkmfCx13mub2PIRUO7"


def test_text_that_is_no_utf_8_has_a_name_too() -> None:
    assert handle.fuid("\udcff").startswith("F")
    assert handle.fuid("") != handle.fuid("é")


def test_ipv6_stands_without_brackets() -> None:
    assert handle.endpoints("::1", 1, "fe80::2", 80) == "::1:1 > fe80::2:80"


@pytest.mark.parametrize(
    ("ts", "expected"),
    [
        (1602536538_461329000, "1602536538.461329"),
        pytest.param(1500000000_690000000, "1500000000.69", id="zeros-at-the-end-are-left-out"),
        pytest.param(1000000000_000000000, "1000000000.0", id="but-one-decimal-stays"),
        pytest.param(1000000000_000000300, "1000000000", id="unless-nanoseconds-hide-behind-it"),
        pytest.param(0, "0.0", id="the-epoch"),
        pytest.param(2200000000_000000000, "2.2e+09", id="after-2038"),
        pytest.param(4000000001_500000000, "4.0000000015e+09", id="late-with-a-fraction"),
    ],
)
def test_a_time_stands_as_zeek_writes_doubles(ts: int, expected: str) -> None:
    assert handle.seconds(ts) == expected
