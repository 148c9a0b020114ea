"""The names of columns by which other programs call what a contact has. Data, and how a name is looked up in it.

They are those that the makers document, or that their exports have, of Google Contacts (both forms), Outlook,
Outlook.com, HubSpot, Salesforce (reports and Data Loader), Chatwoot, Zoho, FreePBX Contact Manager, 3CX, Yealink and
Yeastar; and a few words by which people call them in English, German, French and Spanish.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ringbook.values.names import folded_words


class Meaning(NamedTuple):
    """What a column is read as."""

    field: str
    """As in a mapping: `last_name`, `phone:fax`; '' where Ringbook has no place for it."""
    label: str | None = None
    """Of a number: what it is, where its type alone does not say it."""
    rank: int = 0
    """Names are joined in this order: the middle name behind the first."""
    is_primary: bool = False


_LONGEST_KNOWN = 100
IGNORED_COLUMN = Meaning("ignore")
NOWHERE = Meaning("")
"""For the form of address (Mr., Dr.) and the like."""


def folded_name(name: str) -> str:
    """Return a column's name without case, blanks, punctuation and accents: "E-mail 1 - Value" -> email1value.

    A name that is too long to be known stays as it is: folding may make each character eighteen.
    """
    return "".join(folded_words(name)) if len(name) <= _LONGEST_KNOWN else name


def _names(meaning: Meaning, names: str) -> dict[str, Meaning]:
    return {folded_name(name): meaning for name in names.split("|")}


MEANINGS = {
    **_names(Meaning("first_name"), "First Name|Given Name|First|Forename|fname|Vorname|Prénom|Nombre"),
    **_names(Meaning("first_name", rank=1), "Middle Name|Additional Name|Weitere Vornamen|Zweiter Vorname"),
    **_names(Meaning("last_name"), "Last Name|Family Name|Surname|Last|lname|Nachname|Nom de famille|Apellidos"),
    **_names(Meaning("last_name", rank=1), "Suffix|Name Suffix"),
    **_names(Meaning("display_name"), "Display Name|Name|Full Name|Contact Name|Contact Full Name|Anzeigename"),
    **_names(
        Meaning("company"), "Company|Company Name|Organization|Organisation|Organization Name|Firma|Société|Empresa"
    ),
    **_names(Meaning("company"), "Organization 1 - Name|Account Name|Associated Company|Unternehmen"),
    **_names(Meaning("job_title"), "Job Title|Title|Organization Title|Organization 1 - Title|Position|Job|Puesto"),
    **_names(Meaning("external_id"), "External ID|Record ID|Contact ID|Identifier"),
    **_names(Meaning("notes"), "Notes|Note|Remark|Remarks|Comment|Comments|Description|Contact Description"),
    **_names(Meaning("notes"), "Notizen|Notiz|Bemerkung|Bemerkungen|Remarques|Notas"),
    **_names(Meaning("tags"), "Tags|Tag|Labels|Group Membership|Groups|Group|Group Name|Categories|Category"),
    **_names(Meaning("tags"), "group_id_name|Phonebook|Kategorien|Catégories|Categorías"),
    **_names(Meaning("phone"), "Phone|Phone Number|Phone 1 - Value|Telephone|Telephone Number|Tel|Number"),
    **_names(Meaning("phone"), "Telefon|Telefonnummer|Rufnummer|Téléphone|Teléfono"),
    **_names(Meaning("phone", is_primary=True), "Primary Phone|Haupttelefon"),
    **_names(
        Meaning("phone:mobile"), "Mobile|Mobile Phone|Mobile Number|Mobile Phone Number|Cell|Cell Phone|Cell Number"
    ),
    **_names(Meaning("phone:mobile"), "Handy|Mobil|Mobiltelefon|Mobilnummer|Portable|Tél. mobile|Móvil|Celular"),
    **_names(Meaning("phone:work"), "Business Phone|Business|Business Number|Work|Work Phone|Work Number"),
    **_names(Meaning("phone:work"), "Office|Office Phone|Office Number|Telefon geschäftlich|Tél. professionnel"),
    **_names(Meaning("phone:work", "Company Main Phone"), "Company Main Phone"),
    **_names(Meaning("phone:home"), "Home|Home Phone|Home Number|Telefon privat|Tél. domicile"),
    **_names(Meaning("phone:fax"), "Fax|Fax Number|Business Fax|Business Fax Number|Work Fax|Fax geschäftlich"),
    **_names(Meaning("phone:fax", "Home Fax"), "Home Fax|Fax privat"),
    **_names(Meaning("phone:fax", "Other Fax"), "Other Fax"),
    **_names(Meaning("phone:other"), "Other|Other Phone|Other Number|Weiteres Telefon"),
    **_names(Meaning("phone:other", "Assistant"), "Assistant's Phone|Assistant Phone|Asst Phone|Asst. Phone"),
    **_names(Meaning("phone:other", "Pager"), "Pager"),
    **_names(Meaning("phone:other", "Car Phone"), "Car Phone"),
    **_names(Meaning("phone:other", "Radio Phone"), "Radio Phone"),
    **_names(Meaning("phone:other", "Callback"), "Callback"),
    **_names(Meaning("phone:other", "ISDN"), "ISDN"),
    **_names(Meaning("phone:other", "TTY/TDD"), "TTY/TDD Phone"),
    **_names(Meaning("email"), "Email|E-mail Address|Email 1 - Value|Mail|E-Mail-Adresse|Adresse de messagerie|Correo"),
    **_names(Meaning("email:work"), "Work Email|Business Email"),
    **_names(Meaning("email:personal"), "Personal Email|Home Email|Private Email"),
    **_names(Meaning("email:other"), "Other Email|Secondary Email|Additional Email Addresses"),
}
"""By the folded name, for all products at once."""


class Product(NamedTuple):
    """What is special in the files of one."""

    name: str
    marks: tuple[frozenset[str], ...]
    """A header is this product's that has all names of one of these sets."""
    known: Mapping[str, Meaning] = {}
    """What its columns mean, where others call something else so."""
    separator: str = ","
    """What stands between names of tags."""
    no_tags: frozenset[str] = frozenset()
    """What it puts every contact under."""


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(folded_name, names.split("|"))) for names in sets)


