"""What each process that answers calls to have the application."""

import multiprocessing
import os
import signal
import threading

import falcon.asgi
from falcon.asgi import Request, Response

from ringbook import logs
from ringbook.api.app import create_app
from ringbook.config import read_settings


def end_with_parent() -> None:
    """In a worker: end when the process that started it is gone, even by kill -9, and so let go of the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=wait, daemon=True).start()


def from_environment() -> falcon.asgi.App[Request, Response]:
    """Return the application as the environment sets it; each worker of the server calls this."""
    end_with_parent()
    settings = read_settings(os.environ)
    logs.configure(settings.log_format)
    return create_app(settings)
