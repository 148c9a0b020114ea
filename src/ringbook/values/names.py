"""What a contact is called, and how its name is sorted and searched. Pure."""

import unicodedata

LONGEST_SORT_NAME = 600
"""How many characters of a sort_name are kept: at 4 bytes each they fit into an index of PostgreSQL (2,704 bytes)."""

APOSTROPHES = "'\u2018\u2019\u02bb\u02bc\ua78c"
LETTERS = str.maketrans(
    dict(zip("øłđðħŧıŋəǝĸƒ", "olddhtineekf", strict=True))
    | dict(zip("ƀɓƈɖɗɛǥɠɣɨɩƙƚɫɲɔɍʈƭʉʋƴƶʒ", "bbcddegggiikllnorttuvyzz", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th"}
    | dict(zip("ґғҕқҝҡңҥҫҭұүҳһө", "гггкккннстууххо", strict=True))
    | dict(zip("ךםןףץ", "כמנפצ", strict=True))
    | dict(zip("ٱىیېےکڪھہەةۀ", "اييييككههههه", strict=True))
    | {"ـ": None}
)
"""Letters that Unicode does not take apart: with a stroke, a hook or a tail; ligatures; final and regional forms."""

_ASCII = str.maketrans({chr(code): None if chr(code) == "'" else " " for code in range(128) if not chr(code).isalnum()})


def name_of(display_name: str, first_name: str, last_name: str, company: str) -> str:
    """Return what to show of a contact: display_name, else first and last name, else company, else ''.

    The one rule for phone books and caller ids. Blanks at the ends do not count.
    """
    return display_name.strip() or f"{first_name.strip()} {last_name.strip()}".strip() or company.strip()


def folded_words(text: str) -> list[str]:
    """Return the words of `text` as they are compared: without case, accents, apostrophes and signs.

    NFKD (Unicode Standard Annex 15) takes the accents off their letters, and LETTERS what it leaves; what is then no
    letter, digit or mark is a blank: "Müller-Weiß" -> muller, weiss; "Sørensen" -> sorensen.
    """
    if text.isascii():
        return text.lower().translate(_ASCII).split()
    letters = []
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    for character in taken_apart.translate(LETTERS):
        if unicodedata.category(character)[0] in "LNM":
            if not unicodedata.combining(character):
                letters.append(character)
        elif character not in APOSTROPHES:
            letters.append(" ")
    return "".join(letters).split()


def sort_name(display_name: str, first_name: str, last_name: str, company: str) -> str:
    r"""Return what is kept of a contact's names to sort and to search them by; '' where it has none.

    First the words of the name shown, then, behind a line break, the other words by which somebody may look for it:
    " john smith\n acme corp". A blank before each word tells where one begins; the line break sorts before it, so that
    "John" stands before "John Smith".
    """
    shown = folded_words(name_of(display_name, first_name, last_name, company))
    others = [word for word in folded_words(f"{first_name} {last_name} {company}") if word not in shown]
    main, more = (" ".join(["", *words]) for words in (shown, dict.fromkeys(others)))
    return (f"{main}\n{more}" if more else main)[:LONGEST_SORT_NAME]
