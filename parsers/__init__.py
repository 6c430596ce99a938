"""From captures and Zeek's logs to frames, one a log; knows no screen."""
