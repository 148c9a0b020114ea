"""Structured logs on standard error: JSON, or readable on a terminal."""

import logging
import sys
from typing import Any

import msgspec
import structlog


def configure(log_format: str) -> None:
    """Set up logging for this process; `log_format` is auto, json or console."""
    readable = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    if readable:
        structlog.configure(
            processors=[structlog.processors.add_log_level, stamp, structlog.dev.ConsoleRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.WriteLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.format_exc_info,
                stamp,
                structlog.processors.JSONRenderer(serializer=_encode),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
            cache_logger_on_first_use=True,
        )
    logging.basicConfig(handlers=[Forward()], level=logging.WARNING, force=True)


def _encode(event: dict[str, Any], **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


class Forward(logging.Handler):
    """Send what libraries log through the standard library the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record."""
        logger = structlog.get_logger()
        logger.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
