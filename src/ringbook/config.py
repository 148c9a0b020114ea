"""Settings, read from the environment once. Nothing else reads it."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec
import platformdirs
from limits import RateLimitItem, parse_many

PREFIX = "RINGBOOK_"
LOG_FORMATS = ("auto", "json", "console")
LONGEST_WINDOW = 86_400
URL_OPTIONS = {
    "target_session_attrs": "any|primary|standby|prefer-standby|read-write|read-only",
    "statement_cache_size": "0",
}
"""The options of a PostgreSQL URL that Ringbook reads itself, and their values."""

Rates = tuple[RateLimitItem, ...]


class InvalidSetting(Exception):
    """A setting cannot be used; the message names it and says why."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set; see docs/operations.md."""

    database_url: str
    database_connections: int
    max_body_bytes: int
    max_batch_bytes: int
    max_file_bytes: int
    log_format: str
    cors_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    public_url: str
    rate_limit_per_key: Rates
    rate_limit_per_address: Rates
    rate_limit_per_account: Rates
    redis_url: str
    connections_per_address: int
    history_days: int
    changes_days: int
    import_days: int
    calls_days: int
    webhook_allowed_hosts: tuple[str, ...]


class Setting(NamedTuple):
    """How a setting is written in the environment, and what it means."""

    default: Callable[[], str]
    parse: Callable[[str], Any]
    meaning: str


def _database_url(text: str) -> str:
    if text.startswith(("postgresql://", "postgres://")):
        return _postgresql_url(text)
    path = text.removeprefix("sqlite:///")
    if path == text or not path or "?" in path or path == ":memory:":
        raise ValueError("must be sqlite:///PATH (sqlite:////var/lib/… for an absolute path) or postgresql://…")
    if not Path(path).absolute().parent.is_dir():
        raise ValueError(f"must be in a folder that exists: {Path(path).absolute().parent} does not")
    return text


