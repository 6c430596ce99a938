"""What files of each type begin with: a table of facts, grouped by family.

The types and their strengths are those that Zeek tells files by (base/frameworks/files/magic); where two types fit, the
stronger one counts. Patterns are RE2 on bytes, anchored at the file's first byte; `.` stands for any byte.
"""

from parsers.files.magic import archives, documents, markup, media, pictures, programs, text
from parsers.files.magic.fact import Magic

FACTS: tuple[Magic, ...] = (
    *archives.FACTS,
    *documents.FACTS,
    *markup.FACTS,
    *media.FACTS,
    *pictures.FACTS,
    *programs.FACTS,
    *text.FACTS,
)
