"""Zeek's logs in JSON, one object a line, as Zeek and those that ship its logs write them.

`reading` is the way in; of each block `at_once` reads what is as all before it was, `one_by_one` the rest. A few
columns of a long file are picked out by several processes (`stretches`). What a log's columns are `known` tells for
Zeek's own, all of them are there even where no row has them, as in Zeek's other format; other keys become columns
behind them, typed by their values, and wider where a later one asks for it.
"""
