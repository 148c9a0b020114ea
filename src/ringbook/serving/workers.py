"""Several workers behind one port: started, watched, replaced without a lost request, ended in order."""

import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing import connection, resource_tracker
from types import FrameType

import structlog
import uvicorn
from uvicorn.supervisors.multiprocess import Process

from ringbook.serving.server import ENDING, Server, hung_up
from ringbook.serving.sockets import share

LEFT_TO_THE_PARENT = {signal.SIGINT, signal.SIGHUP}
START_SECONDS = 60
"""How long a worker may take until it listens."""

HEALTH_SECONDS = 5
"""How long a worker may be silent until it is taken for hung, and killed."""

LOOK_SECONDS = 0.5
"""How often signals and silent workers are looked for; a worker that ends is seen at once."""

RETRY_SECONDS = 1
"""How long after a worker that never listened the next one is started."""

RETIRE = b"retire"


class Worker(Process):
    """uvicorn's process that answers; it is asked how it is, and told to retire, through a pipe."""

    def __init__(self, config: uvicorn.Config, port: socket.socket) -> None:
        super().__init__(config, [port])
        self._server = self._own = Server(config)
        self.listens = False
        self._asked: float | None = None
        self._patience = START_SECONDS

    def is_well(self) -> bool:
        """Tell whether it lives and has answered in time; wait for nothing, and ask once until it answers."""
        try:
            if self.parent_conn.poll():
                self.listens = self.parent_conn.recv()
                self._asked, self._patience = None, HEALTH_SECONDS
            if self._asked is None:
                self.parent_conn.send(b"ping")
                self._asked = time.monotonic()
        except (OSError, EOFError):
            return False
        return self.process.is_alive() and time.monotonic() - self._asked < self._patience

    def retire(self) -> None:
        """Let it take no new connection, and end with the last one that it has."""
        self.parent_conn.send(RETIRE)

    def pong(self) -> None:
        """In the worker: answer the parent once."""
        if self.child_conn.recv() == RETIRE:
            self._own.retire()
        self.child_conn.send(self._own.started)


class Workers:
    """The workers of one port, each with a listening socket of its own.

    This process holds the sockets too. A worker that takes another's place takes over its socket, with the connections
    that wait there: of a socket that closes, the system would reset them (docs/decisions/0018).
    """

    def __init__(self, config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> None:
        self._config = config
        self._announce = announce
        self._family, self._address = listener.family, listener.getsockname()
        listener.close()
        self._ports = [share(self._family, self._address) for _ in range(config.workers)]
        self._workers: list[Worker] = []
        self._retired: list[Worker] = []
        self._is_ending = self._is_renewing = False
        for number in (*ENDING, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        """Note the signal; on a second Ctrl-C kill the workers, whatever is in flight."""
        if number == signal.SIGHUP and not hung_up():
            self._is_renewing = True
            return
        if number == signal.SIGINT and self._is_ending:
            for worker in self._workers + self._retired:
                worker.process.kill()
        self._is_ending = True

    def run(self) -> None:
        """Serve until a signal. Raises SystemExit where the workers do not start."""
        resource_tracker.ensure_running()  # started later, it would unblock the signals
        self._workers = [self._start(port) for port in self._ports]
        ready = all(self._is_ready(worker) for worker in self._workers)
        if ready:
            self._announce()
        while ready and not self._is_ending:
            connection.wait([worker.process.sentinel for worker in self._workers], LOOK_SECONDS)
            if self._is_renewing:
                self._is_renewing = False
                self._renew()
            self._replace_ended()
        self._end()
        if not self._is_ending:
            sys.exit(1)

    def _start(self, port: socket.socket) -> Worker:
        worker = Worker(self._config, port)
        signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_THE_PARENT)  # a new process takes this over
        worker.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_THE_PARENT)
        return worker

    def _is_ready(self, worker: Worker) -> bool:
        """Wait until it listens; tell False where it ends before, takes too long, or all are to end."""
        deadline = time.monotonic() + START_SECONDS
        while worker.is_well() and time.monotonic() < deadline and not self._is_ending:
            if worker.listens:
                return True
            time.sleep(0.02)
        return False

    def _renew(self) -> None:
        """Replace every worker by one that has read the settings anew; none ends before the next one listens."""
        for place, old in enumerate(self._workers):
            new = self._start(self._ports[place])
            if not self._is_ready(new):
                new.kill()
                new.join()
                if not self._is_ending:
                    structlog.get_logger().error("a new worker does not start: the old ones go on")
                return
            self._workers[place] = new
            old.retire()
            self._retired.append(old)
        structlog.get_logger().warning("SIGHUP: every worker is replaced", retiring=len(self._retired))

    def _replace_ended(self) -> None:
        self._retired = [worker for worker in self._retired if worker.process.is_alive()]
        for place, worker in enumerate(self._workers):
            if not worker.is_well() and not self._is_ending:
                worker.kill()
                worker.join()
                structlog.get_logger().warning("a worker is gone: another takes its place", exitcode=worker.exitcode)
                if worker.exitcode != 0:
                    self._ports[place].close()  # so that no connection waits there until the next one listens
                    self._ports[place] = share(self._family, self._address)
                if not worker.listens:
                    time.sleep(RETRY_SECONDS)
                self._workers[place] = self._start(self._ports[place])

    def _end(self) -> None:
        for port in self._ports:
            port.close()
        for worker in self._workers + self._retired:
            worker.terminate()
        for worker in self._workers + self._retired:
            worker.join()
