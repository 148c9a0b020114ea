"""What a contact is called, and how its name is sorted and searched. Pure."""

import unicodedata

LONGEST_SORT_NAME = 100
"""How many characters of a sort_name are kept: they stand in the index for search once for each word of a contact."""

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
    """Return what a contact is sorted by, '' where it has no name: " john smith", the words of the name shown.

    A blank before each word tells where one begins.
    """
    words = folded_words(name_of(display_name, first_name, last_name, company))
    return " ".join(["", *words])[:LONGEST_SORT_NAME]
