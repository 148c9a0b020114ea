"""/callerid, and what its answers look like."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http.resource import Resource, operation, parameter, required_parameter
from ringbook.api.lookup import PHONE_PARAMETER
from ringbook.calling.callerid import LONGEST_NAME, CallerId, look_up
from ringbook.calling.explaining import Explanation, explain
from ringbook.errors import FieldProblem, InvalidArgument, Reason

FORMATS = ("text", "hash", "json")
TEXT_LINE = "text/plain; charset=utf-8"


CALLERID_PARAMETERS = (
    PHONE_PARAMETER,
    parameter("name", "What to answer where no contact has the number.", {"type": "string"}, "WIRELESS CALLER"),
    parameter("format", "The form of the answer; text where absent.", {"enum": ["", *FORMATS]}, "text"),
    parameter("max", "The most characters of the name; more than 255 is cut.", {"type": "integer", "minimum": 1}, 15),
)


class CallerIdResource(Resource):
    """/callerid. Phones show whatever is answered, so the body of every error is empty: see problems.write."""

    @operation(
        "get_callerid",
        "lookup",
        "Who calls, in the form that was asked for.",
        CallerId,
        query=CALLERID_PARAMETERS,
        for_phones=True,
    )
    async def on_get(self, req: Request, resp: Response) -> None:
        """Get the name behind a phone number, in a form that phone systems can show.

        A number that no contact has is no error: the answer is the request's own `name`, or empty. So is no number.
        """
        params: Any = req.params
        form = params.get("format") or "text"
        most = _parse(form, params.get("max") or str(LONGEST_NAME))
        number, given_name = params.get("phone", ""), params.get("name", "")
        found = await look_up(req.context.caller, self.database, number, given_name, most, with_tags=form != "text")
        if number:
            self.calls.note(req.context.caller, "callerid", number, found.contact_id.encode())
        if form == "json":
            resp.data = msgspec.json.encode(found)
            return
        resp.content_type = TEXT_LINE
        resp.data = (found.name if form == "text" else _hash(found)).encode()

    on_head = on_get


class ExplanationResource(Resource):
    """/callerid/explain: for people, with errors as everywhere else."""

    @operation(
        "explain_callerid",
        "lookup",
        "What a phone shows, and why.",
        Explanation,
        query=(PHONE_PARAMETER | {"required": True, "allowEmptyValue": False},),
    )
    async def on_get(self, req: Request, resp: Response) -> None:
        """Explain what a phone shows of a caller's number: as which numbers it is read, and whom each of them finds."""
        number = required_parameter(req, "phone")
        resp.data = msgspec.json.encode(await explain(req.context.caller, self.database, number))

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
    return min(int(most), LONGEST_NAME)


def _hash(found: CallerId) -> str:
    """Return it form-encoded, as Asterisk's CURL() reads it with hashcompat; the tags with commas between them."""
    tags = ",".join(tag.replace(",", " ") for tag in found.tags)
    fields = {"name": found.name, "company": found.company, "contact_id": found.contact_id, "tags": tags}
    return urlencode(fields, quote_via=quote, safe="")  # hashcompat=yes leaves a + as it is
