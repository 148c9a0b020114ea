"""/contacts/changes: the feed of changes, with long poll."""

import re
import time

from falcon.asgi import Request, Response

from ringbook.api.http.resource import PAGE_SIZE_PARAMETER, Resource, operation, parameter, refuse_unknown_parameters
from ringbook.clock import utc_now
from ringbook.contacts import change_feed
from ringbook.contacts.change_feed import ChangePage, Feed
from ringbook.database.pages import parse_page
from ringbook.errors import FieldProblem, InvalidArgument, Reason

LONGEST_WAIT = 30
"""In seconds."""


class ChangesResource(Resource):
    """/contacts/changes."""

    @operation(
        "list_changes",
        "read",
        "The contacts that have changed, and the token to go on with.",
        ChangePage,
        query=(
            parameter("since", "The `next` of the answer before.", {"type": "string"}, ""),
            PAGE_SIZE_PARAMETER,
            parameter(
                "wait",
                "How many seconds to wait for news where there are none.",
                {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT},
                0,
            ),
        ),
        may_expire=True,
    )
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the contacts that have changed since a token, each as it is now, deleted ones as tombstones.

        Without `since`: a token for now and nothing else; read the list of all contacts after it. What is told twice is
        the same. 410 TOKEN_EXPIRED: get a new token, then list all again.
        """
        refuse_unknown_parameters(req, self.on_get)
        caller = req.context.caller
        size = parse_page(req.get_param("page_size", default=""), "").size
        seconds = _seconds(req.get_param("wait", default=""))
        since = req.get_param("since", default="")
        if not since:
            front = await change_feed.front(caller, self.database)
            resp.data = Feed([], front, front).json(caller, utc_now())
            return
        positions = change_feed.read_token(caller, utc_now(), self.settings.changes_days, since)
        until = time.monotonic() + seconds

        async def gone() -> None:
            """Return when the client has closed its connection."""
            while (await req._receive())["type"] != "http.disconnect":  # noqa: SLF001  ASGI's own; Falcon has no other
                pass

        feed = await change_feed.read_feed(caller, self.database, positions, size)
        while not feed.entries and await self.news.wait(caller, feed.front, until - time.monotonic(), gone):
            feed = await change_feed.read_feed(caller, self.database, positions, size)
        resp.data = feed.json(caller, utc_now())

    on_head = on_get


def _seconds(wait: str) -> int:
    if not re.fullmatch("[0-9]{0,10}", wait) or int(wait or 0) > LONGEST_WAIT:
        message = f"must be a whole number of seconds, at most {LONGEST_WAIT}"
        raise InvalidArgument.of([FieldProblem("wait", message, Reason.INVALID_QUERY_PARAMETER)])
    return int(wait or 0)
