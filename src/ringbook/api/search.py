"""/contacts/search."""

from falcon.asgi import Request, Response

from ringbook.api.http.resource import (
    PAGE_SIZE_PARAMETER,
    Resource,
    operation,
    parameter,
    refuse_unknown_parameters,
    required_parameter,
)
from ringbook.contacts import search
from ringbook.contacts.search import LONGEST_QUERY, SearchResult
from ringbook.database import pages

Q_PARAMETER = parameter(
    "q",
    "The beginnings of words of the names, the company, the job title and the addresses, in any order; or of a number,"
    " or its end.",
    {"type": "string", "maxLength": LONGEST_QUERY},
    "smith jo",
)
SEARCH_TOKEN_PARAMETER = parameter(
    "page_token",
    "The next_page_token of the page before.",
    {"type": "string"},
    "3.019c3860-0000-7000-8000-000000000000",
)


class SearchResource(Resource):
    """/contacts/search."""

    @operation(
        "search_contacts",
        "read",
        "A page of the contacts that were found.",
        SearchResult,
        query=(Q_PARAMETER, PAGE_SIZE_PARAMETER, SEARCH_TOKEN_PARAMETER),
    )
    async def on_get(self, req: Request, resp: Response) -> None:
        """Find contacts by what somebody types into one box, best first.

        All words must match, each by its beginning. First is who has the whole number or address, then whose name is
        or begins so, then those with the words in their names, then the rest; each by name.
        """
        refuse_unknown_parameters(req, self.on_get)
        q, caller = required_parameter(req, "q"), req.context.caller
        size = pages.parse_page(req.get_param("page_size", default=""), "").size
        page = search.parse_search_page(size, req.get_param("page_token", default=""))
        resp.data = await search.search_contacts(caller, self.database, search.parse_query(q, caller.region), page)

    on_head = on_get
