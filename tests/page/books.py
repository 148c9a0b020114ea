"""A book of made-up contacts, some of them hard to show; numbers are of ranges set aside for fiction."""

PEOPLE = [
    ("Anna", "Schäfer", "Schäfer & Söhne GmbH", "Einkauf", ["+49 30 23125 001"], ["Kunde"]),
    (
        "John",
        "Smith",
        "Acme Ltd",
        "Head of Support",
        ["+1 555 555 0100", "+1 555 555 0101", "+1 555 555 0102"],
        ["VIP", "Supplier", "Berlin"],
    ),
    ("ליאת", "כהן", "חברת הטלפונים", "מנהלת", ["+972 2 555 0123"], ["VIP"]),
    ("محمد", "العلي", "", "", ["+966 11 555 0134"], []),
    (
        "Wolfeschlegelsteinhausenbergerdorff",
        "Maximilian-Alexander von und zu Hohenzollern-Sigmaringen",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "Stellvertretender Abteilungsleiter",
        ["+43 1 555 0199 extension 12345678"],
        ["A rather long tag that does not end"],
    ),
    ("", "", "", "", ["+1 555 555 0155"], []),
    ("", "", "Riverside Clinic", "", [], []),
    ("Zoë", "O’Brien", "", "Night porter", ["+353 20 555 0111"], ["Supplier"]),
]
"""First name, last name, company, job title, numbers, tags."""

HUNDRED = {
    "display_name": "Switchboard",
    "company": "City Hall",
    "phone_numbers": [{"number": f"+1 555 555 {n:04}"} for n in range(1000, 1100)],
}


def tag(owner, name):
    """Return the id of a new tag."""
    return owner.api.post("/tags", json={"name": name}).json()["id"]


def add(owner, **fields):
    """Create a contact, and return it."""
    answer = owner.api.post("/contacts", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def fill(owner):
    """Create the contacts of PEOPLE, and return them."""
    tags = {name: tag(owner, name) for name in sorted({name for *_, names in PEOPLE for name in names})}
    return [
        add(
            owner,
            first_name=first,
            last_name=last,
            company=company,
            job_title=job,
            phone_numbers=[{"number": number, "type": "work"} for number in numbers],
            tag_ids=[tags[name] for name in names],
        )
        for first, last, company, job, numbers, names in PEOPLE
    ]
