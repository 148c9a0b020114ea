"""src/ringbook/page/recipes.js: the lines of docs/telephony for the page, which puts host and key into them.

`make recipes` writes it anew. What the page fills in stands in « ».
"""

import json
import re
from pathlib import Path

from ringbook.api.page import FOLDER

TELEPHONY = Path(__file__).parents[2] / "docs/telephony"
RECIPES = FOLDER / "recipes.js"
SYSTEMS = ("freeswitch", "asterisk", "freepbx", "kamailio", "opensips")
DESK_PHONES = ("yealink", "cisco", "snom", "fanvil", "grandstream", "gigaset")

BLOCK = re.compile(
    r"^```\w+\n(?P<fenced>(?:(?!```)[^\n]*\n)+)```$"
    r"|(?P<indented>(?:^    [^\n]*\n)+)"
    r"|^\| Field \| Value \|\n[^\n]*\n(?P<form>(?:\|[^\n]*\n)+)",
    re.MULTILINE,
)
FILLED_IN = (
    (r"https?://ringbook\.example\.com(?::8080)?", "«url»"),
    (r"ringbook\.example\.com:8080|ringbook\.example\.com(?=/)", "«host»"),
    (r"ringbook\.example\.com", "«hostname»"),
    (r"rb_your_key|\bKEY\b", "«key»"),
    (r"^8080$", "«port»"),
    (r"^HTTP$", "«HTTP»"),
    (r"^(?=/v1\.0/)", "«prefix»"),
    (r"(?<=^P330 = )3$", "«P330»"),
)


def with_places(text):
    """Return a text with places for what the page fills in."""
    for shown, place in FILLED_IN:
        text = re.sub(shown, place, text, flags=re.MULTILINE)
    return text


def blocks(page):
    """Return what is to be copied of a page: texts, and of a form its fields with their values."""
    found = []
    for match in BLOCK.finditer(page):
        if form := match["form"]:
            rows = re.findall(r"^\| ([\w ]+) \| `(.*)` \|$", form, re.MULTILINE)
            found.append([[name, with_places(value)] for name, value in rows])
        else:
            text = match["fenced"] or re.sub("^    ", "", match["indented"], flags=re.MULTILINE)
            found.append(with_places(text).rstrip("\n"))
    return found


def all_recipes():
    """Return the blocks of each system and each make of phone."""
    found = {name: blocks((TELEPHONY / f"{name}.md").read_text()) for name in (*SYSTEMS, *DESK_PHONES)}
    # the lines to replace stand in the file as well
    found["kamailio"][1:] = [with_places((TELEPHONY / "kamailio.cfg").read_text()).rstrip("\n")]
    return found


def module():
    """Return the text of recipes.js."""
    lines = ["// The lines of docs/telephony, as `make recipes` takes them over. What is filled in stands in « ».", ""]
    lines.append("export const recipes = {")
    for name, texts in all_recipes().items():
        lines += [f"  {name}: ["]
        lines += [f"    {json.dumps(text, ensure_ascii=False)}," for text in texts]
        lines += ["  ],"]
    return "\n".join([*lines, "};", ""])


if __name__ == "__main__":
    RECIPES.write_text(module())
