"""The ledger's pages: acts as a seat may know them, their proofs, and proofs at the size of a checkpoint one holds."""

import re
from base64 import b64decode
from html import unescape

import msgspec
import pytest

from tests.centre_world import MEMBERS, run
from tests.test_web_pages import Page
from tests.web_client import Response, Site
from tocsin.ledger import Checkpoint, Proof, check
from tocsin.ledger.note import Note, opened
from tocsin.ledger.tree import leaf_hash, verify_consistency, verify_inclusion


def checkpoint_of(answer: Response) -> Checkpoint:
    assert answer.status_code == 200, answer.text
    return Checkpoint.parse(Note.parse(answer.text).text)


def hashes_of(answer: Response) -> list[bytes]:
    assert answer.status_code == 200, answer.text
    return [b64decode(one) for one in answer.json()["hashes"]]


async def seated(site: Site, seat: str) -> str:
    """Somebody at a desk, whose browser the client is from now on."""
    secret = site.seat(seat)
    site.http.cookies.set("tocsin", secret)
    return secret


async def some_acts(site: Site, secret: str, count: int = 5) -> None:
    for number in range(count):
        case = f"XAB-k{count}-{number}"
        done = await site.act(
            secret, "table text", f"t-{case}", by="XAB", case=case, procedure="p", matter="relief", text="Send help."
        )
        assert done.status_code == 200, done.text


def cursors(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"><a href="/ledger/([^"]+)"', answer.text)


def test_all_acts_of_a_seat_are_found_page_by_page_the_newest_first() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 60)
            length = len(site.world.centre.board.feed("XAB"))
            found, path = [], "/ledger"
            while path:
                answer = await site.get(path)
                found += cursors(answer)
                more = re.search(r'rel="next" href="([^"]+)"', answer.text)
                path = unescape(more[1]) if more else ""
            assert found == [f"1-{position}" for position in range(length, 0, -1)]
            assert length >= 60

    run(story())


def test_acts_are_filtered_by_case_and_by_kind_of_fact() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret)
            of_case = await site.get("/ledger?case=XAB-k5-2")
            assert len(cursors(of_case)) >= 1
            assert "XAB-k5-3</a>" not in of_case.text
            assert cursors(await site.get("/ledger?kind=procedure+opened&case=XAB-k5-2")) == cursors(of_case)[-1:]
            nothing = await site.get("/ledger?kind=decided")
            assert not cursors(nothing)
            assert "No act of this case and kind" in nothing.text

    run(story())


def test_an_empty_ledger_says_what_to_do() -> None:
    async def story() -> None:
        async with Site() as site:
            await seated(site, "XAB")
            answer = await site.get("/ledger")
            assert "Keep a checkpoint now" in answer.text
            assert (await site.get("/ledger?before=1-9")).status_code == 404
            assert (await site.get("/ledger/1-9")).status_code == 404
            assert (await site.get("/ledger/2-1")).status_code == 404

    run(story())


def test_an_act_tells_its_facts_its_clause_who_attested_it_and_where_its_receipt_is() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 1)
            cursor = cursors(await site.get("/ledger"))[0]
            answer = await site.get(f"/ledger/{cursor}")
            page = Page(answer)
            assert page.tags.count("h1") == 1
            assert "it rests on the centre&#39;s word" in answer.text
            assert "<dt>Clause</dt><dd><a class=" in answer.text
            assert f"/api/v1/receipts/{cursor}" in page.links
            assert f"tocsin ledger check-proof {cursor}.tlog-proof --key KEY" in answer.text
            shown = re.search(r'data-facts="([^"]*)"', answer.text)
            assert shown is not None
            receipt = await site.get(f"/api/v1/receipts/{cursor}")
            proof = Proof.parse(receipt.content)
            proven = check(proof, site.world.centre.ledger.keys.all())
            assert msgspec.json.decode(unescape(shown[1]))["facts"] == msgspec.json.decode(proven.entry.body)["facts"]

    run(story())


def test_a_page_of_the_ledger_names_neither_the_size_nor_the_root_of_the_ledger() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 1)
            author, reader = site.seat("XAC"), site.seat("XAD")
            await site.warn(author, "XAC-k", "w", "Something.", ["XAD"])
            before, size = [(await site.get(path)).text for path in ("/ledger", "/ledger/1-1")], site.entries()
            assert (await site.get("/api/v1/cases/XAC-k/warnings/w", reader)).status_code == 200
            assert site.entries() > size
            assert [(await site.get(path)).text for path in ("/ledger", "/ledger/1-1")] == before

    run(story())


def test_a_receipt_that_the_seat_may_not_hold_is_refused_in_words() -> None:
    async def story() -> None:
        async with Site() as site:
            author, _ = site.seat("XAC"), await seated(site, "XAD")
            await site.warn(author, "XAC-k", "w", "Something.", ["XAD"])
            cursor = cursors(await site.get("/ledger?kind=warning"))[0]
            answer = await site.get(f"/ledger/{cursor}")
            assert "There is no proof of this for you" in answer.text
            assert "data-verify" not in answer.text
            assert "/api/v1/receipts/" not in answer.text
            for path in (f"receipts/{cursor}", f"receipts/{cursor}/inclusion?size=4"):
                assert (await site.get(f"/api/v1/{path}")).status_code == 403

    run(story())


def test_any_checkpoint_that_was_kept_is_proven_to_be_the_beginning_of_any_later_one() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            kept = []
            for number in range(len(MEMBERS)):
                await some_acts(site, secret, number + 1)
                answer = await site.get("/api/v1/checkpoint")
                opened(answer.text, site.world.centre.ledger.keys.all())
                kept.append(checkpoint_of(answer))
            for old in kept:
                for new in kept:
                    answer = await site.get(f"/api/v1/consistency?old={old.size}&size={new.size}")
                    if old.size > new.size:
                        assert answer.status_code == 404
                    else:
                        assert verify_consistency(old.size, new.size, hashes_of(answer), old.root, new.root)

    run(story())


def test_an_act_is_proven_in_the_tree_of_any_checkpoint_that_covers_it() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 2)
            proof = Proof.parse((await site.get("/api/v1/receipts/1-1")).content)
            new = checkpoint_of(await site.get("/api/v1/checkpoint"))
            for number in range(3):
                await some_acts(site, secret, 3 + number)
                new = checkpoint_of(await site.get("/api/v1/checkpoint"))
                hashes = hashes_of(await site.get(f"/api/v1/receipts/1-1/inclusion?size={new.size}"))
                assert verify_inclusion(leaf_hash(proof.leaf), proof.index, new.size, hashes, new.root)
            assert (await site.get(f"/api/v1/receipts/1-1/inclusion?size={proof.index}")).status_code == 404
            assert (await site.get(f"/api/v1/receipts/1-1/inclusion?size={new.size + 1}")).status_code == 404
            assert (await site.get("/api/v1/receipts/1-999/inclusion?size=3")).status_code == 404

    run(story())


@pytest.mark.parametrize("query", ["", "?old=0&size=2", "?old=1", "?old=-1&size=2", "?old=1&size=x"])
def test_sizes_that_no_checkpoint_has_are_refused(query: str) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = site.seat("XAB")
            assert (await site.get(f"/api/v1/consistency{query}", secret)).status_code == 400

    run(story())
