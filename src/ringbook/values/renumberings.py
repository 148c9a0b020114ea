"""Numbers that are known in two forms: an old one and a new one, or with and without a digit. Pure."""

import re
from collections import defaultdict

_BRAZIL, _MEXICO, _ARGENTINA = "55", "52", "54"
_COTE_D_IVOIRE, _BENIN, _GABON, _CAMEROON, _MAURITIUS = "225", "229", "241", "237", "230"
_COLOMBIA, _VIETNAM = "57", "84"

_TABLE = [
    # Brazil, 2012 to 2016: a 9 before mobiles (Anatel, Resolution 553/2010; ITU communication of 6.II.2013).
    (_BRAZIL, "[1-9]{2}", "", "9", r"[6-9]\d{7}"),
    # Mexico, until 2019: a 1 before mobiles called from abroad (IFT, plan of 3 August 2019).
    (_MEXICO, "", "1", "", r"[2-9]\d{9}"),
    # Argentina: a 9 before mobiles called from abroad, which not every network sends.
    (_ARGENTINA, "", "", "9", r"[1-8]\d{9}"),
    # Côte d'Ivoire, 31 January 2021, 8 to 10 digits: the operator's prefix, which the second digit of a mobile and the
    # third of a landline tell (ARTCI, July 2020; libphonenumber, carriers of 225 before and validity of 225 after).
    (_COTE_D_IVOIRE, "", "", "01", r"[04-9][0-3]\d{6}"),
    (_COTE_D_IVOIRE, "", "", "05", r"[04-9][4-6]\d{6}"),
    (_COTE_D_IVOIRE, "", "", "07", r"[04-9][7-9]\d{6}"),
    (_COTE_D_IVOIRE, "", "", "21", r"[23]\d8\d{5}"),
    (_COTE_D_IVOIRE, "", "", "25", r"[23]\d0\d{5}"),
    (_COTE_D_IVOIRE, "", "", "27", r"[23]\d[1-79]\d{5}"),
    # Benin, 30 November 2024, 8 to 10 digits: 01 before every number (ARCEP Bénin, November 2024).
    (_BENIN, "", "", "01", r"[24-9]\d{7}"),
    # Gabon, 15 November 2019, the old ones until 6 April 2024: 01 is 011, 02, 05 and 06 are 062, 065 and 066, 04 and 07
    # are 074 and 077, and from abroad the 0 goes (ARCEP Gabon, June 2019; ANINF, 29 February 2024).
    *((_GABON, "", f"{zero}{old}", new, r"\d{6}") for zero in ("0", "") for old, new in (
        ("1", "11"), ("2", "62"), ("5", "65"), ("6", "66"), ("4", "74"), ("7", "77"))),
    # Cameroon, 21 November 2014, 8 to 9 digits: 6 before mobiles, 2 before landlines (ITU communication of 6.X.2014).
    (_CAMEROON, "", "", "6", r"[5679]\d{7}"),
    (_CAMEROON, "", "", "2", r"(?:22|33)\d{6}"),
    # Mauritius, 1 September 2013, 7 to 8 digits: a 5 before mobiles (ICTA, decision of 11 February 2013).
    (_MAURITIUS, "", "", "5", r"(?:25|44|[79]\d)\d{5}"),
    # Colombia, 1 September 2021, 8 to 10 digits: 60 before landlines (CRC, Resolution 5826 of 2019). 46 is in use.
    (_COLOMBIA, "", "", "60", r"(?!46)[1-8]\d{7}"),
    # Vietnam, 15 September 2018, mobiles from 10 to 9 digits (Ministry of Information and Communications, May 2018).
    *((_VIETNAM, "", old, new, r"\d{7}") for old, new in (
        ("120", "70"), ("121", "79"), ("122", "77"), ("126", "76"), ("128", "78"),
        ("123", "83"), ("124", "84"), ("125", "85"), ("127", "81"), ("129", "82"),
        ("162", "32"), ("163", "33"), ("164", "34"), ("165", "35"), ("166", "36"), ("167", "37"), ("168", "38"),
        ("169", "39"), ("186", "56"), ("188", "58"), ("199", "59"))),
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
