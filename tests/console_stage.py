"""People with browsers at an exercise of the Meridian Pact: they come in by one-time links, and act by the pages alone.

What no page does, which is to invite, to approve and to move an exercise's clock, the secretariat does by its client.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Person
from tests.running_centre import PASSWORD, RunningCentre, fast_settings
from tocsin.client import Client

BACK_MS = 60_000
"""A page looks for a lost centre again after 30 s at the latest."""


class Exercise(RunningCentre):
    """An exercise whose clock stands until it is moved. All that goes through here goes over HTTP, as from outside."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "--mode", "exercise", "--settings", fast_settings(folder))
        self.admin: Client
        self.approver: Client
        self.conductor: Client

    def set_up(self) -> None:
        """Start it, take the secretariat's first desk, and let the clock stand."""
        self.start()
        self.admin = Client(self.address)
        self.admin.enter(self.told["link"], "the secretary", PASSWORD)
        self.admin.login("the secretary", PASSWORD)
        self.approver = self.admin
        self.approver = self.at(
            "secretariat", "secretariat"
        )  # where there are two, the one invites, the other approves
        self.conductor = self.at("secretariat", "conductor")
        self.conductor.set_clock(pause=True)

    def at(self, seat: str, role: str = "liaison") -> Client:
        """Somebody at a desk of a seat who uses no browser."""
        name, client = self.new(f"{role} of {seat}"), Client(self.address)
        desk = client.enter(self.admin.invite(seat, role)["link"], name, PASSWORD)["desk"]
        self.approver.approve(desk)
        client.login(name, PASSWORD)
        return client

    def now(self) -> datetime:
        return datetime.fromisoformat(self.admin.situation()["now"])

    def pass_time(self, **time: float) -> None:
        """Move the clock on by a timedelta's hours, seconds, …"""
        self.move_to(self.now() + timedelta(**time))

    def move_to(self, at: datetime) -> None:
        self.conductor.set_clock(at=at.isoformat())

    def text(self, case: str = "", procedure: str = "tents", matter: str = "relief") -> tuple[str, str]:
        """Case and name of a text before the Council, put there by Belmora outside the pages."""
        case = case or self.new("storm")
        command = {"do": "table text", "by": "XAB", "case": case, "procedure": procedure, "matter": matter}
        self.belmora.submit({**command, "organ": "council", "text": "Tents for the north.", "id": self.new("table")})
        return case, procedure

    def silence(self, case: str = "") -> tuple[str, str]:
        """The same under silence for a day."""
        case, procedure = self.text(case)
        command = {"do": "open silence", "by": "SG", "case": case, "procedure": procedure, "id": self.new("silence")}
        self.admin.submit(command)
        return case, procedure

    def deadline(self, text: tuple[str, str]) -> datetime:
        return datetime.fromisoformat(self.admin.procedure(*text)["deadline"])

    @property
    def belmora(self) -> Client:
        if not hasattr(self, "_belmora"):
            self._belmora = self.at("XAB")
        return self._belmora

    def officer(self, browser: Browser, seat: str, role: str = "liaison", **options: Any) -> "Officer":  # noqa: ANN401  # playwright's own
        """Somebody who takes up an invitation in a browser of their own, is approved, and signs in."""
        officer = Officer(browser, self.address, **options)
        officer.take_up(self.admin.invite(seat, role)["link"], self.new(f"{role} of {seat}"))
        self.approver.approve(officer.desk)
        officer.come_in()
        return officer


class Officer(Person):
    """Somebody at a desk. `page` is the tab they look at."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:  # noqa: ANN401  # playwright's own
        super().__init__(browser, address, **options)
        self.page: Page = self.context.new_page()
        self.name = self.desk = ""

    def take_up(self, link: str, name: str) -> None:
        """Open a one-time link, and choose a name and a password."""
        self.name = name
        self.page.goto(link)
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        self.page.get_by_label("The same password again").fill(PASSWORD)
        self.press("Take up the desk")
        self.sees("The desk is yours")
        self.desk = self.page.locator("main code").first.inner_text()

    def come_in(self) -> None:
        """Sign in, and wait until the page follows the centre, where it can."""
        self.page.get_by_role("link", name="sign in").last.click()
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        self.sees("Situation")

    def open(self, *parts: str) -> Page:
        """Go to a page by its address."""
        self.page.goto("/" + "/".join(quote(part, safe="?=&#") for part in parts))
        return self.page

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page.locator("main")).get_by_role("button", name=name).first.click()

    def follow(self, name: str, within: Locator | None = None) -> None:
        (within or self.page.locator("main")).get_by_role("link", name=name).first.click()

    def sees(self, text: str | re.Pattern[str], where: str = "main") -> None:
        """What the page says, now or soon."""
        expect(self.page.locator(where)).to_contain_text(text)

    def is_told(self, text: str | re.Pattern[str]) -> None:
        """What the page that comes before filing says of it."""
        expect(self.page.get_by_role("heading", name="What this brings")).to_be_visible()
        expect(self.page.locator(".effects")).to_contain_text(text)

    def files(self) -> None:
        """Confirm what was shown."""
        self.press("Confirm and file")
        expect(self.page.get_by_role("button", name="Confirm and file")).to_have_count(0)
        expect(self.page.locator(".problem[role=alert]")).to_have_count(0)

    def follows(self) -> None:
        """Wait until the page follows the centre."""
        expect(self.page.locator("[data-link]")).to_have_text("connected")

    def stays(self) -> None:
        """Mark the page, so that loading it again would be noticed."""
        self.page.evaluate("document.body.id = 'stays'")

    def has_stayed(self) -> None:
        expect(self.page.locator("body#stays")).to_have_count(1)

    def deed(self, case: str, deed: str, /, **fields: str) -> Locator:
        """Fill in one of the forms of a case, and ask what it brings."""
        self.open("cases", case)
        form = self.page.locator("details", has=self.page.locator("summary", has_text=re.compile(f"^{deed}$")))
        form.locator("summary").click()
        self.fill(form, **fields)
        self.press("Show what this brings", form)
        return form

    def fill(self, form: Locator, /, **fields: str) -> None:
        """Fill in fields by their names."""
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']").first
            if field.evaluate("one => one.localName") == "select":
                field.select_option(value)
            else:
                field.fill(value)

    def position(self, text: tuple[str, str], said: str, reservation: str = "") -> None:
        """Fill in a position on a text, and ask what it brings."""
        self.open("desk", "position", *text)
        self.page.get_by_role("radio", name=re.compile(rf"\b{said}\b")).check()
        if reservation:
            self.page.get_by_label("Reservation").fill(reservation)
        self.press("Show what it brings")
