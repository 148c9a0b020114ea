"""Which contact a row is of, and what it makes of it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ringbook.clock import new_ids
from ringbook.contacts.bulk import ALL_TEXTS, ContactState
from ringbook.contacts.contact_tags import MOST_TAGS
from ringbook.contacts.entries import Stored
from ringbook.contacts.kinds import EMAILS, KINDS, MOST_ADDRESSES, PHONE_NUMBERS, Kind
from ringbook.contacts.search_index import NOTHING
from ringbook.transfer.candidates import SOURCE_OF_IMPORT, Candidate, CandidateAddress
from ringbook.transfer.options import MatchKey
from ringbook.values.names import folded_words, name_of

KIND_OF_KEY: dict[MatchKey, Kind] = {"phone": PHONE_NUMBERS, "email": EMAILS}


def values_of_key(candidate: Candidate, key: MatchKey) -> list[str]:
    """Return what a row has to be known by."""
    if key == "external_id":
        return [candidate.texts["external_id"]] if candidate.texts.get("external_id") else []
    return list(candidate.addresses[KIND_OF_KEY[key]])


def name_words(texts: Mapping[str, str]) -> list[str]:
    """Return the words of a person's name as they are compared; none where only a company is named."""
    display_name, first_name, last_name = (texts.get(name, "") for name in ("display_name", "first_name", "last_name"))
    return folded_words(name_of(display_name, first_name, last_name, ""))


def agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two names may be of one person: each word of the shorter one begins a word of the other."""
    shorter, longer = sorted((one, other), key=lambda words: sum(map(len, words)))
    return all(any(word.startswith(begun) for word in longer) for begun in shorter)


def keys_of_state(state: ContactState) -> list[tuple[MatchKey, str]]:
    """Return all that a contact is known by."""
    external_id = state.texts["external_id"]
    keys: list[tuple[MatchKey, str]] = [("external_id", external_id)] if external_id else []
    for key, kind in KIND_OF_KEY.items():
        keys += [(key, one.kept.values[kind.normalized]) for one in state.addresses[kind]]
    return keys


def new_state(candidate: Candidate, contact_id: str, tag_ids: Sequence[str], now: datetime) -> ContactState:
    """Return the contact that a row makes."""
    texts = dict.fromkeys(ALL_TEXTS, "") | {"source": SOURCE_OF_IMPORT} | dict(candidate.texts)
    addresses = {kind: _stored(kind, candidate.addresses[kind], [], candidate.tm_create or now) for kind in KINDS}
    tags = {tag_id: position for position, tag_id in enumerate(dict.fromkeys(tag_ids))}
    times = (candidate.tm_create, candidate.tm_update)
    return ContactState(contact_id, texts, addresses, tags, NOTHING, *times, candidate.found_by)


def merged(
    state: ContactState, candidate: Candidate, tag_ids: Sequence[str], now: datetime, *, overwrite: bool
) -> ContactState | str:
    """Return what a row makes of a contact that is there, or why that cannot be.

    It fills what is empty, and adds. A text that is there stays, but with `overwrite`; where the contact was created
    by which way, and which number is its primary one, stays in any case.
    """
    texts = dict(state.texts)
    for name, text in candidate.texts.items():
        if name != "source" and (overwrite or not texts[name]):
            texts[name] = text
    addresses = {
        kind: [*state.addresses[kind], *_stored(kind, candidate.addresses[kind], state.addresses[kind], now)]
        for kind in KINDS
    }
    tags = dict(state.tags)
    for tag_id in tag_ids:
        tags.setdefault(tag_id, max(tags.values(), default=-1) + 1)
    for kind in KINDS:
        if len(addresses[kind]) > max(MOST_ADDRESSES, len(state.addresses[kind])):
            return f"the contact {state.id} would have more than {MOST_ADDRESSES} {kind.table.name.replace('_', ' ')}"
    if len(tags) > max(MOST_TAGS, len(state.tags)):
        return f"the contact {state.id} would have more than {MOST_TAGS} tags"
    if (texts, addresses, tags) == (state.texts, state.addresses, state.tags):
        return state
    return state._replace(texts=texts, addresses=addresses, tags=tags, found_by=None)


def _stored(kind: Kind, given: Mapping[str, CandidateAddress], there: Sequence[Stored], now: datetime) -> list[Stored]:
    """Return the addresses that are not `there` yet; one is primary if it says so, and none is."""
    known = {one.kept.values[kind.normalized] for one in there}
    fresh = [one for value, one in given.items() if value not in known]
    if not fresh:
        return []
    primary = next((one for one in reversed(fresh) if one.is_primary), None)
    if any(one.is_primary for one in there):
        primary = None
    ids = new_ids(now, len(fresh))
    return [Stored(id_, now, one is primary, one.kept) for id_, one in zip(ids, fresh, strict=True)]