def _postgresql_url(text: str) -> str:
    """Refuse what the driver would stumble over with a message that may show a part of the password."""
    try:
        url = urlsplit(text)
        options = parse_qs(url.query)
        hosts = url.netloc.rpartition("@")[2].split(",")
        ports = [
            port for host in hosts for _, colon, port in [host.rpartition("]")[2].rpartition(":")] if colon and port
        ]
        ports += [port for given in options.get("port", []) for port in given.split(",")]
        understood = "#" not in text and all(re.fullmatch("[0-9]{1,5}", p) and int(p) < 65536 for p in ports)
    except ValueError:
        understood = False
    if not understood:
        raise ValueError(
            "must be postgresql://USER:PASSWORD@HOST:PORT/NAME; "
            "in a user's name and password write # / ? [ @ : and % as %23 %2F %3F %5B %40 %3A %25"
        )
    for name, check in URL_OPTIONS.items():
        if not all(re.fullmatch(check, value) for value in options.get(name, [])):
            raise ValueError(f"must be a URL whose {name} is {check.replace('|', ', ')}")
    return text


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what reads a number within these bounds, themselves included, and raises ValueError for any other text."""

    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return parse


def _list(check: Callable[[str], object]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        items = tuple(item for item in (part.strip() for part in text.split(",")) if item)
        for item in items:
            check(item)
        return items

    return parse


def _origin(text: str) -> None:
    if text != "*" and not re.fullmatch(r"https?://[^/\s?#@]+", text):
        raise ValueError(f"must be origins such as https://crm.example.com, by commas, or *, not '{text}'")


def _network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"must be addresses or networks such as 10.0.0.1 or 10.0.0.0/8, by commas: {error}") from error


def _host(text: str) -> None:
    if not re.fullmatch("[A-Za-z0-9._-]+", text):
        _network(text)


def _public_url(text: str) -> str:
    if text and not re.fullmatch(
        r"https?://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9_.~-]+)*/?", text
    ):
        raise ValueError(f"must be an address such as https://contacts.example.com, not '{text}'")
    return text.rstrip("/")


def _rates(text: str) -> Rates:
    if text == "off":
        return ()
    try:
        rates = tuple(parse_many(text)) if len(text) <= 100 else ()
    except ValueError:
        rates = ()
    if not rates or any(rate.amount < 1 or not 1 <= rate.get_expiry() <= LONGEST_WINDOW for rate in rates):
        raise ValueError("must be off, or such as 100/second, 5000/5 minutes or 20/second;600/minute; at most a day")
    return rates


def _redis_url(text: str) -> str:
    try:
        url = urlsplit(text)
        is_redis = url.scheme in ("redis", "rediss") and url.hostname and url.port != 0
        usable = bool(is_redis and re.fullmatch("/?[0-9]{0,4}", url.path))
    except ValueError:
        usable = False
    if text and not usable:
        raise ValueError("must be redis://USER:PASSWORD@HOST:PORT/NUMBER, or rediss:// for TLS")
    return text


def _default_database_url() -> str:
    folder = platformdirs.user_data_path("ringbook", appauthor=False, ensure_exists=True)
    return f"sqlite:///{folder / 'ringbook.db'}"


def _default(text: str) -> Callable[[], str]:
    return lambda: text


SETTINGS = {
    "database_url": Setting(
        _default_database_url,
        _database_url,
        "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; without it, a file in the user's data folder",
    ),
    "database_connections": Setting(_default("10"), whole_number(2, 1000), "most PostgreSQL connections of one worker"),
    "max_body_bytes": Setting(
        _default("1048576"), whole_number(1024, 1 << 30), "a larger request body is answered by 413"
    ),
    "max_batch_bytes": Setting(
        _default("16777216"), whole_number(1024, 1 << 30), "the same for a batch of changes of contacts"
    ),
    "max_file_bytes": Setting(
        _default("209715200"), whole_number(1024, 1 << 40), "the same for a file of contacts to import"
    ),
    "log_format": Setting(_default("auto"), _one_of(*LOG_FORMATS), "auto: console on a terminal, else json"),
    "cors_origins": Setting(_default(""), _list(_origin), "origins whose pages may call the API, by commas; * for any"),
    "trusted_proxies": Setting(
        _default(""),
        _list(_network),
        "addresses or networks, by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed",
    ),
    "public_url": Setting(
        _default(""),
        _public_url,
        "https://HOST:PORT/PREFIX, the address in the links of phone books and for new passwords; without it, what a"
        " trusted proxy says, else the address that was reached",
    ),
    "rate_limit_per_key": Setting(_default("600000/minute"), _rates, "most requests with one access key; off for any"),
    "rate_limit_per_address": Setting(
        _default("600/minute"),
        _rates,
        "most wrong access keys from one address that are answered by 401, and as many logins; off for any",
    ),
    "rate_limit_per_account": Setting(
        _default("10/5 minutes"),
        _rates,
        "most logins with one email address from one client address, right or wrong; off for any",
    ),
    "redis_url": Setting(
        _default(""), _redis_url, "redis://HOST:PORT/NUMBER, where all workers count together; without it, each alone"
    ),
    "connections_per_address": Setting(
        _default("5000"),
        whole_number(1, 1_000_000),
        "most connections of one address to one worker; loopback and trusted proxies may have any number",
    ),
    "history_days": Setting(
        _default("365"), whole_number(0, 36_500), "how many days the changes of contacts are kept; 0 for ever"
    ),
    "changes_days": Setting(
        _default("30"),
        whole_number(4, 36_500),  # webhooks read the log too, and are tried for 3 days
        "how many days a token of /v1.0/contacts/changes can be used, 4 at least; the changes are kept as long",
    ),
    "import_days": Setting(
        _default("30"),
        whole_number(0, 36_500),
        "how many days after its end an import is kept, can be taken back and its rejects be read; 0 for ever",
    ),
    "calls_days": Setting(
        _default("7"),
        whole_number(0, 36_500),
        "how many days the last 200 lookups and caller ids of a customer are kept; 0: none is kept at all",
    ),
    "webhook_allowed_hosts": Setting(
        _default(""),
        _list(_host),
        "hosts, addresses or networks, by commas, that webhooks may be sent to though they are not public",
    ),
}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings in `environment`. Raises InvalidSetting."""
    values = {}
    for name, setting in SETTINGS.items():
        variable = PREFIX + name.upper()
        text = _text(environment, variable)
        try:
            values[name] = setting.parse(text or setting.default())
        except ValueError as error:
            raise InvalidSetting(f"{variable}: {error}") from error
    return Settings(**values)


def unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that look like settings of Ringbook but are none: misspelt, perhaps."""
    known = {PREFIX + name.upper() + suffix for name in SETTINGS for suffix in ("", "_FILE")}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _text(environment: Mapping[str, str], variable: str) -> str:
    """Return the variable's value, or the content of the file that VARIABLE_FILE names, or ''."""
    file = environment.get(f"{variable}_FILE", "")
    if not file:
        return environment.get(variable, "").strip()
    if environment.get(variable):
        raise InvalidSetting(f"{variable} and {variable}_FILE are both set; set one")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"{variable}_FILE: {file} cannot be read: {error}") from error
