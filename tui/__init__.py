"""From frames to the screen of a terminal; knows no bytes of a capture."""
