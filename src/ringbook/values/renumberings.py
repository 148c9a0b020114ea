"""Numbers that are known in two forms: an old one and a new one, or with and without a digit. Pure."""

import re
from collections import defaultdict

_BRAZIL, _MEXICO, _ARGENTINA = "55", "52", "54"

_TABLE = [
    # Brazil, 2012 to 2016: a 9 before mobiles (Anatel, Resolution 553/2010; ITU communication of 6.II.2013).
    (_BRAZIL, "[1-9]{2}", "", "9", r"[6-9]\d{7}"),
    # Mexico, until 2019: a 1 before mobiles called from abroad (IFT, plan of 3 August 2019).
    (_MEXICO, "", "1", "", r"[2-9]\d{9}"),
    # Argentina: a 9 before mobiles called from abroad, which not every network sends.
    (_ARGENTINA, "", "", "9", r"[1-8]\d{9}"),
]  # fmt: skip
"""Country code, what may stand behind it, what stands then in the one form, what in the other, and what follows."""

_FORMS: dict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
"""For each country code: how one form is written, and what the other is."""

for _code, _area, _old, _new, _rest in _TABLE:
    for _this, _other in ((_old, _new), (_new, _old)):
        _FORMS[f"+{_code}"].append((re.compile(rf"(\+{_code}{_area}){_this}({_rest})"), rf"\g<1>{_other}\g<2>"))

CODES = tuple(_FORMS)


def with_other_forms(numbers: list[str]) -> list[str]:
    """Return E.164 `numbers`, each followed by the other forms in which it is known, and none twice."""
    if not any(number.startswith(CODES) for number in numbers):
        return numbers
    return list(dict.fromkeys(form for number in numbers for form in _forms(number)))


def _forms(number: str) -> list[str]:
    """Return a number and its other forms; of a number with two old forms each finds the other."""
    forms = [number]
    known_forms = next((_FORMS[code] for code in CODES if number.startswith(code)), [])
    for form in forms:
        for pattern, other in known_forms:
            if (match := pattern.fullmatch(form)) and (known := match.expand(other)) not in forms:
                forms.append(known)
    return forms
