"""A process that shows nothing needs no pandas."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _NoPandas(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("this process goes without pandas", name=fullname)
        return None


def go_without_pandas() -> None:
    """Keep pyarrow from loading pandas in this process.

    It tries to when it first makes an array of a list, so as to know a Series when it sees one; that takes 0.3 s, a
    third of what a small capture needs.
    """
    sys.meta_path.insert(0, _NoPandas())
