"""Serve one of the apps that Ringbook is measured against, by the same program with the same settings."""

import sys

from ringbook.serving.run import configured, serve, until_signalled
from ringbook.serving.sockets import bind


def main(app: str, port: int, workers: int) -> None:
    """Serve `app` (module:name) until SIGTERM, as Ringbook is served."""
    with until_signalled():
        serve(configured(app, workers, proxy_headers=False), bind("127.0.0.1", port), lambda: None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
