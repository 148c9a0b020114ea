"""The demo book: made-up people, with names and numbers that are set aside for fiction and examples."""

from functools import cache
from typing import Any

import msgspec

from ringbook.clock import utc_now
from ringbook.contacts import bulk, contact
from ringbook.contacts.bulk import ContactState
from ringbook.contacts.change_log import Changing
from ringbook.contacts.contact import NewContact
from ringbook.contacts.creating import Creating, state_of_new
from ringbook.contacts.kinds import KINDS
from ringbook.contacts.row import Representation
from ringbook.contacts.tags import LOCK_CUSTOMER
from ringbook.errors import AlreadyExists
from ringbook.tenants.caller import Caller

PEOPLE = """
Jane|Example|Example Ltd|+1 202-555-0101
John|Sample|Example Ltd|+1 202-555-0102
Jane|Doe|Sample Works|+1 212-555-0103
John|Doe|Sample Works|+1 212-555-0104
Richard|Roe||+1 312-555-0105
Mary|Major|Major & Minor|+1 312-555-0106
Alan|Smithee|Smithee Pictures|+1 323-555-0107
Max|Placeholder|Placeholder Inc.|+1 415-555-0108
Penny|Placeholder|Placeholder Inc.|+1 415-555-0109
Sam|Specimen|Specimen Labs|+1 617-555-0110
Olive|O'Example|Example & Daughters|+1 617-555-0111
Ann-Marie|Test-Case|Test Case Bakery|+1 206-555-0112
Joe|Bloggs|Bloggs Plumbing|+44 20 7946 0101
Fred|Bloggs|Bloggs Plumbing|+44 20 7946 0102
Joe|Public|Public House|+44 113 496 0103
Tommy|Template||+44 7700 900104
Erika|Mustermann|Muster GmbH|+49 30 23125 101
Max|Mustermann|Muster GmbH|+49 30 23125 102
Lieschen|Müller|Müller & Söhne|+49 69 90009 103
Otto|Normalverbraucher|Bäckerei Beispiel|+49 89 99998 104
Jürgen|Groß|Bäckerei Beispiel|+49 221 4710 105
Jean|Exemple|Exemple SARL|+33 1 99 00 01 01
Zoé|Échantillon|Exemple SARL|+33 1 99 00 01 02
François|Modèle|Pâtisserie Modèle|+33 6 39 98 01 03
Juan|Ejemplo|Ejemplo S.A.|+1 305-555-0113
Fulana|de Tal|Ejemplo S.A.|+1 305-555-0114
João|Exemplo|Padaria Exemplo|+1 305-555-0115
Mario|Rossi|Esempio S.p.A.|+1 718-555-0116
Ola|Nordmann|Eksempel AS|+1 651-555-0117
Kari|Nordmann|Eksempel AS|+1 651-555-0118
Søren|Eksempel|Eksempel ApS|+1 651-555-0119
Medel|Svensson|Exempel AB|+46 8 465 004 20
Matti|Meikäläinen|Esimerkki Oy|+1 906-555-0120
Jan|Kowalski|Przykład sp. z o.o.|+1 773-555-0121
Łucja|Przykładowa|Przykład sp. z o.o.|+1 773-555-0122
Jan|Vzorek|Vzorek s.r.o.|+1 773-555-0123
Örnek|Şahıs|Örnek A.Ş.|+1 862-555-0124
Иван|Примеров|ООО «Пример»|+1 718-555-0125
Мария|Образцова|ООО «Пример»|+1 718-555-0126
Γιάννης|Παραδειγματίδης|Παράδειγμα Α.Ε.|+1 718-555-0127
ישראל|ישראלי|דוגמה בע״מ|+1 718-555-0128
فلان|الفلاني|شركة مثال|+1 313-555-0129
राम|उदाहरण|उदाहरण लिमिटेड|+1 732-555-0130
สมชาย|ตัวอย่าง|บริษัท ตัวอย่าง|+1 213-555-0131
三|张|示例公司|+1 626-555-0132
四|李|示例公司|+1 626-555-0133
太郎|山田|見本株式会社|+1 310-555-0134
花子|山田|見本株式会社|+1 310-555-0135
길동|홍|예시 주식회사|+1 213-555-0136
||Example Town Hall|+1 202-555-0137
"""  # noqa: RUF001  they are of their scripts
"""First name, last name, company and number of each."""

