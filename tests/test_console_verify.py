"""The check in the browser: a receipt and the ledger, against what the user holds; in Chromium, with WebCrypto.

The browser asks the app in this process: nothing listens, and what it is answered can be changed on the way.
"""

import asyncio
import re
import subprocess
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from tests.naive_tree import consistency, inclusion, root
from tests.test_console_ledger import seated, some_acts
from tests.web_client import BASE, Site
from tocsin.ledger import Checkpoint, FileLedger, backup, restore
from tocsin.ledger.note import Note, Signer, VerifierKey, signed
from tocsin.ledger.tree import leaf_hash

CONSOLE = Path(__file__).parent.parent / "console"
CHROMIUM = "/usr/bin/chromium"
ORIGIN = "tocsin/memory/live/1"
WAIT_MILLISECONDS = 5_000
Change = Callable[[str, bytes], bytes]


class Chromium:
    """A browser for all tests here, in one event loop."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.browser: Browser = self.runner.run(self._launch())

    async def _launch(self) -> Browser:
        self._playwright = await async_playwright().start()
        return await self._playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

    def close(self) -> None:
        self.runner.run(self._end())
        self.runner.close()

    async def _end(self) -> None:
        await self.browser.close()
        await self._playwright.stop()

    def run(self, work: Any) -> None:  # noqa: ANN401  # any coroutine
        self.runner.run(work)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    chromium = Chromium()
    yield chromium
    chromium.close()


class Window:
    """A page of a site, and all that it asked for."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site = page, site
        self.asked: list[str] = []
        self.change: Change = lambda _, body: body
        self.instead: Callable[[str], bytes | None] = lambda _: None
        self.is_cut_off = False

    async def serve(self, route: Route) -> None:
        asked = route.request
        path = asked.url.removeprefix(BASE)
        self.asked.append(f"{asked.method} {path} {asked.post_data or ''}")
        if self.is_cut_off or path.startswith("/api/v1/events"):
            await route.abort()
            return
        other = self.instead(path)
        if other is not None:
            await route.fulfill(status=200, body=other)
            return
        answer = await self.site.http.request(asked.method, path)
        headers = {"content-type": answer.headers["content-type"]}
        await route.fulfill(status=answer.status_code, headers=headers, body=self.change(path, answer.content))

    async def check(self, path: str, *, held: str = "", keys: str = "") -> tuple[str, str]:
        """Open a page and check there: the word of the verdict, and all that is said."""
        await self.page.goto(BASE + path)
        if held:
            await self.page.fill("[data-held]", held, force=True)
        if keys:
            await self.page.fill("[data-held-keys]", keys, force=True)
        return await self.again()

    async def again(self) -> tuple[str, str]:
        await self.page.click("[data-check]")
        await self.page.wait_for_selector("[data-check]:enabled")
        verdict = await self.page.inner_text("[data-verdict]")
        return verdict.partition(":")[0], verdict + "\n" + await self.page.inner_text("[data-steps]")


@asynccontextmanager
async def opened(chromium: Chromium, site: Site) -> AsyncIterator[Window]:
    context = await chromium.browser.new_context()
    context.set_default_timeout(WAIT_MILLISECONDS)
    window = Window(await context.new_page(), site)
    await context.route("**/*", window.serve)
    # What it does with what it holds is looked at while it is folded away, too.
    await context.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelectorAll('details').forEach(d => d.open = true))"
    )
    try:
        yield window
    finally:
        await context.unroute_all(behavior="ignoreErrors")
        await context.close()


async def checkpoint(site: Site) -> str:
    return (await site.get("/api/v1/checkpoint")).text


def key_of(site: Site) -> str:
    return site.world.centre.ledger.keys.all()[-1].text


def test_without_anything_held_no_more_is_said_than_that_it_fits_together(chromium: Chromium) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret)
            async with opened(chromium, site) as window:
                for path in ("/ledger", "/ledger/1-2"):
                    word, says = await window.check(path)
                    assert word == "self-consistent", says
                    assert "could have made all of it anew" in says
                word, says = await window.check("/ledger/1-2", keys=key_of(site))
                assert word == "signed", says
                assert "The facts on this page are those in the record." in says

    chromium.run(story())


