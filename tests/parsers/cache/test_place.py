import os
from pathlib import Path

import pytest

from parsers import scratch
from parsers.cache import place


def test_the_folder_is_private(folder: Path) -> None:
    assert place.made() == folder
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    folder.parent.chmod(0o755)
    assert place.made() == folder
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert place.for_files() == folder


def test_without_the_variable_it_is_below_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "not/absolute"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert place.folder() == tmp_path / ".cache" / "zeektui"


def test_what_cannot_be_made_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert place.made() is None
    assert place.for_files() == scratch.folder()


@pytest.mark.usefixtures("folder")
def test_a_folder_that_may_only_be_read_or_is_another_users(monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.made() is not None
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        assert place.made() is None
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert place.made() is None


def test_nothing_is_kept_when_that_was_said(folder: Path) -> None:
    place.choose(kept=False)
    assert not place.is_kept()
    assert place.for_files() == scratch.folder()
    assert not folder.exists()


@pytest.mark.usefixtures("folder")
def test_the_bound_of_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    place.made()
    sensible = place.most()
    assert sensible > 0
    monkeypatch.setenv(place.VARIABLE, "3GB")
    assert place.most() == 3_000_000_000
    place.choose(kept=True, most=5)
    assert place.most() == 5
    place.choose(kept=True)
    monkeypatch.setenv(place.VARIABLE, "nonsense")
    assert place.most() == sensible
