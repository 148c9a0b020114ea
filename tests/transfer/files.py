"""The files of tests/files, and the contacts that each must give: tests/files/README.md says in what shape."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "files"


def names_of(ending):
    """Return the files of a form, `csv` or `vcf`."""
    return sorted(path.name for path in FOLDER.glob(f"*.{ending}"))


def expected(name):
    """Return what stands beside a file: its region, its options, and its contacts."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def in_short(row):
    """Return a FileRow in the shape of those files."""
    if row.problem:
        return {"problem": row.problem}
    contact = {field: text for field, text in row.contact.texts.items() if text}
    if row.contact.tags:
        contact["tags"] = list(row.contact.tags)
    for kind, value, normalized in (("phone_numbers", "number", "number_e164"), ("emails", "address", "")):
        entries = [
            {value: one.value, normalized: one.normalized, **one._asdict()} for one in getattr(row.contact, kind)
        ]
        kept = (value, normalized, "type", "label", "detail", "is_primary")
        if entries:
            contact[kind] = [{key: entry[key] for key in kept if key and entry[key]} for entry in entries]
    return contact


def differences(rows, contacts):
    """Return each row that is not as it must be, with what it must be; a problem may say more than its part."""
    found = [in_short(row) for row in rows]
    assert len(found) == len(contacts), found
    return [
        (row, contact)
        for row, contact in zip(found, contacts, strict=True)
        if row != contact and not ("problem" in contact and contact["problem"] in row.get("problem", ""))
    ]