def test_against_a_checkpoint_that_the_browser_kept_acts_before_it_are_authentic_and_later_ones_signed(
    chromium: Chromium,
) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret)
            async with opened(chromium, site) as window:
                await window.check("/ledger")
                await window.page.click("[data-keep]")
                assert "You hold a checkpoint of" in await window.page.inner_text("[data-holding]")
                await some_acts(site, secret, 9)
                last = len(site.world.centre.board.feed("XAB"))
                assert (await window.check("/ledger"))[0] == "authentic"
                assert (await window.check("/ledger/1-2"))[0] == "authentic"
                word, says = await window.check(f"/ledger/1-{last}")
                assert word == "signed"
                assert "This act came after your checkpoint" in says
                await window.page.click("[data-keep]")
                assert (await window.again())[0] == "authentic"
                await window.page.click("[data-forget]")
                assert (await window.again())[0] == "self-consistent"

    chromium.run(story())


def test_each_replay_of_one_name_is_a_ledger_of_its_own_and_a_live_one_is_not(chromium: Chromium) -> None:
    async def story() -> None:
        kept: dict[str, dict[str, str]] = {}
        for mode in ("replay", "live"):
            for run in (1, 2):
                async with Site(mode=mode) as site:
                    await some_acts(site, await seated(site, "XAB"), run)
                    async with opened(chromium, site) as window:
                        await window.page.goto(f"{BASE}/ledger")
                        if kept.get(mode):
                            await window.page.evaluate("kept => Object.assign(localStorage, kept)", kept[mode])
                        word, says = await window.check("/ledger")
                        if run == 1:
                            await window.page.click("[data-keep]")
                            kept[mode] = await window.page.evaluate("({...localStorage})")
                        else:
                            assert word == ("refuted" if mode == "live" else "self-consistent"), says

    chromium.run(story())


def test_a_checkpoint_newer_than_the_receipt_proves_the_act_too(chromium: Chromium) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 3)
            old = (await site.get("/api/v1/receipts/1-2")).content
            await some_acts(site, secret, 8)
            async with opened(chromium, site) as window:
                window.change = lambda path, body: old if path == "/api/v1/receipts/1-2" else body
                word, says = await window.check("/ledger/1-2", held=await checkpoint(site), keys=key_of(site))
                assert word == "authentic", says
                assert "The leaf leads to the root of your checkpoint, too." in says

    chromium.run(story())


def test_what_the_user_holds_is_never_sent_and_may_come_from_mail_or_from_a_file(
    chromium: Chromium, tmp_path: Path
) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret)
            note = await checkpoint(site)
            file = tmp_path / "kept.txt"
            file.write_text(note, encoding="utf-8")
            async with opened(chromium, site) as window:
                mailed = "\r\n  " + note.replace("\n", "\r\n") + "\r\n"
                assert (await window.check("/ledger/1-1", held=mailed, keys=key_of(site)))[0] == "authentic"
                word, says = await window.check("/ledger/1-1", held=note)
                assert word == "self-consistent"
                assert "give the key you hold to have it authentic" in says
                await window.check("/ledger/1-1", keys=key_of(site))
                await window.page.set_input_files("[data-file]", file)
                await window.page.wait_for_function("document.querySelector('[data-held]').value !== ''")
                assert (await window.again())[0] == "authentic"
                told = " ".join(window.asked)
                assert Checkpoint.parse(Note.parse(note).text).text.split("\n")[2] not in told
                assert "POST" not in told

    chromium.run(story())


def in_extra(change: Callable[[dict[str, str]], None]) -> Change:
    """A receipt in which something else is shown."""

    def changed(path: str, body: bytes) -> bytes:
        if "/receipts/" not in path or "inclusion" in path:
            return body
        lines = body.decode().split("\n")
        extra = msgspec.json.decode(b64decode(lines[1].removeprefix("extra ")))
        change(extra)
        lines[1] = "extra " + b64encode(msgspec.json.encode(extra)).decode()
        return "\n".join(lines).encode()

    return changed


def another_frame(extra: dict[str, str]) -> None:
    extra["frame"] = b64encode(b64decode(extra["frame"]).replace(b"Send help.", b"Send none.")).decode()


def another_leaf(extra: dict[str, str]) -> None:
    leaf = bytearray(b64decode(extra["leaf"]))
    leaf[10] ^= 1
    extra["leaf"] = b64encode(leaf).decode()


