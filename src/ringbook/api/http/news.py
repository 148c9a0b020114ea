"""Who waits for news of a customer's book, and is told: at once by changes of this process, soon by those of others."""

import asyncio
from collections.abc import Awaitable, Callable

from ringbook.contacts import change_feed
from ringbook.contacts.change_feed import Positions
from ringbook.database.engine import Database
from ringbook.errors import Unavailable
from ringbook.tenants.caller import Caller

ASK_SECONDS = 0.5
"""How often the database is asked for the changes of other processes: once for each customer, however many wait."""


class News:
    """Those who wait in this process. They hold no connection of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[asyncio.Future[None], tuple[Caller, Positions]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._has_ended = False

    async def wait(self, caller: Caller, known: Positions, seconds: float, gone: Callable[[], Awaitable[None]]) -> bool:
        """Wait until the customer's book stands elsewhere than is `known`; tell False where waiting is over.

        It is where so many seconds are, where who waits has gone (then `gone` returns), or the server is about to end.
        """
        if self._has_ended or seconds <= 0:
            return False
        news = asyncio.get_running_loop().create_future()
        self._waiting[news] = caller, known
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        has_gone = asyncio.ensure_future(gone())
        try:
            await asyncio.wait({news, has_gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return news.done() and not has_gone.done() and not self._has_ended
        finally:
            has_gone.cancel()
            self._waiting.pop(news, None)

    def tell(self, customer_id: str) -> None:
        """Tell those who wait for this customer's book that it has changed."""
        for news in [news for news, (caller, _) in self._waiting.items() if caller.customer_id == customer_id]:
            self._wake(news)

    def end(self) -> None:
        """Let nobody wait any more: the server is about to end."""
        self._has_ended = True
        for news in list(self._waiting):
            self._wake(news)

    def _wake(self, news: asyncio.Future[None]) -> None:
        if self._waiting.pop(news, None):
            news.set_result(None)

    async def _look(self) -> None:
        """Ask the database, as long as anybody waits."""
        while self._waiting:
            await asyncio.sleep(ASK_SECONDS)
            for caller in {caller.customer_id: caller for caller, _ in self._waiting.values()}.values():
                try:
                    front = await change_feed.front(caller, self._database)
                except Unavailable:  # it is asked again
                    continue
                for news, (waiting, known) in list(self._waiting.items()):
                    if waiting.customer_id == caller.customer_id and known != front:
                        self._wake(news)
        self._looking = None
