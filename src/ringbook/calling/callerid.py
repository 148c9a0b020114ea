"""Who is calling, in the few words that a phone can show."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.calling.lookup import chosen
from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CUSTOMER_ID
from ringbook.database.rendering import json_list
from ringbook.database.schema import contact_tags as tagged
from ringbook.database.schema import contacts as t
from ringbook.database.schema import tags
from ringbook.tenants.caller import Caller
from ringbook.values import callers
from ringbook.values.names import name_of

LONGEST_NAME = 255
"""The most characters of a name: some hundred bytes, which every phone system can take in."""

DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
"""What would turn the text around it (Unicode UAX #9), and the byte order mark."""

HARMFUL = re.compile(r'["\\%]|\$\{|  ')
"""In a name of printable ASCII: what a phone system would stumble over, and what is not as it is shown."""

OPENING_MARK = re.compile(r'(?<![^\s(\[{<])"(?=\S)')

JOINER = "\u200d"


class CallerId(msgspec.Struct):
    """Who is calling; of a number that no contact has, the name that the request gave, and empty texts."""

    name: str
    company: str
    contact_id: str
    tags: list[str]


class Found(NamedTuple):
    """The contact behind a number, as it is stored; `tags` is a JSON list, '' where it was not asked for."""

    contact_id: str
    display_name: str
    first_name: str
    last_name: str
    company: str
    tags: str


_NAME = (
    sa.select(tags.c.name)
    .where(tags.c.customer_id == CUSTOMER_ID, tags.c.id == tagged.c.tag_id, tags.c.tm_delete.is_(None))
    .correlate(tagged)
    .scalar_subquery()
)
_NAMES = (
    sa.select(sa.func.coalesce(_NAME, sa.cast(tagged.c.tag_id, sa.Text)).label("name"))
    .where(tagged.c.customer_id == CUSTOMER_ID, tagged.c.contact_id == t.c.id)
    .order_by(tagged.c.position)
    .correlate(t)
    .subquery("ordered")
)
_TAGS = sa.cast(json_list(_NAMES, _NAMES.c.name), sa.Text)


@cache
def callerid(numbers: int, *, with_tags: bool) -> Query:
    """Return the statement that finds the contact with the first of so many numbers: `number_0`, `number_1`, ..."""
    columns = [t.c.id, t.c.display_name, t.c.first_name, t.c.last_name, t.c.company]
    last = _TAGS if with_tags else sa.literal_column("''")
    return Query(sa.select(*columns, last).where(t.c.customer_id == CUSTOMER_ID, t.c.id == chosen(numbers)))


async def look_up(
    caller: Caller, database: Connection, number: str, given_name: str, most: int, *, with_tags: bool
) -> CallerId:
    """Return who calls from `number`, the name in at most `most` characters; the tags only where asked for.

    The name is the contact's display_name, else its first and last name, else its company. Where no contact has the
    number, or it is none, it is `given_name`.
    """
    numbers = callers.readings(number, caller.region)
    row = None
    if numbers:
        values = {f"number_{i}": reading for i, reading in enumerate(numbers)}
        row = await database.one(callerid(len(numbers), with_tags=with_tags), customer_id=caller.customer_id, **values)
    if row is None:
        return CallerId(cut(sanitize(given_name), most), "", "", [])
    found = Found(*row)
    return CallerId(
        cut(shown_name(found.display_name, found.first_name, found.last_name, found.company), most),
        sanitize(found.company),
        str(found.contact_id),
        [sanitize(tag) for tag in msgspec.json.decode(found.tags)] if with_tags else [],
    )


def shown_name(display_name: str, first_name: str, last_name: str, company: str) -> str:
    """Return what phones show of a contact, however long."""
    return name_of(sanitize(display_name), sanitize(first_name), sanitize(last_name), sanitize(company))


def sanitize(text: str) -> str:
    r"""Return `text` as one line that any phone system can show, and that drops no call.

    FreeSWITCH puts the name between quotation marks into a SIP header and escapes nothing. With a `"` or a `\` in it
    that is no quoted-string (RFC 3261, section 25.1), and the call ends: the marks become typographic ones, a backslash
    a slash. FreeSWITCH takes `%` for a format, and Asterisk and FreeSWITCH take `${` for a variable: they are left out,
    as are control characters and what would turn the rest of the display around. Blanks and line breaks become one
    blank.
    """
    if text.isprintable() and text.isascii() and not HARMFUL.search(text):
        return text.strip()
    line = " ".join(DIRECTION.sub("", text).split())
    visible = "".join([c for c in line if c != "%" and unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"}])
    marked = unicodedata.normalize("NFC", visible).replace("\\", "/")
    marked = OPENING_MARK.sub("\u201c", marked).replace('"', "\u201d")
    return " ".join(re.sub(r"\$+\{", "", marked).split())


def cut(text: str, most: int) -> str:
    """Return the first `most` characters (code points), fewer where more would part what is seen as one."""
    end = min(most, len(text))
    while 0 < end < len(text) and _belong_together(text, end):
        end -= 1
    return text[:end].rstrip()


def _belong_together(text: str, at: int) -> bool:
    """Tell whether the characters before and behind `at` are seen as one (the common cases of Unicode UAX #29)."""
    before, behind = text[at - 1], text[at]
    if JOINER in {before, behind} or unicodedata.category(behind) in {"Mn", "Mc", "Me"} or _is_modifier(behind):
        return True
    run = len(text[:at]) - len(text[:at].rstrip(FLAG_LETTERS))
    return behind in FLAG_LETTERS and run % 2 == 1


FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of them are one flag."""


def _is_modifier(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"
