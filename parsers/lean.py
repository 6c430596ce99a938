"""The program needs no pandas: its tables are Arrow's."""

import sys


class _NoPandas:
    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("this process goes without pandas", name=fullname)


def go_without_pandas() -> None:
    """Keep pyarrow from loading pandas in this process.

    It tries to when it first makes an array of a list, so as to know a Series when it sees one; that takes 0.3 s, a
    third of what a small capture needs.
    """
    sys.meta_path.insert(0, _NoPandas())
