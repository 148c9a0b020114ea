"""The examples of the OpenAPI document: the contact of the API's tutorial, whose every call works as it stands."""

from typing import Any

from ringbook.api.description.examples_of_people import EXAMPLES_OF_PEOPLE

TIME = "2026-02-07T14:45:59.038962Z"
EXAMPLE_CONTACT_ID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
EXAMPLE_CUSTOMER_ID = "5e4a0680-804e-11ec-8477-2fea5968d85b"
EXAMPLE_NEXT = "AV5KBoCAThHshHcv6llo2FunoJ3MBgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADMDsCt"  # noqa: E501
TAG_IDS = ["d4e5f6a7-b8c9-0123-defa-234567890124", "d4e5f6a7-b8c9-0123-defa-234567890125"]

NEW_CONTACT: dict[str, Any] = {
    "first_name": "John",
    "last_name": "Smith",
    "display_name": "John Smith",
    "company": "Acme Corp",
    "job_title": "Account Manager",
    "source": "manual",
    "notes": "Key enterprise customer contact",
    "phone_numbers": [
        {"number": "+15551234567", "type": "mobile", "is_primary": True},
        {"number": "+15559876543", "type": "work", "is_primary": False},
    ],
    "emails": [{"address": "john@acme.com", "type": "work", "is_primary": True}],
    "tag_ids": TAG_IDS,
}
_ADDRESS: dict[str, Any] = {
    "id": "",
    "customer_id": EXAMPLE_CUSTOMER_ID,
    "contact_id": EXAMPLE_CONTACT_ID,
    "type": "tel",
    "target": "",
    "target_name": "",
    "name": "",
    "detail": "",
    "is_primary": True,
    "tm_create": TIME,
}
CONTACT: dict[str, Any] = {
    "id": EXAMPLE_CONTACT_ID,
    "customer_id": EXAMPLE_CUSTOMER_ID,
    "first_name": "John",
    "last_name": "Smith",
    "display_name": "John Smith",
    "company": "Acme Corp",
    "job_title": "Account Manager",
    "source": "manual",
    "external_id": "",
    "notes": "Key enterprise customer contact",
    "phone_numbers": [
        {
            "id": "b2c3d4e5-f6a7-8901-bcde-f12345678901",
            "number": "+15551234567",
            "number_e164": "+15551234567",
            "type": "mobile",
            "is_primary": True,
            "tm_create": TIME,
        },
        {
            "id": "c3d4e5f6-a7b8-9012-cdef-123456789012",
            "number": "+15559876543",
            "number_e164": "+15559876543",
            "type": "work",
            "is_primary": False,
            "tm_create": TIME,
        },
    ],
    "emails": [
        {
            "id": "d4e5f6a7-b8c9-0123-defa-234567890123",
            "address": "john@acme.com",
            "type": "work",
            "is_primary": True,
            "tm_create": TIME,
        }
    ],
    "addresses": [
        _ADDRESS | {"id": "b2c3d4e5-f6a7-8901-bcde-f12345678901", "target": "+15551234567", "name": "Mobile"},
        _ADDRESS
        | {"id": "c3d4e5f6-a7b8-9012-cdef-123456789012", "target": "+15559876543", "name": "Work", "is_primary": False},
        _ADDRESS
        | {"id": "d4e5f6a7-b8c9-0123-defa-234567890123", "type": "email", "target": "john@acme.com", "name": "Work"},
    ],
    "tag_ids": TAG_IDS,
    "tm_create": TIME,
    "tm_update": None,
    "tm_delete": None,
}
FOUND_CONTACT = {name: value for name, value in CONTACT.items() if name != "addresses"}
TAG: dict[str, Any] = {
    "id": TAG_IDS[0],
    "customer_id": EXAMPLE_CUSTOMER_ID,
    "name": "enterprise",
    "detail": "Has an account manager",
    "tm_create": TIME,
    "tm_update": None,
    "tm_delete": None,
}
WEBHOOK: dict[str, Any] = {
    "id": "f6a7b8c9-d0e1-2345-fabc-456789012346",
    "customer_id": EXAMPLE_CUSTOMER_ID,
    "url": "https://crm.example/hook",
    "events": ["contact.created", "contact.updated", "contact.deleted"],
    "is_active": True,
    "disabled_reason": "",
    "tm_create": TIME,
    "tm_update": None,
    "tm_delete": None,
}
DELIVERY: dict[str, Any] = {
    "id": "a7b8c9d0-e1f2-3456-abcd-567890123457",
    "webhook_id": WEBHOOK["id"],
    "type": "contact.updated",
    "contact_id": EXAMPLE_CONTACT_ID,
    "state": "delivered",
    "attempts": 1,
    "status": 200,
    "milliseconds": 84,
    "answer": "ok",
    "error": "",
    "tm_create": TIME,
    "tm_attempt": TIME,
    "tm_next": None,
}
REFUSAL = "'12' is not a phone number in US; with its country it begins with +"
PROBLEM_MESSAGE = f"phone_numbers[0].number: {REFUSAL}"

