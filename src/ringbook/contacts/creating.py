"""New contacts of a batch, created together: as contact.create would one by one, by few statements."""

from collections.abc import Sequence
from datetime import datetime

from ringbook.clock import new_ids, utc_now
from ringbook.contacts import addresses, bulk
from ringbook.contacts.bulk import ContactState
from ringbook.contacts.change_log import Changing
from ringbook.contacts.contact import TEXTS, WHOLE, NewContact, representation
from ringbook.contacts.entries import that_count
from ringbook.contacts.kinds import KINDS
from ringbook.contacts.row import VERSION, Representation
from ringbook.database.engine import Query, UniqueViolation
from ringbook.database.rendering import encoded_list
from ringbook.database.schema import contacts as t
from ringbook.errors import InvalidArgument
from ringbook.tenants.caller import Caller

MOST_TOGETHER = 50
"""How many contacts are created by the same statements: in some 20 ms."""

MOST_SIZE = 500
"""How much they may be in all: the event loop must not be held by contacts that have more in them than is usual."""

CHARACTERS_LIKE_AN_ADDRESS = 10
FEWEST_TOGETHER = 2

SELECT_CONTACTS = Query(WHOLE.add_columns(*VERSION).where(t.c.id.in_(bulk.ASKED_IDS)).order_by(t.c.id), long=True)


class Creating:
    """Creates the new ones of some contacts together, in their order, as long as nothing can be refused."""

    def __init__(self, caller: Caller, transaction: Changing) -> None:
        self._caller, self._transaction = caller, transaction
        self._held: set[str] = set()
        """The external_ids that contacts may hold."""
        self._unasked = 0

    async def create(self, contacts: Sequence[NewContact | None], at: int) -> list[Representation]:
        """Create the contacts from `at` on, up to None or one that may be refused, and return them."""
        now = utc_now()
        await self._ask(contacts, at)
        states = self._states(contacts[at : self._unasked], now)
        if len(states) < FEWEST_TOGETHER:
            return []
        self._held |= {state.texts["external_id"] for state in states} - {""}
        try:
            async with self._transaction.savepoint():
                await bulk.write_all(self._caller, self._transaction, now, [(None, state) for state in states])
        except UniqueViolation:  # another has been given an external_id in this moment
            return []
        wanted = encoded_list(state.id for state in states)
        rows = await self._transaction.all(SELECT_CONTACTS, customer_id=self._caller.customer_id, wanted=wanted)
        return [representation(row)._replace(is_new=True) for row in rows]

    async def _ask(self, contacts: Sequence[NewContact | None], at: int) -> None:
        """Learn who holds the external_ids of the next contacts, once for each."""
        if at < self._unasked:
            return
        self._unasked = at + MOST_TOGETHER
        external_ids = [one.external_id for one in contacts[at : self._unasked] if one and one.external_id]
        if external_ids:
            held = await bulk.holders_of_external_ids(self._caller, self._transaction, external_ids)
            self._held |= {external_id for external_id, holders in held.items() if holders}

    def _states(self, contacts: Sequence[NewContact | None], now: datetime) -> list[ContactState]:
        """Return what the first of the contacts are to be."""
        given: set[str | None] = set()
        states: list[ContactState] = []
        size = 0
        for contact in contacts:
            if not contact or contact.external_id in self._held | given or not (state := state_of_new(now, contact)):
                break
            size += _size(state)
            if size > MOST_SIZE:
                break
            given |= {contact.external_id} - {None, ""}
            states.append(state)
        ids = new_ids(now, len(states))
        return [state._replace(id=id_) for id_, state in zip(ids, states, strict=True)]


def _size(state: ContactState) -> int:
    """Return about how much work a contact is: one, and as much as each address or some characters of its texts."""
    addresses = sum(len(there) for there in state.addresses.values())
    characters = sum(len(text) for name, text in state.texts.items() if name != "notes")
    return 1 + addresses + characters // CHARACTERS_LIKE_AN_ADDRESS


def state_of_new(now: datetime, new: NewContact) -> ContactState | None:
    """Return what a contact is to be, but for its id; None where its two notations say different things."""
    try:
        counting = that_count({kind: new.entries(kind) for kind in KINDS}, stored={})
    except InvalidArgument:
        return None
    texts = {name: getattr(new, name) or "" for name in TEXTS} | {"source": new.source or "manual"}
    there = {kind: addresses.new_addresses(entries, now) for kind, entries in counting.items()}
    tags = dict.fromkeys(tag_id.lower() for tag_id in new.tag_ids or ())
    return ContactState("", texts, there, {tag_id: i for i, tag_id in enumerate(tags)})
