"""Chromium for tests of pages, the machine's own; what lacks is named. No page reaches another machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.running_centre import PASSWORD
from tocsin.web import static_files
from tocsin.web.security import CSP

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent.parent / "console/node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SERIOUS = """async tags => {
    const {violations} = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
    return violations.filter(({impact}) => ["serious", "critical"].includes(impact))
        .flatMap(({id, nodes}) => nodes.map(({target}) => `${id}: ${target}`));
}"""
WAIT_MS = 20_000
"""Nothing takes so long, but on a machine that does much else."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def need_browser() -> None:
    """Skip where there is no browser, or no bundle for it, and say how to get one."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium. On Debian: apt-get install chromium")
    if not static_files.static_url("live.js"):
        pytest.skip("there is no bundle: scripts/console makes it, and tells why where it cannot")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    need_browser()
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def serious(page: Page) -> list[str]:
    """What axe-core finds on a page that is serious or worse, as `rule: where`; WCAG 2.2 A and AA."""
    if not AXE.exists():
        pytest.skip("there is no axe-core: scripts/console --dev fetches it")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(SERIOUS, TAGS)
    return found


class Person:
    """Somebody with a browser of their own, at one centre. All that goes wrong on a page is kept in `wrongs`."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:  # noqa: ANN401  # playwright's own
        self.address = address
        self.context: BrowserContext = browser.new_context(base_url=address, **options)
        self.context.set_default_timeout(WAIT_MS)
        self.context.route(_is_elsewhere, self._refuse)
        self.asked: list[str] = []
        self.wrongs: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url.removeprefix(address)))
        self.context.on("weberror", lambda error: self.wrongs.append(str(error.error)))
        self.context.on("console", lambda said: self._note(said.type, said.text))

    def _refuse(self, route: Route) -> None:
        self.wrongs.append(f"a request left the machine: {route.request.url}")
        route.abort()

    def _note(self, kind: str, text: str) -> None:
        # A line that breaks is told by the browser too; that the page bears it is what tests are about.
        if kind == "error" and "Failed to load resource" not in text:
            self.wrongs.append(text)

    def sign_in(self, name: str, password: str = PASSWORD) -> Page:
        """Sign in by the form. The page one comes to."""
        page = self.context.new_page()
        page.goto("/login")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", password)
        page.click("form[action='/login'] button, main form button")
        page.wait_for_url(f"{self.address}/")
        return page

    def show(self, path: str, html: str) -> None:
        """Let the centre seem to have such a page, under the centre's own policy."""
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": CSP}

        def answer(route: Route) -> None:
            route.fulfill(body=html, headers=headers)

        self.context.unroute(f"**{path}")
        self.context.route(f"**{path}", answer)

    def close(self) -> None:
        self.context.close()


def _is_elsewhere(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host not in LOOPBACK and not host.endswith(".localhost")
