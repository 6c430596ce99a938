"""A file's type by its first bytes."""


def detect(start: bytes) -> str | None:
    """The MIME type of a file that begins with these bytes (the first 4,096 count); None for an unknown one."""
    if start.startswith(b"MZ"):
        return "application/x-dosexec"
    return None
