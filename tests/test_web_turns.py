"""Who pushes need not wait for all who ask for their page."""

import asyncio

from tests.noninterference import turn
from tocsin.web.turns import Turns


def test_whoever_comes_while_hundreds_ask_for_their_page_waits_for_one_of_them() -> None:
    async def story() -> list[str]:
        turns, done, first = Turns(), list[str](), asyncio.Event()

        async def page() -> None:
            await turns.take()
            done.append("page")
            first.set()

        async def push() -> None:
            done.append("push")

        pages = [asyncio.create_task(page()) for _ in range(300)]
        await first.wait()
        await asyncio.gather(asyncio.create_task(push()), *pages)
        return done

    done = asyncio.run(story())
    assert (done.count("page"), done.count("push")) == (300, 1)
    assert done.index("push") <= 3


def test_who_gives_up_keeps_nobody_from_their_turn() -> None:
    async def story() -> list[BaseException | None]:
        turns = Turns()
        waiting = [asyncio.create_task(turns.take()) for _ in range(9)]
        await turn()
        for one in waiting[::2]:
            one.cancel()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        await turns.take()
        return ended[1::2]

    assert asyncio.run(story()) == [None] * 4