def in_line(start: str) -> Change:
    """A receipt in which one letter of a line's base64 is another."""

    def changed(path: str, body: bytes) -> bytes:
        if "/receipts/" not in path or "inclusion" in path:
            return body
        lines = body.decode().split("\n")
        at = next(number for number, line in enumerate(lines) if (line.startswith(start) if start else number == 3))
        lines[at] = lines[at][:-6] + ("A" if lines[at][-6] != "A" else "B") + lines[at][-5:]
        return "\n".join(lines).encode()

    return changed


def other_facts(path: str, body: bytes) -> bytes:
    return body.replace(b"Send help.", b"Send none.") if path.startswith("/ledger/") else body


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (in_extra(another_frame), "the record it shows is not the one its leaf commits to"),
        (in_extra(another_leaf), "The leaf does not lead to the root of the checkpoint"),
        (in_extra(lambda extra: extra.update(more="AAAA")), "it shows something that no receipt holds"),
        (in_line(""), "The leaf does not lead to the root of the checkpoint"),
        (in_line("— "), "The signature does not fit the checkpoint"),
        (lambda path, body: b"nonsense" if "/receipts/" in path else body, "it is no tlog-proof"),
        (other_facts, "The record in the receipt says something else than this page"),
    ],
    ids=["the record", "the leaf", "a member", "the path", "the signature", "nonsense", "the page"],
)
def test_a_forged_receipt_is_refuted(chromium: Chromium, change: Change, says: str) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret)
            async with opened(chromium, site) as window:
                assert (await window.check("/ledger/1-2", keys=key_of(site)))[0] == "signed"
                window.change = change
                word, told = await window.check("/ledger/1-2", keys=key_of(site))
                assert word == "refuted", told
                assert says in told

    chromium.run(story())


def test_a_ledger_signed_by_another_key_is_refuted_and_a_key_that_is_none_is_said(chromium: Chromium) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 1)
            async with opened(chromium, site) as window:
                word, says = await window.check("/ledger/1-1", keys=Signer.new(ORIGIN).key.text)
                assert word == "refuted"
                assert "is signed by none of the keys you gave" in says
                true = VerifierKey.parse(key_of(site))
                word, says = await window.check("/ledger/1-1", keys=true.text.replace(true.id.hex(), "00000000"))
                assert word == "not checked"
                assert "its id does not belong to its name and key" in says

    chromium.run(story())


def test_a_fork_a_rolled_back_and_another_ledger_are_refuted(chromium: Chromium) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 5)
            signer = Signer.new(ORIGIN)
            keys = f"{key_of(site)}\n{signer.key.text}"
            present = Checkpoint.parse(Note.parse(await checkpoint(site)).text)
            async with opened(chromium, site) as window:

                async def held(size: int, origin: str = ORIGIN, digest: bytes = b"\x07" * 32) -> tuple[str, str]:
                    note = signed(Checkpoint(origin, size, digest).text, signer)
                    return await window.check("/ledger/1-2", held=note, keys=keys)

                for size in (present.size, present.size - 1, present.size - 2, 1):
                    word, says = await held(size)
                    assert word == "refuted", (size, says)
                    assert "together they are the evidence" in says
                word, says = await held(present.size + 1)
                assert word == "refuted"
                assert "it was rolled back" in says
                word, says = await held(present.size, "tocsin/other/live/1")
                assert word == "refuted"
                assert "of another ledger" in says
                assert (await held(present.size, digest=present.root))[0] == "authentic"

    chromium.run(story())


def test_a_ledger_restored_from_a_backup_continues_what_one_holds_and_is_signed_by_a_new_key(
    chromium: Chromium, tmp_path: Path
) -> None:
    path, copy = tmp_path / "run.tocsin", tmp_path / "copy"
    with closing(FileLedger(path, mode="live")) as ledger:
        ledger.append([(b'{"n":1}', ()), (b'{"n":2}', ())])
        early = ledger.checkpoint()
        backup(path, copy)
        ledger.append([(b'{"n":3}', ()), (b'{"n":4}', ()), (b'{"n":5}', ())])
        late, old_key = ledger.checkpoint(), ledger.keys.all()[0].text
    done = restore(copy, path, reason="the disk failed", replace=True)
    restored = FileLedger(path, mode="live")
    restored.append([(b'{"n":6}', ())])
    restored.checkpoint()
    keys = f"{old_key}\n{done.key}"

    def instead(path: str) -> bytes | None:
        if path == "/api/v1/receipts/1-2":
            return restored.prove(1).text.encode()
        if path == "/api/v1/checkpoint":
            return restored.checkpoint().encode()
        if path.startswith("/api/v1/consistency"):
            old, size = (int(number) for number in re.findall(r"=([0-9]+)", path))
            return msgspec.json.encode({"size": size, "hashes": _spelled(restored.consistency(old, size))})
        return None

    def renamed(path: str, body: bytes) -> bytes:
        text = re.sub(r'data-facts="[^"]*"', 'data-facts=""', body.decode()) if path.startswith("/ledger") else ""
        return text.replace(ORIGIN, restored.keys.origin.text).encode() or body

    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 2)
            async with opened(chromium, site) as window:
                window.instead, window.change = instead, renamed
                assert restored.keys.origin.text == "tocsin/run/live/2"
                word, says = await window.check("/ledger/1-2", held=early, keys=keys)
                assert word == "authentic", says
                word, says = await window.check("/ledger/1-2", held=early, keys=old_key)
                assert word == "refuted"
                assert "After a restore or a change of keys there is a new key" in says
                word, says = await window.check("/ledger/1-2", held=late, keys=keys)
                assert word == "refuted", says

    chromium.run(story())
    restored.close()