TEXT_COLUMNS = (
    *("first_name", "last_name", "display_name", "company", "job_title"),
    *("source", "external_id", "tags", "notes"),
)
"""The columns of our own export, before those of numbers and emails; a file that has exactly these is our own."""

BETWEEN_VALUES = ":::"
"""What stands between several values in one cell of Google's."""

OWN_EXPORT = Product("Ringbook", (), {"source": Meaning("source")})

OTHER_PRODUCT = Product("", ())
PRODUCTS = (
    Product(
        "Google",
        _marks("Phone 1 - Value", "E-mail 1 - Value", "Group Membership|Given Name", "File As|Labels"),
        separator=BETWEEN_VALUES,
    ),
    Product(
        "Outlook",
        _marks("E-mail Address|Business Phone", "E-mail Address|Home Phone", "E-mail Address|Business Fax")
        + _marks("Title|Suffix|Job Title", "Given Yomi", "E-mail Address|E-mail Display Name")
        + _marks("Weitere Vornamen|E-Mail-Adresse"),
        {"title": NOWHERE},
        separator=";",
    ),
    Product(
        "Zoho", _marks("Contact Owner.id", "Record Id|Account Name", "Contact Id|Account Name|Contact Owner|Layout")
    ),
    Product(
        "Salesforce",
        _marks(
            "AccountId|LastName", "Account Name|Contact ID", "Account Name|Salutation", "Account Name|Account Owner"
        ),
        _names(Meaning("external_id"), "Id") | _names(Meaning("phone:work"), "Phone|Business Phone"),
    ),
    Product("FreePBX", _marks("displayname|fname|lname"), _names(IGNORED_COLUMN, "grouptype|userman_username")),
    Product(
        "Yealink",
        _marks("display_name|office_number|mobile_number|other_number"),
        _names(IGNORED_COLUMN, "line|ring|auto_divert|priority|default_photo|photo_data"),
        no_tags=frozenset({"All Contacts"}),
    ),
    Product("Yeastar", _marks("Business Number|Phonebook"), separator="&"),
    Product("Yeastar S", _marks("Work Number|Work Fax|Other"), {"other": Meaning("notes")}),
)
"""The first that fits is taken. HubSpot, Chatwoot and 3CX need nothing special."""


def product_of(names: list[str]) -> Product:
    """Return of which product a file is, by its header as a whole."""
    if set(TEXT_COLUMNS) <= set(names):
        return OWN_EXPORT
    folded = set(map(folded_name, names))
    return next((one for one in PRODUCTS if any(mark <= folded for mark in one.marks)), OTHER_PRODUCT)
