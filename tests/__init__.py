"""The tests of zeektui. They run its sources, into which they can reach; one test compares what was compiled of them."""

import os

os.environ["ZEEKTUI_COMPILED"] = "0"
