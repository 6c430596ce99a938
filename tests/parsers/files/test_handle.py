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
