"""Many contacts at once: read as they are, and written as they are to be, by few statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.contacts import addresses, external_ids, search_index
from ringbook.contacts.change_log import Changing, FieldChange, changes_between
from ringbook.contacts.contact import TEXTS
from ringbook.contacts.contact_tags import INSERT_CONTACT_TAG, added, removed
from ringbook.contacts.entries import Stored
from ringbook.contacts.kinds import KINDS, Kind
from ringbook.contacts.row import values_of_change
from ringbook.contacts.search_index import IN_INDEX_AS, NOTHING, Indexed, indexed_as
from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW, TAG_ID, values_of
from ringbook.database.rendering import each_wanted, encoded_list, json_group
from ringbook.database.schema import IdColumn
from ringbook.database.schema import contact_tags as tagged
from ringbook.database.schema import contacts as t
from ringbook.tenants.caller import Caller

MOST_SHARERS = 20
"""How many contacts may have a value until it is an office line, by which nobody is known."""

ALL_TEXTS = (*TEXTS, "source")


class ContactState(NamedTuple):
    """A contact with all that is in it, as it is, or is to be."""

    id: str
    texts: Mapping[str, str]
    """By the names of ALL_TEXTS."""
    addresses: Mapping[Kind, list[Stored]]
    tags: dict[str, int]
    """The position of each tag, by its id, in their order."""
    indexed: Indexed = NOTHING
    """What it is in the index by."""
    tm_create: datetime | None = None
    """With tm_update: of a new one that has the times of a book before."""
    tm_update: datetime | None = None
    found_by: Indexed | None = None
    """What it is to be in the index by, where that is known already."""

    @property
    def wanted_index(self) -> Indexed:
        """What it is to be in the index by."""
        if self.found_by is not None:
            return self.found_by
        return indexed_as(
            self.texts,
            *([one.kept.values[kind.normalized] for one in _shown(self.addresses[kind])] for kind in KINDS),
        )


def _shown(stored: Sequence[Stored]) -> list[Stored]:
    return sorted(stored, key=lambda one: (not one.is_primary, one.id))


_ASKED = each_wanted()


def _holders_of(kind: Kind) -> sa.Select[Any]:
    table = kind.table
    some = (
        sa.select(table.c.contact_id)
        .where(
            table.c.customer_id == CUSTOMER_ID,
            table.c[kind.normalized] == _ASKED.c.value,
            table.c.tm_delete.is_(None),
        )
        .limit(sa.literal_column(str(MOST_SHARERS + 1)))
        .correlate(_ASKED)
        .subquery("some")
    )
    return sa.select(_ASKED.c.value, sa.select(json_group(some.c.contact_id)).correlate(_ASKED).scalar_subquery())


HOLDERS = {kind: Query(_holders_of(kind)) for kind in KINDS}
HOLDERS_OF_EXTERNAL_ID = Query(sa.select(_ASKED.c.value, external_ids.holder(_ASKED.c.value)))


async def holders(caller: Caller, database: Connection, kind: Kind, values: Iterable[str]) -> dict[str, list[str]]:
    """Return for each normalized value the ids of the live contacts that have it, MOST_SHARERS + 1 at most."""
    rows = await database.all(HOLDERS[kind], customer_id=caller.customer_id, wanted=encoded_list(values))
    return {value: msgspec.json.decode(ids) for value, ids in rows}


async def holders_of_external_ids(caller: Caller, database: Connection, values: Iterable[str]) -> dict[str, list[str]]:
    """Return for each external_id the id of the contact that holds it, in a list."""
    rows = await database.all(HOLDERS_OF_EXTERNAL_ID, customer_id=caller.customer_id, wanted=encoded_list(values))
    return {value: [str(holder)] if holder else [] for value, holder in rows}


ASKED_IDS = sa.select(sa.cast(_ASKED.c.value, IdColumn))
DELETED_CONTACTS = Query(
    sa.select(t.c.id).where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.tm_delete.is_not(None),
        t.c.id.in_(ASKED_IDS),
    )
)


async def deleted(caller: Caller, database: Connection, contact_ids: Iterable[str]) -> set[str]:
    """Return those of the ids that are of deleted contacts."""
    rows = await database.all(DELETED_CONTACTS, customer_id=caller.customer_id, wanted=encoded_list(contact_ids))
    return {str(row[0]) for row in rows}


HOLD_CONTACTS = Query(
    sa.select(t.c.id, *IN_INDEX_AS, *(t.c[name] for name in ALL_TEXTS))
    .where(t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None), t.c.id.in_(ASKED_IDS))
    .order_by(t.c.id)
    .with_for_update(of=t)
)
ADDRESSES_OF_CONTACTS = {
    kind: Query(
        sa.select(kind.table.c.contact_id, *addresses.stored_columns(kind))
        .where(kind.table.c.customer_id == CUSTOMER_ID, kind.table.c.contact_id.in_(ASKED_IDS))
        .order_by(kind.table.c.id)
    )
    for kind in KINDS
}
TAGS_OF_CONTACTS = Query(
    sa.select(tagged.c.contact_id, tagged.c.tag_id, tagged.c.position)
    .where(tagged.c.customer_id == CUSTOMER_ID, tagged.c.contact_id.in_(ASKED_IDS))
    .order_by(tagged.c.position)
)


async def hold_all(caller: Caller, transaction: Connection, contact_ids: Iterable[str]) -> dict[str, ContactState]:
    """Return the live contacts of these ids, and let all other changes of them wait."""
    asked = {"customer_id": caller.customer_id, "wanted": encoded_list(contact_ids)}
    states = {}
    for contact_id, text, name, *texts in await transaction.all(HOLD_CONTACTS, **asked):
        named = dict(zip(ALL_TEXTS, texts, strict=True))
        states[str(contact_id)] = ContactState(
            str(contact_id), named, {kind: [] for kind in KINDS}, {}, Indexed(text, name)
        )
    if not states:
        return states
    for kind in KINDS:
        for contact_id, *row in await transaction.all(ADDRESSES_OF_CONTACTS[kind], **asked):
            if state := states.get(str(contact_id)):
                state.addresses[kind].append(addresses.stored_of(kind, row))
    for contact_id, tag_id, position in await transaction.all(TAGS_OF_CONTACTS, **asked):
        if state := states.get(str(contact_id)):
            state.tags[str(tag_id)] = position
    return states


_NEW_TIME = sa.bindparam("tm_update", type_=t.c.tm_update.type)
INSERT_CONTACTS = Query(
    sa.insert(t).values(
        values_of(t, *ALL_TEXTS, "sort_name", "search_text", "external_id_unique")
        | {"customer_id": CUSTOMER_ID, "id": CONTACT_ID, "tm_create": NOW, "tm_update": _NEW_TIME}
        | dict.fromkeys(("version", "search_version"), sa.literal_column("1"))
    )
)
_STAYS_UNIQUE = (t.c.external_id == external_ids.EXTERNAL_ID, t.c.external_id_unique)
CHANGE_CONTACTS = Query(
    sa.update(t)
    .values(
        values_of_change()
        | values_of(t, *TEXTS, "sort_name", "search_text")
        | {
            "search_version": t.c.version + sa.literal_column("1"),
            "external_id_unique": sa.case(_STAYS_UNIQUE, else_=sa.literal_column("''") != external_ids.EXTERNAL_ID),
        }
    )
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID)
)
REMOVE_ADDRESSES = {
    kind: Query(
        sa.delete(kind.table).where(
            kind.table.c.customer_id == CUSTOMER_ID,
            kind.table.c.contact_id == CONTACT_ID,
            kind.table.c.id == sa.bindparam("address_id", type_=IdColumn),
        )
    )
    for kind in KINDS
}
REMOVE_TAGS = Query(
    sa.delete(tagged).where(
        tagged.c.customer_id == CUSTOMER_ID, tagged.c.contact_id == CONTACT_ID, tagged.c.tag_id == TAG_ID
    )
)
_WRITES = (
    INSERT_CONTACTS,
    CHANGE_CONTACTS,
    *REMOVE_ADDRESSES.values(),
    REMOVE_TAGS,
    *addresses.INSERT_ADDRESS.values(),
    INSERT_CONTACT_TAG,
)
"""In the order in which they are run."""

StateChange = tuple[ContactState | None, ContactState]
"""A contact as it is, None where there is none yet, and as it is to be."""


async def write_all(caller: Caller, transaction: Changing, now: datetime, changes: Sequence[StateChange]) -> None:
    """Create contacts and change others, which are held: what was added to them, and what was taken off.

    Raises UniqueViolation where another has got an external_id, or an id, in this moment.
    """
    values: dict[Query, list[dict[str, Any]]] = {query: [] for query in _WRITES}
    indexed = {}
    for before, after in changes:
        indexed[after.id] = (before.indexed if before else NOTHING, after.wanted_index)
        for query, rows in _rows(caller, now, before, after._replace(indexed=indexed[after.id][1])):
            values[query].extend(rows)
        transaction.record(after.id, "updated" if before else "created", now, _field_changes(before, after))
    for query, rows in values.items():
        if rows:
            await transaction.run_many(query, rows)
    await search_index.write_entries(caller, transaction, indexed)


def _rows(
    caller: Caller, now: datetime, before: ContactState | None, after: ContactState
) -> Iterator[tuple[Query, list[dict[str, Any]]]]:
    """Yield the statements that make a contact what it is to be, with their values."""
    ids = {"customer_id": caller.customer_id, "contact_id": after.id}
    row: dict[str, Any] = {
        **ids,
        **after.texts,
        **after.indexed._asdict(),
        "external_id_unique": bool(after.texts["external_id"]),
        "now": after.tm_create or now,
        "tm_update": after.tm_update,
    }
    yield (CHANGE_CONTACTS if before else INSERT_CONTACTS), [row]
    for kind in KINDS:
        there = {one.id for one in before.addresses[kind]} if before else set()
        if gone := there - {one.id for one in after.addresses[kind]}:
            yield REMOVE_ADDRESSES[kind], [ids | {"address_id": one} for one in gone]
        fresh = [one for one in after.addresses[kind] if one.id not in there]
        yield addresses.INSERT_ADDRESS[kind], addresses.values_to_insert(caller, after.id, fresh)
    if not (tags := before.tags if before else {}) and not after.tags:
        return
    yield REMOVE_TAGS, [ids | {"tag_id": gone} for gone in tags.keys() - after.tags.keys()]
    new = [(tag_id, position) for tag_id, position in after.tags.items() if tag_id not in tags]
    yield INSERT_CONTACT_TAG, [ids | {"tag_id": tag_id, "position": position} for tag_id, position in new]


def _field_changes(before: ContactState | None, after: ContactState) -> list[FieldChange]:
    if before is None:
        return []
    changes = changes_between(dict(before.texts), dict(after.texts))
    for kind in KINDS:
        changes += addresses.address_changes(kind, before.addresses[kind], after.addresses[kind])
    changes += [removed(tag_id) for tag_id in before.tags if tag_id not in after.tags]
    return changes + [added(tag_id) for tag_id in after.tags if tag_id not in before.tags]


DELETE_CONTACTS = Query(
    sa.update(t)
    .values(values_of_change() | {"tm_delete": NOW, "tm_update": NOW})
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID)
)


async def put_into_trash(caller: Caller, transaction: Changing, now: datetime, states: Sequence[ContactState]) -> None:
    """Delete contacts, which are held."""
    rows = [{"customer_id": caller.customer_id, "contact_id": state.id, "now": now} for state in states]
    for query in (DELETE_CONTACTS, *addresses.HIDE_ADDRESSES.values()):
        await transaction.run_many(query, rows)
    await search_index.write_entries(caller, transaction, {state.id: (state.indexed, NOTHING) for state in states})
    for state in states:
        transaction.record(state.id, "deleted", now)
