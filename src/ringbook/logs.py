"""Structured logs on standard error: JSON, or readable on a terminal."""

import logging
import os
import sys
from typing import Any

import msgspec
import structlog

from ringbook.clock import utc_now

ENCODER = msgspec.json.Encoder(enc_hook=repr)


def configure(log_format: str) -> None:
    """Set up logging for this process; `log_format` is auto, json or console."""
    readable = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    if readable:
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
                ReadableRenderer(colors=sys.stderr.isatty()),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=ConsoleLogger,
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(wrapper_class=JsonLogger, cache_logger_on_first_use=True)
    logging.basicConfig(handlers=[Forward()], level=logging.WARNING, force=True)


def write_line(line: bytes) -> None:
    """Write to standard error. Where it takes nothing (a full disk, no reader), the line is lost, and no request."""
    try:
        os.write(2, line + b"\n")
    except OSError:
        return


class ReadableRenderer(structlog.dev.ConsoleRenderer):
    """structlog's lines for people, and of a request only what they look for, in one line of a terminal."""

    def __call__(self, logger: Any, name: str, values: Any) -> str:
        """Return the line."""
        if values["event"] != "request":
            return super().__call__(logger, name, values)
        asked = "{timestamp}  {status}  {method:<6} {route}".format_map(values)
        return f"{asked}  {values['ms']:.1f} ms  {values['request_id']}"


class ConsoleLogger:
    """What structlog gives its readable lines to."""

    def msg(self, line: str) -> None:
        """Write the line."""
        write_line(line.encode("utf-8", "backslashreplace"))

    debug = info = warning = error = critical = log = msg


class JsonLogger(structlog.BoundLoggerBase):
    """A logger of structlog that writes JSON straight away: every request logs a line."""

    def info(self, event: str, **values: Any) -> None:
        """Log what happened."""
        self._write("info", event, values)

    def warning(self, event: str, **values: Any) -> None:
        """Log what an operator should look at."""
        self._write("warning", event, values)

    def error(self, event: str, **values: Any) -> None:
        """Log what went wrong."""
        self._write("error", event, values)

    def log(self, level: int, event: str, **values: Any) -> None:
        """Log what happened, with a level of the standard library."""
        self._write(logging.getLevelName(level).lower(), event, values)

    def _write(self, level: str, event: str, values: dict[str, Any]) -> None:
        if "exc_info" in values:
            values = dict(structlog.processors.format_exc_info(self._logger, level, values))
        values["event"] = event
        values["level"] = level
        values["timestamp"] = utc_now()
        write_line(ENCODER.encode(values))


class Forward(logging.Handler):
    """Send what libraries log through the standard library the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record."""
        logger = structlog.get_logger()
        logger.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
