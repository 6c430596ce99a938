"""From captures and Zeek's logs to frames, one a log; knows no screen."""

from parsers import compiled

compiled.choose(__path__[0])
