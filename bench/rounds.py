"""Servers taking turns: each measured once a round, so that what the machine does meanwhile meets all of them."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence

import psutil

from bench.load import Load
from bench.servers import Server

Rounds = dict[str, dict[str, list[float]]]
"""By server, then by figure (rate, p50_ms, p99_ms): one value a round."""

Measure = Callable[[Server, int], Load]

LONGEST_WAIT = 35
"""Seconds, within which a server that answers nothing has given up what it waits for, and logged it."""


def in_turn(servers: Sequence[Server], rounds: int, measure: Measure, *, misses: bool = False) -> Rounds:
    """Return what `measure` gave for each server in each of the rounds; it gets a number that no other call gets.

    Raises RuntimeError where a server answered nothing or refused a request; with `misses`, where it did not refuse
    every one.
    """
    found: dict[str, dict[str, list[float]]] = {server.name: {} for server in servers}
    for turn in range(rounds):
        for i, server in enumerate(servers):
            load = measure(server, turn * len(servers) + i)
            _wait_until_idle(server)
            check(server, load, misses=misses)
            for figure in ("rate", "p50_ms", "p99_ms"):
                found[server.name].setdefault(figure, []).append(round(getattr(load, figure), 3))
    return found


def check(server: Server, load: Load, *, misses: bool = False) -> None:
    """Raise RuntimeError, with what the server says of it, unless all was answered as it should be."""
    if not load.answered:
        time.sleep(LONGEST_WAIT)
        raise RuntimeError(f"{server.name} answered nothing; its log ends with:\n{server.last_words()}")
    if (load.refused < load.answered) if misses else load.refused:
        message = f"{server.name} refused {load.refused} of {load.answered} requests; its log ends with:"
        raise RuntimeError(f"{message}\n{server.last_words()}")


def _wait_until_idle(server: Server) -> None:
    """Let the server end what it has begun, which would be taken from the next one's time."""
    processes = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children()]
    used = _seconds_used(processes)
    for _ in range(200):
        time.sleep(0.05)
        before, used = used, _seconds_used(processes)
        if used - before <= 0.01:  # one tick of the kernel's clock
            return


def _seconds_used(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def ratio(rounds: Rounds, one: str, other: str, figure: str = "rate") -> float:
    """Return the median of `one`'s figure divided by the `other`'s of the same round."""
    return median(a / b for a, b in zip(rounds[one][figure], rounds[other][figure], strict=True))


def progress(*words: str) -> None:
    """Say what has been measured."""
    print(time.strftime("%H:%M:%S"), *words, flush=True)  # noqa: T201
