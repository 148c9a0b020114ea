"""The examples of the OpenAPI document that are about who may come in."""

from typing import Any

_TIME, _LATER = "2026-02-07T14:45:59.038962Z", "2026-02-08T14:45:59.038962Z"
_CUSTOMER_ID, _USER_ID = "5e4a0680-804e-11ec-8477-2fea5968d85b", "01a21ecc-fea0-7c76-9ac6-60061de9332f"
_PASSWORD = "a long and lonely road"  # noqa: S105  an example
_LINK = "https://contacts.example.com/#/welcome?token=_7ItW0zBhUcm7dqrEMEw5OOqlGzwUUp5wK5ID7GGxpo"
_USER: dict[str, Any] = {
    "id": _USER_ID,
    "customer_id": _CUSTOMER_ID,
    "email": "ann@acme.com",
    "name": "Ann",
    "role": "manager",
    "is_active": True,
    "has_password": True,
    "has_totp": False,
    "tm_create": _TIME,
    "tm_update": None,
    "tm_delete": None,
}
_SESSION: dict[str, Any] = {
    "id": "01a21ecc-fee5-703d-be68-934184ac6cbd",
    "customer_id": _CUSTOMER_ID,
    "user_id": _USER_ID,
    "address": "192.0.2.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "is_current": True,
    "tm_create": _TIME,
    "tm_last_use": _TIME,
    "tm_expire": "2026-02-07T22:45:59.038962Z",
}
_ACCESS_KEY: dict[str, Any] = {
    "id": "e5f6a7b8-c9d0-1234-efab-345678901235",
    "customer_id": _CUSTOMER_ID,
    "name": "pbx",
    "prefix": "rb_7Qk2x",
    "scopes": ["lookup"],
    "tm_expire": None,
    "tm_create": _TIME,
    "tm_delete": None,
}
_CUSTOMER: dict[str, Any] = {
    "id": _CUSTOMER_ID,
    "name": "Acme Corp",
    "default_region": "US",
    "totp_required": False,
    "tm_create": _TIME,
}
EXAMPLES_OF_PEOPLE: dict[str, Any] = {
    "NewUser": {"email": "ann@acme.com", "name": "Ann", "role": "manager"},
    "ChangedUser": {"role": "agent"},
    "User": _USER,
    "UserWithLink": _USER | {"has_password": False, "link": _LINK},
    "UserPage": {"result": [_USER], "next_page_token": ""},
    "NewLink": {"link": _LINK, "tm_expire": _LATER},
    "NewPassword": {"token": _LINK.partition("token=")[2], "password": _PASSWORD},
    "NewSession": {"email": "ann@acme.com", "password": _PASSWORD, "code": "492039"},
    "Session": _SESSION,
    "SessionList": {"result": [_SESSION]},
    "OpenSession": {
        "session": _SESSION,
        "user": _USER,
        "scopes": ["lookup", "read", "write"],
        "must_set_up_totp": False,
    },
    "BegunTotp": {
        "secret": "UQSAZQDSFHQDAOCM3ZFO42GN6BO52SVA",
        "uri": "otpauth://totp/Ringbook:ann%40acme.com?secret=UQSAZQDSFHQDAOCM3ZFO42GN6BO52SVA&issuer=Ringbook",
        "svg": '<svg width="196" height="196" class="segno">…</svg>',
    },
    "TotpCode": {"code": "492039"},
    "RecoveryCodes": {"recovery_codes": ["T5AB-RVW5-TTXH", "MXRQ-Y8U5-3KAM"]},
    "NewAccessKey": {"name": "pbx", "scopes": ["lookup"]},
    "AccessKey": _ACCESS_KEY,
    "AccessKeyWithToken": _ACCESS_KEY | {"token": "rb_7Qk2x" + "0" * 33},
    "AccessKeyPage": {"result": [_ACCESS_KEY], "next_page_token": ""},
    "Customer": _CUSTOMER,
    "ChangedCustomer": {"default_region": "US"},
    "Me": {
        "id": _USER_ID,
        "customer_id": _CUSTOMER_ID,
        "username": "ann@acme.com",
        "name": "Ann",
        "detail": "",
        "status": "available",
        "permission": 32,
        "tm_create": _TIME,
        "tm_update": None,
        "tm_delete": None,
        "type": "user",
        "scopes": ["lookup", "read", "write"],
        "customer": _CUSTOMER,
        "user": _USER,
    },
}
