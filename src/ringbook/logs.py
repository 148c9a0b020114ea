"""Structured logs on standard error: JSON, or readable on a terminal."""

import logging
import sys
from collections.abc import MutableMapping
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
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.dev.ConsoleRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.WriteLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[_to_json],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
            cache_logger_on_first_use=True,
        )
    logging.basicConfig(handlers=[Forward()], level=logging.WARNING, force=True)


def _to_json(logger: Any, level: str, event: MutableMapping[str, Any]) -> bytes:
    """Return the line of an event: one processor, since every request logs one."""
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, level, event)
    event["level"] = level
    event["timestamp"] = utc_now()
    return ENCODER.encode(event)


class Forward(logging.Handler):
    """Send what libraries log through the standard library the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record."""
        logger = structlog.get_logger()
        logger.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