FAMILY_FIRST = ("张", "李", "山田", "홍")
"""Who is called by the last name first, without a blank between the two."""


class DemoLoaded(msgspec.Struct):
    """What came into the book."""

    created: int


class DemoTaken(msgspec.Struct):
    """What was taken out of the book; what was changed since it was loaded is kept."""

    deleted: int
    kept: int


@cache
def demo_contacts() -> list[NewContact]:
    """Return the contacts of the demo book: their external_ids are demo-01, demo-02, ..."""
    lines = PEOPLE.strip().splitlines()
    return [
        msgspec.convert(_contact(f"demo-{i:02}", *line.split("|")), NewContact, dec_hook=_read)
        for i, line in enumerate(lines, 1)
    ]


def _contact(external_id: str, first_name: str, last_name: str, company: str, number: str) -> dict[str, Any]:
    names = [last_name, first_name] if last_name in FAMILY_FIRST else [first_name, last_name]
    return {
        "first_name": first_name,
        "last_name": last_name,
        "display_name": ("" if last_name in FAMILY_FIRST else " ").join(names).strip() or company,
        "company": company,
        "source": "import",
        "external_id": external_id,
        "notes": "Made up: of the demo book.",
        "phone_numbers": [{"number": number, "type": "work", "is_primary": True}],
        "emails": [{"address": f"{external_id}@example.com", "type": "work", "is_primary": True}],
    }


def _read(kind: Any, value: Any) -> Any:
    return kind.read(msgspec.convert(value, kind.text), "")


async def load_demo(caller: Caller, transaction: Changing, _now: object) -> Representation:
    """Create the contacts of the demo book, but for those whose external_id a contact has; return how many."""
    await transaction.one(LOCK_CUSTOMER, customer_id=caller.customer_id)
    contacts, creating = demo_contacts()[::-1], Creating(caller, transaction)  # a list begins with the newest
    at = created = 0
    while at < len(contacts):
        if together := await creating.create(contacts, at):
            at, created = at + len(together), created + len(together)
            continue
        try:
            async with transaction.savepoint():
                await contact.create(caller, transaction, utc_now(), contacts[at])
            created += 1
        except AlreadyExists:
            pass
        at += 1
    return Representation(msgspec.json.encode(DemoLoaded(created)))


async def take_demo_out(caller: Caller, transaction: Changing, _now: object) -> Representation:
    """Delete the contacts of the demo book that are as they were loaded; return how many, and how many are not."""
    now = utc_now()
    await transaction.one(LOCK_CUSTOMER, customer_id=caller.customer_id)
    demo = {str(one.external_id): one for one in demo_contacts()}
    holders = await bulk.holders_of_external_ids(caller, transaction, demo)
    states = await bulk.hold_all(caller, transaction, sorted(one for ids in holders.values() for one in ids))
    as_loaded = []
    for state in states.values():
        loaded = demo.get(state.texts["external_id"])
        if loaded and (there := state_of_new(now, loaded)) and _content(state) == _content(there):
            as_loaded.append(state)
    if as_loaded:
        await bulk.put_into_trash(caller, transaction, now, as_loaded)
    return Representation(msgspec.json.encode(DemoTaken(len(as_loaded), len(states) - len(as_loaded))))


def _content(state: ContactState) -> Any:
    """Return what a contact says, without its ids and times."""
    addresses = [[(one.is_primary, one.kept) for one in state.addresses[kind]] for kind in KINDS]
    return dict(state.texts), addresses, state.tags
