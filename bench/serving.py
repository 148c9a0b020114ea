"""Serve one of the apps that Ringbook is measured against, by the same program with the same settings."""

import sys

import uvicorn
from uvicorn.supervisors import Multiprocess

from ringbook.server import IDLE_SECONDS, GuardedProtocol, bind


def main(app: str, port: int, workers: int) -> None:
    """Serve `app` (module:name) until SIGTERM, as ringbook.server.run does."""
    config = uvicorn.Config(
        app,
        workers=workers,
        http=GuardedProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
    )
    listener = bind("127.0.0.1", port)
    if workers == 1:
        uvicorn.Server(config).run([listener])
    else:
        Multiprocess(config, [listener]).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