IMPORT: dict[str, Any] = {
    "id": "01a21ca0-43d7-7506-8f7a-0c4e8f21b3d5",
    "customer_id": EXAMPLE_CUSTOMER_ID,
    "state": "done",
    "file_name": "contacts.csv",
    "form": "csv",
    "encoding": "utf-8",
    "options": {"tag": ["Fair"]},
    "mapping": {"First Name": "first_name", "Phone 1 - Value": "phone"},
    "unknown_columns": ["Birthday"],
    "samples": [
        {
            "first_name": "John",
            "phone_numbers": [{"number": "+15551234567", "number_e164": "+15551234567", "type": "other"}],
        }
    ],
    "preview": [],
    "bytes_total": 92,
    "bytes_read": 92,
    "rows_read": 2,
    "created": 1,
    "updated": 0,
    "skipped": 0,
    "rejected": 1,
    "undone": 0,
    "error": "",
    "tm_create": TIME,
    "tm_start": TIME,
    "tm_end": TIME,
    "tm_undo": None,
}
BY_STRUCT: dict[str, Any] = {
    "NewContact": NEW_CONTACT,
    "ChangedContact": {
        "first_name": "John",
        "last_name": "Smith",
        "display_name": "John Smith (VIP)",
        "company": "Acme Corporation",
        "job_title": "Senior Account Manager",
        "notes": "Promoted to senior role in January",
    },
    "Contact": CONTACT,
    "Batch": {
        "operations": [
            {"upsert": {"external_id": "crm-4711", "company": "Acme Corporation"}},
            {"delete": {"id": EXAMPLE_CONTACT_ID}},
        ],
        "atomic": False,
    },
    "BatchResults": {
        "result": [
            {"status": 201, "contact": CONTACT},
            {
                "status": 404,
                "error": {
                    "status": "NOT_FOUND",
                    "reason": "CONTACT_NOT_FOUND",
                    "message": "operations[1].delete: there is no such contact",
                    "request_id": "7f1d9c3a5b2e4d68a0c4e8f21b3d5a79",
                    "details": [{"field": "operations[1].delete", "message": "there is no such contact"}],
                },
            },
        ]
    },
    "FoundContact": FOUND_CONTACT,
    "ContactPage": {"result": [CONTACT], "next_page_token": TIME},
    "ChangePage": {
        "result": [
            {"contact": CONTACT},
            {"deleted": {"id": TAG_IDS[1], "tm_delete": TIME, "merged_into": None}},
        ],
        "next": EXAMPLE_NEXT,
        "more": False,
    },
    "SearchResult": {"result": [CONTACT], "next_page_token": f"3.{EXAMPLE_CONTACT_ID}", "complete": True},
    "Lookups": {"phones": ["+15551234567", "12"], "emails": ["john@acme.com"]},
    "LookupResults": {
        "result": [
            {"value": "+15551234567", "contact": FOUND_CONTACT, "error": None},
            {"value": "12", "contact": None, "error": {"reason": "INVALID_PHONE_NUMBER", "message": REFUSAL}},
            {"value": "john@acme.com", "contact": FOUND_CONTACT, "error": None},
        ]
    },
    "PhoneNumberIn": {"number": "+15553334444", "type": "home", "is_primary": False},
    "ChangedPhoneNumber": {"number": "+15553334444", "type": "mobile", "is_primary": True},
    "EmailIn": {"address": "john.smith@gmail.com", "type": "personal", "is_primary": False},
    "ChangedEmail": {"address": "john.smith@gmail.com", "type": "personal", "is_primary": True},
    "TelAddressIn": {"type": "tel", "target": "+15553334444", "name": "Front desk", "detail": "8 to 5"},
    "ChangedTelAddress": {"name": "Home", "is_primary": True},
    "EmailAddressIn": {"type": "email", "target": "john.smith@gmail.com", "name": "Personal"},
    "ChangedEmailAddress": {"target": "john.smith@gmail.com"},
    "HistoryPage": {
        "result": [
            {
                "tm": TIME,
                "by": {"type": "access_key", "id": "e5f6a7b8-c9d0-1234-efab-345678901235", "name": "crm"},
                "action": "updated",
                "changes": [{"field": "company", "from": "Acme", "to": "Acme Corporation"}],
            }
        ],
        "next_page_token": "",
    },
    "AddedTag": {"tag_id": TAG_IDS[0]},
    "CallerId": {
        "name": "John Smith",
        "company": "Acme Corp",
        "contact_id": EXAMPLE_CONTACT_ID,
        "tags": ["enterprise"],
    },
    "Explanation": {
        "callerid": {"name": "John Smith", "company": "Acme Corp", "contact_id": EXAMPLE_CONTACT_ID, "tags": []},
        "readings": [
            {
                "number": "+15551234567",
                "contact": {"id": EXAMPLE_CONTACT_ID, "name": "John Smith", "number": "+15551234567"},
            }
        ],
        "error": None,
    },
    "CallList": {
        "result": [
            {
                "id": "01a21ca0-43d7-7506-8f7a-0c4e8f21b3d6",
                "tm": TIME,
                "call": "callerid",
                "asked": "15551234567",
                "number": "+15551234567",
                "contact": {"id": EXAMPLE_CONTACT_ID, "name": "John Smith"},
                "by": {"type": "access_key", "id": "e5f6a7b8-c9d0-1234-efab-345678901235", "name": "pbx"},
            }
        ],
        "is_kept": True,
    },
    "DemoLoaded": {"created": 50},
    "DemoTaken": {"deleted": 49, "kept": 1},
    "NewTag": {"name": "enterprise", "detail": "Has an account manager"},
    "ChangedTag": {"detail": "Has an account manager of their own"},
    "Tag": TAG,
    "TagPage": {"result": [TAG], "next_page_token": ""},
    "NewWebhook": {"url": WEBHOOK["url"], "events": WEBHOOK["events"], "is_active": True},
    "ChangedWebhook": {"events": ["contact.deleted"]},
    "Webhook": WEBHOOK,
    "WebhookWithSecret": WEBHOOK | {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "WebhookPage": {"result": [WEBHOOK], "next_page_token": ""},
    "Import": IMPORT,
    "ImportPage": {"result": [IMPORT], "next_page_token": ""},
    "Delivery": DELIVERY,
    "DeliveryList": {"result": [DELIVERY]},
    **EXAMPLES_OF_PEOPLE,
    "Problem": {
        "error": {
            "status": "INVALID_ARGUMENT",
            "reason": "INVALID_PHONE_NUMBER",
            "message": PROBLEM_MESSAGE,
            "request_id": "7f1d9c3a5b2e4d68a0c4e8f21b3d5a79",
            "details": [
                {
                    "field": "phone_numbers[0].number",
                    "message": REFUSAL,
                }
            ],
        },
        "message": PROBLEM_MESSAGE,
    },
}
"""By the name of the Struct, one value of it."""
