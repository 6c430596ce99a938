"""What belongs to a row."""

import pyarrow as pa
import pytest

from parsers import limits
from parsers.evidence import links
from parsers.evidence.links import Related, related
from tests.frames import FINGERPRINT, FUID, OTHER, START, UID, ends, plain, story, table


def joined(found: list[Related]) -> list[tuple[str, int | None]]:
    return [(item.log, item.row) for item in found]


@pytest.mark.parametrize(("log", "row"), [("pe", 0), ("files", 0), ("http", 0)])
def test_from_a_file_the_story_is_told_in_order(log: str, row: int) -> None:
    found = related(story(), log, row)
    assert joined(found) == [
        ("pe", 0),
        ("files", 0),
        ("files", 1),
        ("http", 0),
        ("http", 1),
        ("conn", 1),
        ("dns", 0),
    ]
    assert found[-1].how == "by address"


def test_the_file_itself_comes_before_the_others_of_its_connection() -> None:
    assert joined(related(story(), "http", 1))[:5] == [
        ("pe", 0),
        ("files", 1),
        ("files", 0),
        ("http", 1),
        ("http", 0),
    ]


def test_a_connection_leads_to_its_files_and_to_the_look_up_before_it() -> None:
    assert joined(related(story(), "conn", 1)) == joined(related(story(), "pe", 0))


def test_a_look_up_after_the_connection_does_not_count() -> None:
    tables = story()
    tables["dns"] = tables["dns"].slice(1)
    assert "dns" not in dict(joined(related(tables, "conn", 1)))


def test_the_last_look_up_before_the_connection_counts() -> None:
    tables = story()
    earlier = ends("CLookup0", 50000, 53, -100) | {"query": "old.example", "answers": [ends(UID, 0, 0)["id.resp_h"]]}
    tables["dns"] = pa.concat_tables([tables["dns"], table("dns", earlier)])
    assert related(tables, "conn", 1)[-1].row == 0


def test_a_certificate_leads_to_the_connections_that_showed_it() -> None:
    # The look-up before gave the address of this connection too.
    expected = [("conn", 2), ("dns", 0), ("ssl", 0), ("x509", 0)]
    assert joined(related(story(), "x509", 0)) == expected
    assert joined(related(story(), "ssl", 0)) == expected


def test_logs_of_old_join_by_other_columns() -> None:
    tables = {
        "files": plain({"fuid": "string", "conn_uids": "set[string]"}, (FUID, [UID])),
        "http": plain({"uid": "string", "resp_fuids": "vector[string]"}, (UID, [FUID])),
        "pe": plain({"id": "string"}, (FUID,)),
        "ssl": plain({"uid": "string", "cert_chain_fuids": "vector[string]"}, (OTHER, ["FCert"])),
        "x509": plain({"id": "string"}, ("FCert",)),
    }
    assert joined(related(tables, "pe", 0)) == [("pe", 0), ("files", 0), ("http", 0)]
    assert joined(related(tables, "x509", 0)) == [("ssl", 0), ("x509", 0)]


def test_a_row_without_identifiers_stands_alone() -> None:
    tables = {"packet_filter": plain({"ts": "time", "node": "string"}, (START, "zeek"))} | story()
    assert joined(related(tables, "packet_filter", 0)) == [("packet_filter", 0)]


def test_many_rows_are_counted_not_listed() -> None:
    rows = [ends(UID, 1, 2) | {"method": "GET", "uri": f"/{n}"} for n in range(500)]
    found = related({"http": table("http", *rows), "conn": table("conn", ends(UID, 1, 2))}, "http", 300)
    shown = [item for item in found if item.log == "http"]
    assert len(shown) == limits.RELATED_ROWS + 1
    assert 300 in [item.row for item in shown]
    assert shown[-1].row is None
    assert shown[-1].text == f"and {500 - limits.RELATED_ROWS} more"


def test_a_certificate_that_everyone_shows_stays_bounded() -> None:
    rows = [ends(f"C{n}", 1, 443) | {"cert_chain_fps": [FINGERPRINT]} for n in range(1_000)]
    tables = {"ssl": table("ssl", *rows), "x509": story()["x509"]}
    assert len(related(tables, "x509", 0)) <= 2 * limits.RELATED_ROWS + 2


def test_nothing_is_told_once_it_is_not_wanted() -> None:
    assert related(story(), "conn", 1, lambda: True) == []


def test_all_rows_of_a_connection_in_order() -> None:
    rows = links.connection_rows(story(), "pe", 0)
    assert rows == [("pe", 0), ("files", 0), ("files", 1), ("http", 0), ("http", 1), ("conn", 1)]
    assert links.connection_rows(story(), "conn", 1) == rows


def test_dictionaries_and_several_chunks_are_searched() -> None:
    repeated = pa.array(["a", None, "b"]).dictionary_encode()
    column = pa.chunked_array([repeated, pa.array(["c", "b"]).dictionary_encode()])
    assert links.places(column, ["b"]).tolist() == [2, 4]
    lists = pa.chunked_array([pa.array([["x", "y"], None, []]), pa.array([["z"], ["x", "x"]])])
    assert links.places(lists, ["x"]).tolist() == [0, 4]
    assert links.places(pa.chunked_array([pa.array([1, 2])]), ["x"]).tolist() == []
