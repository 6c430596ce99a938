"""Opening the same again, and all that may come between."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from parsers.cache import eviction, kept, locks, manifest, place
from parsers.cache import key as keys
from parsers.updates import Trouble
from tests.parsers.cache.conftest import Reader
from tests.parsers.cache.rows import all_cells

ROWS = {
    "conn": [(1, "a", "10.0.0.2"), (5, "b", "10.0.0.1")],
    "dns": [(2, "a"), (3, None)],
}


def entry(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_the_same_is_read_once(folder: Path, capture: Path, reader: Reader) -> None:
    first = reader(capture)
    assert all_cells(first) == ROWS
    again = reader(capture)
    assert reader.count == 1
    assert all_cells(again) == ROWS
    assert (again.facts, again.troubles, again.names) == (first.facts, first.troubles, first.names)
    for log, table in again.tables.items():
        assert table.schema.equals(first.table(log).schema, check_metadata=True)
    assert {path.stat().st_mode & 0o777 for path in entry(folder).glob("*.arrow")} == {0o400}


def test_messages_call_a_capture_what_it_is_called_now(
    capture: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader(capture)
    monkeypatch.chdir(capture.parent)
    again = reader(Path(capture.name))
    assert (reader.count, [trouble.text for trouble in again.troubles]) == (1, ["a.pcap: nothing to worry about"])


def test_several_captures_are_known_by_their_names(capture: Path, reader: Reader) -> None:
    other = capture.with_name("b.pcap")
    other.write_bytes(capture.read_bytes())
    reader(capture, other)
    reader(other, capture)
    assert reader.count == 2
    reader(capture, other)
    assert reader.count == 2


def test_a_capture_that_has_changed_is_read_anew(capture: Path, reader: Reader) -> None:
    reader(capture)
    capture.write_bytes(bytes(capture.stat().st_size))
    reader(capture)
    assert reader.count == 2


def test_another_version_reads_anew(capture: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader(capture)
    monkeypatch.setattr(keys, "program", lambda: "another")
    reader(capture)
    assert reader.count == 2


def test_what_changes_while_it_is_read_is_not_kept(folder: Path, capture: Path, reader: Reader) -> None:
    class Changes(Trouble):
        def __iter__(self) -> Any:
            capture.write_bytes(b"other")
            return iter(())

    reader(capture, told=Changes("never told"))  # type: ignore[arg-type]
    assert not folder.exists() or list(folder.iterdir()) == []


def test_what_was_not_read_whole_is_not_kept(capture: Path, reader: Reader) -> None:
    reader(capture, told=[Trouble("a process has ended early", passing=True)])
    reader(capture)
    assert reader.count == 2


def test_what_is_wrong_with_a_capture_is_told_again(capture: Path, reader: Reader) -> None:
    told = Trouble("the capture is cut off")
    for _ in range(2):
        assert told in reader(capture, told=[told]).troubles
    assert reader.count == 1


def test_nothing_is_kept_when_that_was_said(folder: Path, capture: Path, reader: Reader) -> None:
    place.choose(kept=False)
    reader(capture)
    assert not folder.exists()
    place.choose(kept=True)
    reader(capture)
    place.choose(kept=False)
    reader(capture)
    assert reader.count == 3


def flip(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    for number in range(0, len(data), 97):
        data[number] ^= 0xFF
    path.write_bytes(data)


def shorten(path: Path) -> None:
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"garbage")


def into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [flip, shorten, overwrite, into_a_folder, Path.unlink])
@pytest.mark.parametrize("name", ["*.arrow", manifest.NAME])
def test_damage_means_one_harmless_warning_and_a_new_reading(
    folder: Path, capture: Path, reader: Reader, damage: Any, name: str
) -> None:
    reader(capture)
    for path in list(entry(folder).glob(name)):
        damage(path)
    kept.let_go()
    again = reader(capture)
    assert (reader.count, all_cells(again)) == (2, ROWS)
    warnings = [trouble for trouble in again.troubles if "damaged" in trouble.text]
    assert (len(warnings), all(trouble.harmless for trouble in warnings)) == (1, True)
    healed = reader(capture)
    assert (reader.count, all_cells(healed), len(healed.troubles)) == (2, ROWS, 1)


def test_the_folder_is_deleted_between_and_while_it_is_used(folder: Path, capture: Path, reader: Reader) -> None:
    first = reader(capture)
    mapped = reader(capture)
    shutil.rmtree(folder.parent)
    assert all_cells(first) == all_cells(mapped) == ROWS
    assert all_cells(reader(capture)) == ROWS
    assert reader.count == 2


def test_files_that_only_look_changed_are_looked_over_and_used(
    folder: Path, capture: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader(capture)
    for path in entry(folder).glob("*.arrow"):
        os.utime(path)
    assert all_cells(reader(capture)) == ROWS
    # After the machine was started anew, too: what had not reached the disk is lost then.
    monkeypatch.setattr(manifest, "boot", lambda: "another")
    assert all_cells(reader(capture)) == ROWS
    assert reader.count == 1


def test_the_disk_is_full(folder: Path, capture: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    logs = reader(capture)
    assert all_cells(logs) == ROWS
    assert [trouble.harmless for trouble in logs.troubles] == [True, True]
    assert "No space left on device" in logs.troubles[1].text
    assert list(folder.iterdir()) == []


def test_the_folder_may_only_be_read(capture: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader(capture)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert all_cells(reader(capture)) == ROWS
    other = capture.with_name("b.pcap")
    other.write_bytes(b"another")
    logs = reader(other)
    assert (reader.count, len(logs.troubles)) == (2, 1)


def test_two_programs_keep_the_same(
    folder: Path, capture: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def other_is_faster(path: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        reader(capture)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", other_is_faster)
    assert all_cells(reader(capture)) == ROWS
    assert eviction.size(entry(folder)) > 0
    assert all_cells(reader(capture)) == ROWS
    assert reader.count == 2


def test_an_entry_that_is_being_taken_away_is_not_used(folder: Path, capture: Path, reader: Reader) -> None:
    reader(capture)
    with locks.unused(entry(folder)) as free:
        assert free
        assert all_cells(reader(capture)) == ROWS
    assert reader.count == 2


def test_an_entry_too_large_for_the_folder(folder: Path, capture: Path, reader: Reader) -> None:
    place.choose(kept=True, most=100)
    reader(capture)
    assert list(folder.iterdir()) == []


def test_room_is_made_for_what_is_new(folder: Path, capture: Path, reader: Reader) -> None:
    reader(capture)
    place.choose(kept=True, most=sum(path.stat().st_size for path in entry(folder).iterdir()) * 3 // 2)
    first = entry(folder)
    other = capture.with_name("b.pcap")
    other.write_bytes(b"another")
    reader(other)
    assert entry(folder) != first
    reader(other)
    assert reader.count == 2
    assert eviction.make_room(folder, 0, 0) is False
