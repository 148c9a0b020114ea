"""/phonebooks: for each make of phone its form, its pages and its way to search."""

import asyncio
import hashlib
import itertools
import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from falcon.asgi import Request, Response

from ringbook import __version__
from ringbook.api.description.examples import EXAMPLE_CONTACT_ID
from ringbook.api.http.resource import Handler, Resource, operation, parameter
from ringbook.api.http.sites import public_address
from ringbook.api.http.streams import stream
from ringbook.config import Settings
from ringbook.contacts import book_versions
from ringbook.database.engine import Database
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.phonebooks import book, forms
from ringbook.phonebooks.book import FRONT, Entry, Search
from ringbook.phonebooks.forms import Book
from ringbook.tenants.caller import Caller
from ringbook.values.fields import UUID

LONGEST_SEARCH = 100
CISCO_MOST = 32
"""Entries on a page: Cisco Unified IP Phone Services Application Development Notes, CiscoIPPhoneDirectory."""

SNOM_MOST = 50
ENTRIES_AT_A_TIME = 20
"""How many entries are written before others get their turn: each may have 100 numbers."""

GIGASET_MOST = 100
STEPS = ("", "search", "list")
XML = "text/xml"

WHOLE_NUMBER = {"type": "integer", "minimum": 0}
SEARCH_TEXT = {"type": "string", "maxLength": LONGEST_SEARCH}
SEARCH_PARAMETER = parameter(
    "q", "What to search for: the beginnings of words, or of a number, or its end.", SEARCH_TEXT, "smith"
)
MENU_PARAMETERS = (
    parameter("step", "What the phone is to show; set in the links.", {"enum": [*STEPS]}, "list"),
    parameter(
        "after",
        "The contact before the page; set in the links.",
        {"type": "string", "format": "uuid"},
        EXAMPLE_CONTACT_ID,
    ),
)
LIST_PARAMETERS = (
    parameter("set_first", "What to search for, a * ignored.", SEARCH_TEXT, "smi"),
    parameter("first", "The first entry wanted, counted from 1.", WHOLE_NUMBER, 1),
    parameter("count", "How many; 0 is 100, more than 100 is cut.", WHOLE_NUMBER, 20),
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone asks for."""

    caller: Caller
    here: str
    """The address without its query."""
    credential: dict[str, str]
    """The access key as it stood in the query; phones can send none but in the links that they are given."""
    q: str
    wanted: Search
    step: str
    after: str
    first: int
    count: int

    def link(self, **parameters: str) -> str:
        """Return a link to this phone book with other parameters."""
        return f"{self.here}?{urlencode(self.credential | parameters)}"


Answer = Callable[[Database, Asked], AsyncIterator[str]]


def phonebook(form: str, *query: dict[str, Any]) -> Callable[[Handler], Handler]:
    """Declare the operation of a form of the phone book, which takes q and whatever else its phones send."""
    return operation(
        f"get_{form}_phonebook",
        "phonebook",
        "The phone book.",
        XML,
        query=(SEARCH_PARAMETER, *query),
        has_etag=True,
    )


class PhonebookResource(Resource):
    """/phonebooks/{form}: the contacts with a number, by name.

    Answers 304 where If-None-Match has the ETag of before and no contact has changed since.
    """

    async def respond(self, req: Request, resp: Response, answer: Answer) -> None:
        """Answer with what `answer` yields part by part."""
        asked = _parse(req, self.settings)
        version = await book_versions.read(asked.caller, self.database)
        about = f"{__version__}\n{asked.caller.customer_id}\n{req.uri}\n{version}"
        tag = hashlib.sha256(about.encode()).hexdigest()[:32]
        resp.set_header("ETag", f'W/"{tag}"')
        resp.set_header("Cache-Control", "private, no-cache")
        known = req.if_none_match or []
        if tag in known or "*" in known:
            resp.status = 304
            return
        resp.content_type = f"{XML}; charset=utf-8"
        await stream(req, resp, _encoded(answer(self.database, asked)))


async def _encoded(parts: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for part in parts:
        yield part.encode()


def _parse(req: Request, settings: Settings) -> Asked:
    """Return what is asked for. Raises InvalidArgument."""

    def get(name: str) -> str:
        return req.get_param(name, default="")

    q = get("q") or get("set_first").replace("*", "")
    problems = [
        FieldProblem(name, f"has more than {LONGEST_SEARCH} characters")
        for name in ("q", "set_first")
        if len(get(name)) > LONGEST_SEARCH
    ]
    if get("step") not in STEPS:
        problems.append(FieldProblem("step", "must be search or list"))
    if get("after") and not UUID.fullmatch(get("after").lower()):
        problems.append(FieldProblem("after", "is not a UUID"))
    numbers = {}
    for name in ("first", "count"):
        if not re.fullmatch("[0-9]{0,1000}", get(name)):
            problems.append(FieldProblem(name, "must be a whole number, 0 or more"))
        numbers[name] = int(re.sub("[^0-9]", "", get(name).lstrip("0"))[:10] or 0)
    if problems:
        raise InvalidArgument.of([problem._replace(reason=Reason.INVALID_QUERY_PARAMETER) for problem in problems])
    return Asked(
        caller=req.context.caller,
        here=f"{public_address(req, settings)}{req.path}",
        credential={name: get(name) for name in ("token", "accesskey") if get(name)},
        q=q,
        wanted=book.search(q, req.context.caller.region),
        step=get("step"),
        after=get("after").lower(),
        **numbers,
    )


def whole(form: Book) -> Answer:
    """Return what answers with all that is found, in that form."""

    async def answer(database: Database, asked: Asked) -> AsyncIterator[str]:
        count = itertools.count()
        yield form.head
        async for entries in book.read_all(asked.caller, database, asked.wanted):
            for i in range(0, len(entries), ENTRIES_AT_A_TIME):
                yield "".join([form.entry(entry, count) for entry in entries[i : i + ENTRIES_AT_A_TIME]])
                await asyncio.sleep(0)
        yield form.tail

    return answer


async def cisco(database: Database, asked: Asked) -> AsyncIterator[str]:
    """Yield Cisco's menu; behind its items the question what to search for, and the directory."""
    if asked.step == "search":
        yield forms.search_input("Cisco", asked.link(step="list"), "q")
    elif asked.step or asked.q or asked.after:
        yield forms.cisco_page(*await _page(database, asked, CISCO_MOST))
    else:
        yield forms.cisco_menu(asked.link(step="search"), asked.link(step="list"))


async def snom(database: Database, asked: Asked) -> AsyncIterator[str]:
    """Yield a page of the menu of a Snom desk phone, or the question what to search for.

    The phone puts the parameter it asks for behind a `?`, so the parameter's name carries the rest.
    """
    if asked.step == "search":
        parameter = "&".join(filter(None, (urlencode(asked.credential), "q")))
        yield forms.search_input("Snom", asked.here, parameter)
    else:
        yield forms.snom_page(*await _page(database, asked, SNOM_MOST))


async def gigaset(database: Database, asked: Asked) -> AsyncIterator[str]:
    """Yield the part of the list that first and count ask for, with the total."""
    first, most = max(asked.first, 1), min(asked.count or GIGASET_MOST, GIGASET_MOST)
    entries = await book.read(asked.caller, database, asked.wanted, FRONT, most, first - 1)
    total = await book.count(asked.caller, database, asked.wanted) if entries else 0
    yield forms.gigaset_list(entries, first, total)


async def _page(database: Database, asked: Asked, most: int) -> tuple[list[Entry], str]:
    """Return the contacts that fit on a page of `most` numbers, and the next page's link, '' on the last one.

    Of a contact that has more than that, as many as fit.
    """
    after = await book.position_of(asked.caller, database, asked.after) if asked.after else FRONT
    found = await book.read(asked.caller, database, asked.wanted, after, most + 1)
    entries: list[Entry] = []
    room = most
    for entry in found:
        entry.numbers = entry.numbers[:most]
        room -= len(entry.numbers)
        if room < 0:
            break
        entries.append(entry)
    if len(entries) == len(found):
        return entries, ""
    return entries, asked.link(step="list", q=asked.q, after=entries[-1].id)


class YealinkResource(PhonebookResource):
    """/phonebooks/yealink."""

    @phonebook("yealink")
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the phone book of Yealink phones, whole."""
        await self.respond(req, resp, whole(forms.YEALINK))

    on_head = on_get


class CiscoResource(PhonebookResource):
    """/phonebooks/cisco."""

    @phonebook("cisco", *MENU_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the menu of Cisco phones.

        Behind its links are the question what to search for, and pages of 32 entries.
        """
        await self.respond(req, resp, cisco)

    on_head = on_get


class SnomResource(PhonebookResource):
    """/phonebooks/snom."""

    @phonebook("snom", *MENU_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get a page of the menu of Snom desk phones.

        Behind its link is the next page of 50 entries.
        """
        await self.respond(req, resp, snom)

    on_head = on_get


class SnomWholeResource(PhonebookResource):
    """/phonebooks/snom-book."""

    @phonebook("snom_whole")
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the phone book that Snom desk phones load whole."""
        await self.respond(req, resp, whole(forms.SNOM_BOOK))

    on_head = on_get


class IpPhoneResource(PhonebookResource):
    """/phonebooks/ipphone."""

    @phonebook("ipphone")
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the phone book of Fanvil, Snom DECT and other phones, whole."""
        await self.respond(req, resp, whole(forms.IPPHONE))

    on_head = on_get


class GrandstreamResource(PhonebookResource):
    """/phonebooks/grandstream."""

    @phonebook("grandstream")
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the phone book of Grandstream phones, whole."""
        await self.respond(req, resp, whole(forms.GRANDSTREAM))

    on_head = on_get


class GrandstreamFileResource(PhonebookResource):
    """/phonebooks/grandstream/phonebook.xml."""

    @phonebook("grandstream_file")
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the phone book of Grandstream phones, whole, at the path that they ask for.

        The phones put phonebook.xml behind the path that they are given.
        """
        await self.respond(req, resp, whole(forms.GRANDSTREAM))

    on_head = on_get


class GigasetResource(PhonebookResource):
    """/phonebooks/gigaset."""

    @phonebook("gigaset", *LIST_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get a part of the list of Gigaset phones.

        It says from which entry to which it goes, and how many there are.
        """
        await self.respond(req, resp, gigaset)

    on_head = on_get


FORMS: dict[str, type[PhonebookResource]] = {
    "yealink": YealinkResource,
    "cisco": CiscoResource,
    "snom": SnomResource,
    "snom-book": SnomWholeResource,
    "ipphone": IpPhoneResource,
    "grandstream": GrandstreamResource,
    "grandstream/phonebook.xml": GrandstreamFileResource,
    "gigaset": GigasetResource,
}
"""By the path below /phonebooks."""
