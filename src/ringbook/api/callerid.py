"""The handler of /callerid, and what its answers look like."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http.auth import LOOKUP
from ringbook.calling import callerid
from ringbook.calling.callerid import LONGEST
from ringbook.database.engine import Database
from ringbook.errors import FieldProblem, InvalidArgument, Reason

FORMATS = ("text", "hash", "json")
TEXT = "text/plain; charset=utf-8"


class CallerId:
    """/callerid. Phones show whatever is answered, so the body of every error is empty: see problems.write."""

    scopes = LOOKUP

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the name behind a phone number, in a form that phone systems can show.

        A number that no contact has is no error: the answer is the request's own `name`, or empty. So is no number.
        """
        caller = req.context.caller
        params: Any = req.params
        form = params.get("format") or "text"
        most = _parse(form, params.get("max") or str(LONGEST))
        found = await callerid.look_up(
            self._database,
            caller.customer_id,
            caller.default_region,
            params.get("phone", ""),
            params.get("name", ""),
            most,
            with_tags=form != "text",
        )
        if form == "json":
            resp.data = msgspec.json.encode(found)
            return
        resp.content_type = TEXT
        resp.data = (found.name if form == "text" else _hash(found)).encode()

    on_head = on_get


def _parse(form: str, most: str) -> int:
    """Return the most characters of the name. Raises InvalidArgument."""
    problems = []
    if form not in FORMATS:
        problems.append(FieldProblem("format", "must be text, hash or json", Reason.INVALID_QUERY_PARAMETER))
    if not re.fullmatch("0{0,100}[1-9][0-9]{0,100}", most):
        problems.append(FieldProblem("max", "must be a whole number, 1 or more", Reason.INVALID_QUERY_PARAMETER))
    if problems:
        raise InvalidArgument.of(problems)
    return min(int(most), LONGEST)


def _hash(found: callerid.CallerId) -> str:
    """Return it form-encoded, as Asterisk's CURL() reads it with hashcompat; the tags with commas between them."""
    tags = ",".join(tag.replace(",", " ") for tag in found.tags)
    fields = {"name": found.name, "company": found.company, "contact_id": found.contact_id, "tags": tags}
    return urlencode(fields, quote_via=quote, safe="")  # hashcompat=yes leaves a + as it is
