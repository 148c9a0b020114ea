"""What a person typed -> the address of a web server that is told of changes."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from msgspec import Meta

from ringbook.values.fields import Text

LONGEST_URL = 2000


class Url:
    """An address that requests can be sent to: http or https, with neither a credential nor a fragment."""

    __slots__ = ("url",)
    text = Annotated[Text, Meta(max_length=LONGEST_URL, extra_json_schema={"format": "uri"})]

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    def read(cls, text: str, region: str) -> Self:  # noqa: ARG003  an address is the same everywhere
        """Return the address that a person typed. Raises ValueError."""
        try:
            url = urlsplit(text.strip())
            usable = url.scheme in ("http", "https") and url.hostname and url.port != 0
        except ValueError:
            usable = False
        if not usable or not re.fullmatch("[!-~]+", text.strip()):
            raise ValueError("must be an address such as https://crm.example.com/hook, in ASCII")
        if "@" in url.netloc or "#" in text:
            raise ValueError("must be an address without a user name, a password and a fragment")
        return cls(text.strip())
