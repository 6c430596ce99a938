"""The tests of zeektui: they run its sources, into which they can reach; one compares what was compiled of them."""

import os

os.environ["ZEEKTUI_COMPILED"] = "0"