def test_a_browser_that_cannot_check_signatures_names_the_command_that_can(chromium: Chromium) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 1)
            async with opened(chromium, site) as window:
                await window.page.add_init_script(
                    "crypto.subtle.importKey = async () => { throw new DOMException('no', 'NotSupportedError') }"
                )
                word, says = await window.check("/ledger/1-1")
                assert word == "not checked"
                assert "This browser cannot check Ed25519 signatures" in says
                assert "tocsin ledger check-proof 1-1.tlog-proof --key KEY" in await window.page.inner_text("main")

    chromium.run(story())


def test_a_centre_that_does_not_answer_proves_nothing_either_way(chromium: Chromium) -> None:
    async def story() -> None:
        async with Site() as site:
            secret = await seated(site, "XAB")
            await some_acts(site, secret, 1)
            async with opened(chromium, site) as window:
                await window.page.goto(f"{BASE}/ledger/1-1")
                window.is_cut_off = True
                word, says = await window.again()
                assert word == "not checked"
                assert "nothing was checked" in says

    chromium.run(story())


def test_every_proof_of_small_trees_holds_in_the_browser_and_no_altered_one(chromium: Chromium) -> None:
    """Against the naive tree, which shares nothing with either."""
    made = subprocess.run(
        ["node_modules/.bin/esbuild", "src/proofs.ts", "--bundle", "--format=iife", "--global-name=proofs"],
        cwd=CONSOLE, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    leaves = [bytes([number]) for number in range(20)]
    cases = [
        [
            index,
            size,
            _spelled(inclusion(index, leaves[:size])),
            *_spelled([leaf_hash(leaves[index]), root(leaves[:size])]),
        ]
        for size in range(1, 21)
        for index in range(size)
    ]
    follows = [
        [old, size, _spelled(consistency(old, leaves[:size])), *_spelled([root(leaves[:old]), root(leaves[:size])])]
        for size in range(1, 21)
        for old in range(1, size + 1)
    ]

    async def story() -> None:
        page = await chromium.browser.new_page()
        await page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        await page.goto(BASE)
        await page.evaluate(made + "; globalThis.proofs = proofs;")
        assert await page.evaluate(PROVING, [cases, follows]) == []

    chromium.run(story())


PROVING = """async ([cases, follows]) => {
    const { includes, continues, base64 } = proofs, wrong = [];
    const bent = (path, at) => path.map((hash, place) => place === at ? hash.map((byte) => byte ^ 1) : hash);
    const all = async (name, check, rows) => {
        for (const [one, size, spelled, first, last] of rows) {
            const path = spelled.map(base64), [from, to] = [base64(first), base64(last)];
            const holds = (way) => check(BigInt(one), BigInt(size), way, from, to);
            if (!(await holds(path))) wrong.push([name, one, size, "does not hold"]);
            const shorter = path.length ? [path.slice(1)] : [];
            const others = [[...path, to], ...path.map((_, at) => bent(path, at)), ...shorter];
            for (const other of others) if (await holds(other)) wrong.push([name, one, size, "holds altered"]);
        }
    };
    await all("inclusion", (index, size, path, leaf, root) => includes(leaf, index, size, path, root), cases);
    await all("consistency", (old, size, path, from, to) => continues(old, size, path, from, to), follows);
    return wrong;
}"""


def _spelled(hashes: list[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]
