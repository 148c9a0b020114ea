"""A chunk of rows, brought in by one transaction: which contact each is of, and what becomes of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ringbook.clock import new_id, new_ids
from ringbook.contacts import bulk, tags
from ringbook.contacts.bulk import ASKED_IDS, MOST_SHARERS, ContactState
from ringbook.contacts.change_log import Changing
from ringbook.contacts.tags import fold_name
from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CUSTOMER_ID
from ringbook.database.rendering import encoded_list
from ringbook.database.schema import contact_changes
from ringbook.database.schema import contacts as t
from ringbook.tenants.caller import Caller
from ringbook.transfer.candidates import Candidate
from ringbook.transfer.imports import IMPORT_ID, RowOutcome
from ringbook.transfer.merging import KIND_OF_KEY, agree, keys_of_state, merged, name_words, new_state, values_of_key
from ringbook.transfer.options import MATCH_KEYS, ImportOptions, MatchKey
from ringbook.values.fields import UUID

Key = tuple[MatchKey, str]

CONTACTS_BEFORE_IMPORT = Query(
    sa.select(t.c.id).where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.id.in_(ASKED_IDS),
        ~sa.exists().where(
            contact_changes.c.customer_id == CUSTOMER_ID,
            contact_changes.c.contact_id == t.c.id,
            contact_changes.c.by_id == IMPORT_ID,
            contact_changes.c.action == sa.literal_column("'created'"),
        ),
    )
)


class RowResult(NamedTuple):
    """What came of a row."""

    candidate: Candidate
    outcome: RowOutcome
    contact_id: str = ""
    error: str = ""


class Chunk:
    """The contacts that the rows of a chunk may be of, as they are and as they become."""

    def __init__(self, caller: Caller, options: ImportOptions, now: datetime, size: int) -> None:
        self._caller = caller
        self._options = options
        self._now = now
        self._ids = new_ids(now, size)
        self._holders: dict[Key, list[str]] = {}
        self._before: dict[str, ContactState] = {}
        self._states: dict[str, ContactState] = {}
        self._were_there: set[str] = set()
        """Which of the holders were in the book before the import."""
        self._in_trash: set[str] = set()
        self._is_written: set[str] = set()

    async def load(self, candidates: Sequence[Candidate], *databases: Connection) -> None:
        """Read what is known of the contacts that rows may be of; of the first database what several know.

        The last one is the book itself.
        """
        keys = dict.fromkeys(
            (key, value) for one in candidates for key in MATCH_KEYS for value in values_of_key(one, key)
        )
        wanted = dict.fromkeys(one.id for one in candidates if one.id)
        for database in databases:
            for key in MATCH_KEYS:
                values = [value for of_key, value in keys if of_key == key]
                for value, ids in (await self._find(database, key, values)).items():
                    self._holders[key, value] = list(dict.fromkeys([*self._holders.get((key, value), ()), *ids]))
            if wanted:
                self._in_trash |= await bulk.deleted(self._caller, database, wanted)
        holders = dict.fromkeys(one for ids in self._holders.values() if len(ids) <= MOST_SHARERS for one in ids)
        if holders:
            asked = {"customer_id": self._caller.customer_id, "import_id": self._caller.who}
            rows = await databases[-1].all(CONTACTS_BEFORE_IMPORT, **asked, wanted=encoded_list(holders))
            self._were_there = {str(row[0]) for row in rows}
        wanted |= holders
        for database in databases:
            missing = [contact_id for contact_id in wanted if contact_id not in self._before]
            if missing:
                held = await bulk.hold_all(self._caller, database, missing)
                self._before |= held
                self._is_written |= held.keys() if database is databases[0] else set()
        self._states |= self._before

    async def _find(self, database: Connection, key: MatchKey, values: Sequence[str]) -> dict[str, list[str]]:
        if not values:
            return {}
        if key == "external_id":
            return await bulk.holders_of_external_ids(self._caller, database, values)
        return await bulk.holders(self._caller, database, KIND_OF_KEY[key], values)

    def apply(self, candidate: Candidate, tag_ids: Sequence[str]) -> RowResult:
        """Return what becomes of a row: it is of a contact that is there, or of a new one."""
        is_in_trash = candidate.id in self._in_trash
        if candidate.problem or is_in_trash:
            error = f"the contact {candidate.id} is in the trash" if is_in_trash else candidate.problem
            return RowResult(candidate, "rejected", error=error)
        if candidate.is_empty:
            return RowResult(candidate, "skipped")
        state = self._match(candidate)
        if state is not None and self._options.on_duplicate == "skip":
            return RowResult(candidate, "skipped", state.id)
        if state is None:
            contact_id = candidate.id or self._ids.pop(0)
            return self._put(candidate, None, new_state(candidate, contact_id, tag_ids, self._now))
        after = merged(state, candidate, tag_ids, self._now, overwrite=self._options.overwrite)
        if isinstance(after, str):
            return RowResult(candidate, "rejected", state.id, after)
        return RowResult(candidate, "skipped", state.id) if after == state else self._put(candidate, state, after)

    def _match(self, candidate: Candidate) -> ContactState | None:
        """Return the contact that a row is of.

        One that has another external_id is another contact, also where it has the same number.
        """
        if candidate.id:
            return self._states.get(candidate.id)
        if self._options.on_duplicate == "create":
            return None
        external_id = candidate.texts.get("external_id", "")
        for key in self._options.match:
            for value in values_of_key(candidate, key):
                state = self._match_by(candidate, key, value)
                if state and (not external_id or state.texts["external_id"] in ("", external_id)):
                    return state
        return None

    def _match_by(self, candidate: Candidate, key: MatchKey, value: str) -> ContactState | None:
        """Return the only contact that has a value and may be the row's; of several, the only one of the same name.

        Of a file of our own, rows that share a number are several contacts. In other files, a number of which only
        this import knows is not enough where the names say that these are two, such as colleagues at one switchboard.
        """
        ids = self._holders.get((key, value), [])
        if len(ids) > MOST_SHARERS:
            return None
        states = [self._states[one] for one in ids if one in self._states]
        if key != "external_id":
            before = [one for one in states if one.id in self._were_there]
            if candidate.row.contact.is_own:
                states = before
            elif not before:
                states = [one for one in states if agree(name_words(candidate.texts), name_words(one.texts))]
            if len(states) > 1:
                name = name_words(candidate.texts)
                states = [one for one in states if name and name_words(one.texts) == name]
        return states[0] if len(states) == 1 else None

    def _put(self, candidate: Candidate, before: ContactState | None, after: ContactState) -> RowResult:
        external_id = after.texts["external_id"]
        if external_id != (before.texts["external_id"] if before else ""):
            holders = self._holders.get(("external_id", external_id), [])
            if others := [holder for holder in holders if holder != after.id]:
                message = f"external_id {external_id}: the contact {others[0]} has it already"
                return RowResult(candidate, "rejected", error=message)
        self._states[after.id] = after
        for key in keys_of_state(after):
            holders = self._holders.setdefault(key, [])
            if after.id not in holders:
                holders.append(after.id)
        return RowResult(candidate, "updated" if before else "created", after.id)

    def changes(self) -> list[bulk.StateChange]:
        """Return what is to be written, into the first database of those that were read."""
        return [
            (self._before[contact_id] if contact_id in self._is_written else None, state)
            for contact_id, state in self._states.items()
            if state is not self._before.get(contact_id)
        ]


async def tag_ids(
    caller: Caller,
    database: Connection,
    transaction: Changing,
    now: datetime,
    names: Sequence[str],
    known: Mapping[str, str],
    *,
    make: bool,
) -> dict[str, str]:
    """Return the ids of tags by their folded names, those `known` aside; made if need be, and if they may."""
    folded = {fold_name(name): name for name in names}
    missing = [name for name in folded if name not in known]
    if not missing:
        return {}
    found = await tags.find_ids(caller, database, missing)
    for name in missing:
        if UUID.fullmatch(name) and name not in found:  # a tag of another system, as an export has it
            found[name] = name
        elif name not in found:
            found[name] = await tags.add(caller, transaction, now, folded[name]) if make else new_id(now)
    return found
