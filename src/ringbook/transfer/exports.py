"""Takes a book out: as a file of any form, part by part, of one state of the book."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, get_args

import msgspec
import sqlalchemy as sa

from ringbook.contacts import filters
from ringbook.contacts.filters import Filters
from ringbook.contacts.kinds import KINDS, Kind
from ringbook.contacts.search_statements import CONTACTS_OF_IDS
from ringbook.database.engine import Connection, Database, Query
from ringbook.database.pages import HIGHEST_ID, LOWEST_ID
from ringbook.database.parameters import CUSTOMER_ID, LIMIT
from ringbook.database.rendering import encoded_list, json_group, json_object
from ringbook.database.schema import IdColumn, tags
from ringbook.database.schema import contacts as t
from ringbook.tenants.caller import Caller
from ringbook.transfer.csv_export import CsvExport
from ringbook.transfer.json_lines import json_line
from ringbook.transfer.options import Form
from ringbook.transfer.vcard_export import VcardVersion, vcard

EXPORTED_AT_A_TIME = 200
IN_MEMORY = 20
"""How many contacts are in memory at once: the largest has more than a megabyte."""

VCARD_VERSIONS: tuple[VcardVersion, ...] = get_args(VcardVersion)

_NEXT = (
    sa.select(t.c.id)
    .where(t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None), t.c.id > sa.bindparam("above", type_=IdColumn))
    .order_by(t.c.id)
    .limit(LIMIT)
    .subquery("next")
)
NEXT_CONTACTS = Query(sa.select(json_group(_NEXT.c.id)), long=True)
TAG_NAMES = Query(
    sa.select(json_group(json_object(id=tags.c.id, name=tags.c.name))).where(tags.c.customer_id == CUSTOMER_ID),
    long=True,
)


def _most(kind: Kind) -> Query:
    """Return the statement for how many addresses of a kind a contact has at most."""
    table = kind.table
    counts = (
        sa.select(sa.func.count().label("count"))
        .where(table.c.customer_id == CUSTOMER_ID, table.c.tm_delete.is_(None))
        .group_by(table.c.contact_id)
        .subquery("counts")
    )
    return Query(sa.select(sa.func.coalesce(sa.func.max(counts.c.count), sa.literal_column("0"))), long=True)


MOST_OF_CONTACT = {kind: _most(kind) for kind in KINDS}


async def export(
    caller: Caller, database: Database, form: Form, wanted: Filters | None = None, version: VcardVersion = "4.0"
) -> AsyncIterator[bytes]:
    """Yield a file of the contacts that the filters find, all without them: of one state of the book.

    Of CSV it begins with the names of its columns. `version` is that of vCards.
    """
    async with database.snapshot() as book:
        names = await _tag_names(caller, book)
        most = [(await book.one(MOST_OF_CONTACT[kind], customer_id=caller.customer_id) or (0,))[0] for kind in KINDS]
        writer = CsvExport(*most)
        if form == "csv":
            yield writer.header()
        write: dict[Form, Callable[[list[Mapping[str, Any]]], bytes]] = {
            "csv": writer.lines,
            "vcard": lambda contacts: b"".join(vcard(one, version) for one in contacts),
            "jsonl": lambda contacts: b"".join(json_line(one) for one in contacts),
        }
        async for ids in _ids(caller, book, wanted):
            for i in range(0, len(ids), IN_MEMORY):
                wanted_ids = encoded_list(ids[i : i + IN_MEMORY])
                rows = await book.all(CONTACTS_OF_IDS, customer_id=caller.customer_id, wanted=wanted_ids)
                yield await asyncio.to_thread(_part, write[form], names, [row[0] for row in rows if row[0] != "null"])


def _part(
    write: Callable[[list[Mapping[str, Any]]], bytes], names: Mapping[str, str], contacts: Sequence[str]
) -> bytes:
    """Return contacts as the file has them: tags of other systems, which have no name here, by their ids."""
    decoded = [msgspec.json.decode(json) for json in contacts]
    for one in decoded:
        one["tags"] = [names.get(tag_id, tag_id) for tag_id in one["tag_ids"]]
    return write(decoded)


async def _tag_names(caller: Caller, book: Connection) -> dict[str, str]:
    row = await book.one(TAG_NAMES, customer_id=caller.customer_id)
    return {one["id"]: one["name"] for one in msgspec.json.decode(row[0])} if row else {}


async def _ids(caller: Caller, book: Connection, wanted: Filters | None) -> AsyncIterator[list[str]]:
    """Yield the ids of the contacts: the oldest first, or where there are filters the newest."""
    last = HIGHEST_ID if wanted else LOWEST_ID
    while last:
        if wanted:
            ids, last = await filters.next_ids(caller, book, wanted, last, EXPORTED_AT_A_TIME)
        else:
            row = await book.one(NEXT_CONTACTS, customer_id=caller.customer_id, above=last, limit=EXPORTED_AT_A_TIME)
            ids = msgspec.json.decode(row[0]) if row else []
            last = ids[-1] if ids else ""
        yield ids
