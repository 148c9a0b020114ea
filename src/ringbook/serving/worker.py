"""What each process that answers calls to have the application."""

import gc
import multiprocessing
import os
import signal
import sys
import threading

import falcon.asgi
from falcon.asgi import Request, Response

from ringbook import logs
from ringbook.api.app import create_app
from ringbook.config import InvalidSetting, read_settings


def end_with_parent() -> None:
    """In a worker: leave Ctrl-C to the process that started it, and end when that is gone, even by kill -9."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def wait() -> None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=wait, daemon=True).start()


def from_environment() -> falcon.asgi.App[Request, Response]:
    """Return the application as the environment sets it; each worker of the server calls this. Raises SystemExit."""
    end_with_parent()
    try:
        settings = read_settings(os.environ)
    except InvalidSetting as error:  # of a file that has changed since the server started
        sys.exit(f"ringbook: {error}")
    logs.configure(settings.log_format)
    app = create_app(settings)
    _collect_seldom()
    return app


def _collect_seldom() -> None:
    """Keep the collector of cycles from what is there for good, and from running for one large request.

    A body of 1 MB may be 250,000 lists: with Python's own thresholds reading it takes 113 ms, so 21.
    """
    gc.freeze()
    gc.set_threshold(50_000)
