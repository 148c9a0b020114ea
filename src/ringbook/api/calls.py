"""/calls."""

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http.resource import Resource, operation, parameter, refuse_unknown_parameters
from ringbook.calling.call_log import CallList, last_calls
from ringbook.database.pages import lowest_id_since

SINCE = parameter(
    "since", "Only calls of this RFC 3339 time or later.", {"type": "string"}, "2026-02-07T14:45:59.038962Z"
)


class CallsResource(Resource):
    """/calls."""

    @operation("list_calls", "read", "The last calls, newest first.", CallList, query=(SINCE,))
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the last 200 lookups and caller ids, whatever asked for them, and whom they found.

        A call is there within some 2 seconds, seldom in the order of the times: who polls asks for 10 seconds more than
        he has, and leaves out the ids that he knows. Lookups of many at once are none.
        """
        refuse_unknown_parameters(req, self.on_get)
        since = lowest_id_since("since", req.get_param("since", default=""))
        calls = await last_calls(req.context.caller, self.database, since)
        resp.data = msgspec.json.encode(CallList(calls, is_kept=self.settings.calls_days > 0))

    on_head = on_get
