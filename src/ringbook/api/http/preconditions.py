"""If-Match and If-None-Match: the ETags that a client has seen (RFC 9110, section 13)."""

import re

from falcon.asgi import Request

from ringbook.errors import FieldProblem, InvalidArgument, Reason

ENTITY_TAG = re.compile(r'[ \t,]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')


def etags(req: Request, header: str) -> list[str] | None:
    """Return the ETags that a header lists, or `*` alone; None where it is absent. Raises InvalidArgument."""
    text = req.get_header(header)
    if text is None:
        return None
    if text.strip() == "*":
        return ["*"]
    found, end = list[str](), 0
    while tag := ENTITY_TAG.match(text, end):
        found.append(tag[1])
        end = tag.end()
    if not found or text[end:].strip(" \t,"):
        message = "must be * or ETags as they were answered, in their quotation marks, with commas between"
        raise InvalidArgument.of([FieldProblem(header, message, Reason.INVALID_HEADER)])
    return found


def is_known(req: Request, etag: str) -> bool:
    """Tell whether If-None-Match has the ETag, compared weakly. Raises InvalidArgument."""
    known = [tag.removeprefix("W/") for tag in etags(req, "If-None-Match") or ()]
    return etag in known or known == ["*"]
