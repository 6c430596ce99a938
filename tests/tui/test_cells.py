"""Cells: one line, safe, in exactly their width."""

import pyarrow as pa
import pytest

from parsers import schema
from parsers.evidence import values
from tui import cells
from tui.glyphs import ASCII, GLYPHS, Glyphs, chosen
from tui.growth import bounds

HOSTILE = [
    "\x1b]0;pwned\x07",
    "\x9b31m",
    "a\r\nb\tc\x00\x7f",
    "\u202eexe.gpj\u2066",
    "[red]not red[/red]",
    "[@click=app.quit]x[/]",
    "x" * 1_000_000,
    "日本語" * 400,
    "e\u0301" * 300,
    "🏴‍☠️👩‍👩‍👧" * 50,
]


def text_of(name: str, zeek_type: str, *cell_values: object, day: int | None = None) -> list[str]:
    column = pa.chunked_array([pa.array(cell_values, type=schema.arrow_type(zeek_type))])
    write = cells.column_writer(name, zeek_type, bounds(column), day)
    return [write(column[row]) for row in range(len(column))]


def test_times_of_any_year() -> None:
    times = pa.chunked_array([pa.array([253_402_300_799_000_000, 0, -62_135_596_800_000_000], schema.FAR_TIME)])
    write = cells.column_writer("until", "time", bounds(times))
    assert [write(time) for time in times] == ["9999-12-31 23:59:59", "1970-01-01 00:00:00", "0001-01-01 00:00:00"]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_hostile_text_is_escaped_and_cut(hostile: str, width: int) -> None:
    (text,) = text_of("host", "string", hostile)
    assert text.isprintable()
    assert len(text) <= 12 * cells.WIDEST
    fitted = cells.fit(text, width)
    assert cells.width_of(fitted) == width


def test_markup_is_text() -> None:
    assert text_of("user_agent", "string", "[red]x[/red]") == ["[red]x[/red]"]


def test_amounts_are_grouped_and_codes_are_not() -> None:
    assert text_of("resp_bytes", "count", 629_760, None) == ["629,760", "-"]
    assert text_of("response_body_len", "count", 1_000) == ["1,000"]
    assert text_of("trans_id", "count", 12_345) == ["12345"]
    assert text_of("id.resp_p", "port", 49_979) == ["49979"]


def test_times_of_the_one_day_go_without_a_date() -> None:
    time = 1_602_536_538_594_123_456
    day = time // cells.DAY
    assert text_of("ts", "time", time, None, day=day) == ["21:02:18.594", "-"]
    assert text_of("ts", "time", time) == ["2020-10-12 21:02:18.594"]
    assert text_of("ts", "time", time, time + cells.DAY, day=day)[0] == "2020-10-12 21:02:18.594"
    assert text_of("compile_ts", "time", 708_000_000 * values.SECOND, day=day) == ["1992-06-08 10:40:00"]


def test_sets_are_one_line() -> None:
    assert text_of("answers", "vector[string]", ["a", "b\n"], [], None) == ["a, b\\x0a", "(empty)", "-"]
    assert text_of("san.dns", "vector[string]", ["x"] * 1_000)[0].count(",") < 100


def test_numbers_stand_right() -> None:
    assert cells.fit("12", 5, right=True) == "   12"
    assert cells.fit("12", 5) == "12   "


def test_wide_characters_count_twice() -> None:
    assert cells.fit("日本語", 4) == f"日{GLYPHS.ellipsis} "
    assert cells.cut("abc", 3) == "abc"
    assert cells.cut("abcd", 3) == f"ab{GLYPHS.ellipsis}"


@pytest.mark.parametrize(
    ("environment", "glyphs"),
    [
        ({}, Glyphs()),
        ({"LANG": "en_US.UTF-8"}, Glyphs()),
        ({"LANG": "C"}, ASCII),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, ASCII),
        ({"LC_CTYPE": "C.utf8"}, Glyphs()),
        ({"LANG": "de_DE.ISO-8859-1"}, ASCII),
    ],
)
def test_the_locale_chooses_the_glyphs(environment: dict[str, str], glyphs: Glyphs) -> None:
    assert chosen(environment) == glyphs


def test_ascii_glyphs_are_ascii_and_as_wide() -> None:
    for name in Glyphs.__slots__:
        assert getattr(ASCII, name).isascii()
        assert cells.width_of(getattr(ASCII, name)) == cells.width_of(getattr(Glyphs(), name))


def test_the_end_of_a_mime_type_says_more_than_its_beginning() -> None:
    assert cells.fit("application/x-dosexec", 12, tail=True) == "…n/x-dosexec"
    assert cells.fit("text/html", 12, tail=True) == "text/html   "
