"""/contacts/{contact_id}/history."""

import re

from falcon.asgi import Request, Response

from ringbook.api.http.resource import PAGE_SIZE_PARAMETER, Resource, operation, parameter, refuse_unknown_parameters
from ringbook.contacts import change_log
from ringbook.contacts.change_log import ABOVE_EVERY_VERSION, HistoryPage
from ringbook.database.pages import parse_page
from ringbook.errors import FieldProblem, InvalidArgument, Reason

PAGE_TOKEN_PARAMETER = parameter(
    "page_token",
    "The next_page_token of the page before.",
    {"type": "string", "pattern": "^[0-9]{0,18}$"},
    "523981",
)


class HistoryResource(Resource):
    """/contacts/{contact_id}/history."""

    @operation(
        "get_contact_history",
        "read",
        "A page of the changes.",
        HistoryPage,
        query=(PAGE_SIZE_PARAMETER, PAGE_TOKEN_PARAMETER),
    )
    async def on_get(self, req: Request, resp: Response, contact_id: str) -> None:
        """List the changes of a contact, newest first: who made each, when, and what was before.

        A deleted contact has its history too. Changes of before this version, and those older than
        RINGBOOK_HISTORY_DAYS, are not in it.
        """
        refuse_unknown_parameters(req, self.on_get)
        page = parse_page(req.get_param("page_size", default=""), "")
        below = _below(req.get_param("page_token", default=""))
        resp.data = await change_log.history(req.context.caller, self.database, contact_id, below, page.size)

    on_head = on_get


def _below(page_token: str) -> int:
    if not page_token:
        return ABOVE_EVERY_VERSION
    if not re.fullmatch("[0-9]{1,18}", page_token):
        message = "must be the next_page_token of the page before"
        raise InvalidArgument.of([FieldProblem("page_token", message, Reason.INVALID_PAGE_TOKEN)])
    return int(page_token)
