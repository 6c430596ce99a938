import os
from pathlib import Path

from parsers.cache import eviction, locks, manifest


def entry(folder: Path, name: str, size: int, used: int) -> Path:
    path = folder / name
    path.mkdir()
    (path / "0.arrow").write_bytes(bytes(size))
    (path / manifest.NAME).write_bytes(b"")
    os.utime(path / manifest.NAME, (used, used))
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_was_not_used_for_the_longest_time_goes_first(tmp_path: Path) -> None:
    for name, used in (("b", 2), ("a", 1), ("c", 3)):
        entry(tmp_path, name, 100, used)
    assert eviction.make_room(tmp_path, 100, 400)
    assert names(tmp_path) == {"a", "b", "c"}
    assert eviction.make_room(tmp_path, 100, 300)
    assert names(tmp_path) == {"b", "c"}
    assert eviction.make_room(tmp_path, 300, 300)
    assert names(tmp_path) == set()
    assert not eviction.make_room(tmp_path, 301, 300)


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    lock = locks.used(entry(tmp_path, "a", 100, 1))
    entry(tmp_path, "b", 100, 2)
    assert lock is not None
    assert not eviction.make_room(tmp_path, 50, 100)
    assert names(tmp_path) == {"a"}
    os.close(lock)
    assert eviction.make_room(tmp_path, 50, 100)
    assert names(tmp_path) == set()


def test_what_was_never_finished_goes_unless_somebody_is_at_it(tmp_path: Path) -> None:
    entry(tmp_path, f"{eviction.UNFINISHED}a", 1, 1)
    lock = locks.used(entry(tmp_path, f"{eviction.UNFINISHED}b", 1, 1))
    assert lock is not None
    assert eviction.make_room(tmp_path, 0, 100)
    assert names(tmp_path) == {f"{eviction.UNFINISHED}b"}
    os.close(lock)


def test_who_takes_away_is_not_disturbed(tmp_path: Path) -> None:
    path = entry(tmp_path, "a", 1, 1)
    with locks.unused(path) as free:
        assert free
        assert locks.used(path) is None


def test_no_folder(tmp_path: Path) -> None:
    assert eviction.make_room(tmp_path / "missing", 1, 1)
    assert not eviction.remove(tmp_path / "missing")
