"""Calling out: who is told what and when, until somebody knows."""

import asyncio
import base64
import hmac
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notify_world import MINUTE, START, Certificate, Recorder, World, in_a_loop, later, mail_server, web_server
from tocsin.alliance.facts import Decided, OrganConvened, PositionStated, RequestMade, SilenceExpired, SilenceResumed
from tocsin.centre.law import Law
from tocsin.centre.model import Actor
from tocsin.centre.notify.contacts import Contacts
from tocsin.centre.notify.model import MARKINGS, Called, Contact, Message, NewContact, Notice, Undelivered
from tocsin.centre.notify.notifier import OPEN_MAX
from tocsin.centre.notify.senders import MailSender, WebhookSender, webhook_body
from tocsin.centre.notify.store import NotifyStore
from tocsin.centre.notify.words import message
from tocsin.centre.settings import Mail, Webhook
from tocsin.centre.view_model import Ask
from tocsin.charter import load_charter
from tocsin.charter.predicates import Event
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound
from tocsin.terms import Marking, PartyId

PATIENCE_SECONDS = 20  # a thread that waits longer than this waits for a test that has failed
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


# ---- the ladder


@in_a_loop
async def test_rung_1_is_told_at_once_and_the_next_when_its_wait_is_over() -> None:
    world = World()
    for rung, name in enumerate(("desk", "deputy", "head"), start=1):
        world.contact(name, rung=rung, wait_minutes=10)
    world.xab.silence()
    await world.after(0)
    assert world.out.told() == ["desk"]
    await world.after(9)
    assert world.out.told() == []
    await world.after(1)
    assert world.out.told() == ["deputy"]
    await world.after(60)
    assert world.out.told() == ["head"]
    assert world.ended() == ["everybody told"]


@in_a_loop
async def test_whoever_confirms_the_feed_stops_the_ladder() -> None:
    world = World()
    world.contact("desk")
    world.contact("head", rung=2)
    world.xab.put("case")
    await world.after(1)
    world.xab.confirmed = 1
    await world.after(60)
    assert world.out.told() == ["desk"]
    assert world.ended() == ["acknowledged"]


@in_a_loop
async def test_whoever_acknowledges_the_text_stops_the_ladder_without_confirming_the_feed() -> None:
    world = World()
    world.contact("desk")
    world.contact("head", rung=2)
    world.xab.silence()
    await world.after(1)
    world.xab.answer("acknowledge text", "p")
    await world.after(60)
    assert world.out.told() == ["desk"]
    assert world.ended() == ["acknowledged"]


@in_a_loop
async def test_a_ladder_goes_on_while_only_a_part_is_acknowledged() -> None:
    world = World()
    world.contact("desk", clearance="TLP:RED")
    world.contact("head", rung=2, clearance="TLP:RED")
    world.xab.silence()
    world.xab.warn("TLP:AMBER")
    await world.after(1)
    world.xab.answer("acknowledge text", "p")
    world.out.sent.clear()
    await world.after(60)
    ((name, said),) = world.out.sent
    assert name == "head"
    assert [thing.kind for thing in said.told] == ["warning"]


@in_a_loop
async def test_a_rung_that_cannot_be_reached_holds_up_nobody() -> None:
    world = World()
    world.contact("desk", wait_minutes=600)
    world.contact("head", rung=2)
    world.out.failures = [Undelivered("no such address", is_final=True)]
    world.xab.silence()
    await world.after(1)
    assert world.out.told() == ["head"]


@in_a_loop
async def test_a_failure_is_tried_again_ever_later_and_given_up_in_the_end() -> None:
    world = World()
    world.contact("desk", wait_minutes=600)
    world.out.failures = [Undelivered("busy") for _ in range(20)]
    world.xab.silence()
    await world.after(120)
    assert len(world.out.failures) == 20 - 6
    ((_, tally),) = world.store.contacts()
    assert (tally.sent, tally.failed, tally.trouble) == (0, 6, "busy")
    assert world.metrics.value("tocsin_notices_total", channel="mail", outcome="failed") == 5
    assert world.metrics.value("tocsin_notices_total", channel="mail", outcome="given up") == 1
    assert world.ended() == ["everybody told"]


@in_a_loop
async def test_a_notice_that_gets_through_at_last_clears_the_trouble() -> None:
    world = World()
    world.contact("desk")
    world.out.failures = [Undelivered("busy"), ValueError("a library failed")]
    world.xab.silence()
    await world.after(5)
    ((_, tally),) = world.store.contacts()
    assert (tally.sent, tally.failed, tally.trouble) == (1, 2, "")
    assert world.out.told() == ["desk"]


@in_a_loop
async def test_a_burst_is_one_call() -> None:
    world = World()
    world.contact("desk", clearance="TLP:AMBER")
    for number in range(250):
        world.xab.put("case", case=f"k{number}")
    await world.after(1)
    ((_, said),) = world.out.sent
    assert len(said.told) == 12
    assert "And " in said.text
    assert len(said.text) < 3_000


@in_a_loop
async def test_of_too_many_open_calls_the_oldest_stop() -> None:
    world = World()
    world.contact("desk", wait_minutes=10_000)
    world.contact("head", rung=2)
    for number in range(OPEN_MAX + 5):
        world.xab.put("case", case=f"k{number}")
        await world.after(0.01)
    assert world.ended().count("too many") == 5
    assert world.metrics.value("tocsin_notices_waiting") == OPEN_MAX


@in_a_loop
async def test_what_came_before_the_first_contact_is_not_told() -> None:
    world = World()
    world.xab.silence()
    world.store.add(Contact(channel="mail", address="a@b", id="late", seat="XAB", made=START, made_by="d"), 1)
    await world.after(1)
    assert world.out.told() == []


class Hanging(Recorder):
    """A mail server that takes no answer until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = threading.Event()

    def send(self, contact: Contact, message: Message) -> None:
        assert self.freed.wait(PATIENCE_SECONDS)
        super().send(contact, message)


@in_a_loop
async def test_a_mail_server_that_hangs_holds_up_no_webhook_and_no_later_call() -> None:
    mail, hook = Hanging(), Recorder()
    world = World(channels={"mail": mail, "webhook": hook})
    world.contact("desk")
    world.contact("hook", channel="webhook", address="https://h.example/")
    running = asyncio.create_task(world.notifier.run())
    for number in range(1, 8):
        world.xab.put("case", case=f"k{number}")
        world.office.clock.stir()
        while len(hook.sent) < number:
            await asyncio.to_thread(int)  # the notifier works in threads: give it their time
    assert mail.sent == []
    mail.freed.set()
    while len(mail.sent) < 7:
        world.office.clock.stir()
        await asyncio.to_thread(int)
    while "" in world.ended():
        world.office.clock.stir()
        await asyncio.to_thread(int)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert world.ended() == ["everybody told"] * 7
    ids = [said.id for _, said in (*mail.sent, *hook.sent)]
    assert len(ids) == len(set(ids)) == 14, "nothing is sent twice"


# ---- what calls for notice


FACTS: dict[str, Any] = {
    "request": RequestMade(
        at=START,
        case="k",
        request="r",
        by=PartyId("XAA"),
        duty="assist",
        event=Event(kind="armed attack"),
        status="triggered",
    ),
    "meeting": OrganConvened(at=START, case="k", organ="council", by="XAA", meets_by=later(60)),
    "decision": Decided(at=START, case="k", procedure="p", verdict="adopted", how="close"),
    "on behalf": PositionStated(at=START, case="k", procedure="p", party=PartyId("XAB"), position="support", by="SG"),
    "silence": SilenceResumed(at=START, case="k", procedure="p"),
    "unconfirmed": SilenceExpired(at=START, case="k", procedure="p", confirmed=False),
}


@pytest.mark.parametrize("kind", FACTS)
@in_a_loop
async def test_these_facts_call_for_notice(kind: str) -> None:
    world = World()
    world.contact("desk", clearance="TLP:AMBER")
    world.xab.electors["k", "p"] = ("XAB",)
    asks = {"on behalf": "confirm position", "silence": "acknowledge text", "unconfirmed": "confirm expiry"}
    if kind in asks:
        world.xab.open_asks.append(Ask(kind=asks[kind], says="", case="k", name="p"))  # type: ignore[arg-type]  # one of them
    world.xab.put("facts", by="SG", facts=(FACTS[kind],))
    await world.after(1)
    ((_, said),) = world.out.sent
    assert [thing.kind for thing in said.told] == [kind]


@in_a_loop
async def test_what_the_seat_did_itself_calls_nobody() -> None:
    world = World()
    world.contact("desk")
    world.xab.put("warning", by="XAB", name="w")
    world.xab.put("facts", by="XAB", facts=(FACTS["decision"],))
    world.xab.put("facts", by="XAB", facts=(msgspec.structs.replace(FACTS["request"], by="XAB"),))
    world.xab.put("confirmation")
    world.xab.put("re-mark")
    await world.after(1)
    assert world.out.told() == []
    assert world.ended() == []


@in_a_loop
async def test_a_silence_of_others_calls_nobody() -> None:
    world = World()
    world.contact("desk")
    world.xab.silence(electors=("XAA", "XAC"))
    await world.after(1)
    assert world.out.told() == []


@in_a_loop
async def test_a_seat_is_looked_at_through_its_own_eyes_only() -> None:
    world = World()
    world.contact("desk")
    world.office.view("XAC").silence(electors=("XAC", "XAB"))
    world.office.asked.clear()
    world.xab.silence()
    await world.after(30)
    assert set(world.office.asked) == {"XAB"}


# ---- what is said


def words_of(world: World) -> str:
    ((_, said),) = world.out.sent
    return said.subject + said.text


@in_a_loop
async def test_without_a_clearance_a_notice_says_that_something_waits_and_no_more() -> None:
    world = World()
    world.contact("desk")
    world.xab.silence(case="harbour", name="article-4")
    world.xab.warn("TLP:RED", case="harbour", name="cable")
    await world.after(1)
    said = words_of(world)
    assert "Something waits for you at the centre" in said
    assert not [word for word in ("harbour", "article-4", "cable", "silence", "XAA", "SG") if word in said]


@in_a_loop
async def test_a_warning_is_told_with_its_own_marking_where_the_facts_around_it_may_be_told() -> None:
    world = World()
    world.contact("desk", clearance="TLP:AMBER")
    world.xab.warn("TLP:GREEN", name="cable")
    await world.after(1)
    said = words_of(world)
    assert "released to you under TLP:GREEN" in said
    assert "AMBER" not in said
    body = msgspec.json.decode(webhook_body(world.out.sent[0][1]))
    assert [(thing["name"], thing["marking"]) for thing in body["things"]] == [("cable", "TLP:GREEN")]


@in_a_loop
async def test_the_name_of_a_warning_is_a_fact_however_low_the_warning_is_marked() -> None:
    world = World()
    world.contact("desk", clearance="TLP:GREEN")
    world.xab.warn("TLP:CLEAR", name="cable")
    await world.after(1)
    said = words_of(world)
    assert not [word for word in ("cable", "TLP") if word in said]


@in_a_loop
async def test_a_warning_whose_marking_is_not_known_is_told_to_those_who_may_hear_anything() -> None:
    world = World()
    world.contact("high", clearance="TLP:RED")
    world.contact("low", clearance="TLP:AMBER+STRICT")
    world.xab.warn("TLP:CLEAR", name="cable")
    world.xab.markings.clear()
    await world.after(1)
    texts = {name: said.text for name, said in world.out.sent}
    assert "'cable' in the case 'k' was released to you. Its text" in texts["high"]
    assert "cable" not in texts["low"]


@in_a_loop
async def test_a_notice_of_an_exercise_says_so_first_and_last() -> None:
    world = World()
    world.contact("desk", clearance="TLP:AMBER")
    world.xab.mode = "exercise"
    world.xab.silence()
    await world.after(1)
    ((_, said),) = world.out.sent
    assert said.subject.startswith("EXERCISE EXERCISE EXERCISE: ")
    assert said.text.startswith("EXERCISE")
    assert said.text.rstrip().endswith("EXERCISE")


@in_a_loop
async def test_the_settings_ceiling_holds_whatever_a_seat_says() -> None:
    world = World()
    world.out.highest = "TLP:GREEN"
    world.contact("desk", clearance="TLP:RED")
    world.xab.silence(case="harbour")
    await world.after(1)
    assert "harbour" not in words_of(world)


@in_a_loop
async def test_what_was_withdrawn_between_two_rungs_is_not_told_to_the_second() -> None:
    world = World()
    world.contact("desk", clearance="TLP:RED")
    world.contact("head", rung=2, clearance="TLP:RED")
    world.xab.warn("TLP:AMBER", name="cable")
    await world.after(1)
    assert "cable" in words_of(world)
    world.out.sent.clear()
    del world.xab.markings["k", "cable"]
    world.xab.items[0] = msgspec.structs.replace(world.xab.items[0], kind="withdrawn", name="", by="")
    await world.after(60)
    assert world.out.sent == []
    assert world.ended() == ["nothing left"]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=5, max_size=40).map(
    lambda text: f"«{text}»"
)
THINGS = st.builds(
    Called,
    kind=st.sampled_from(("silence", "warning", "recall", "case", "request", "meeting", "decision", "on behalf")),
    position=st.integers(1, 9),
    marking=st.sampled_from(MARKINGS),
    marked=st.sampled_from((*MARKINGS, "")),
    case=NAMES,
    name=NAMES,
    by=NAMES,
    what=NAMES,
    until=st.none() | st.integers(START, START + 10**12),
)


def contact_of(clearance: Marking) -> Contact:
    return Contact(
        channel="mail", address="a@b", id="c", seat="XAB", made=START, made_by="d", clearance=clearance, secret=SECRET
    )


@given(st.lists(THINGS, max_size=20), st.sampled_from(MARKINGS), st.sampled_from(["live", "exercise"]))
def test_no_notice_tells_what_is_marked_above_its_channel(things: list[Called], cleared: Marking, mode: str) -> None:
    notice = Notice(seat="XAB", first=1, last=9, made=START)
    said = message(notice, contact_of("TLP:RED"), cleared, things, mode=mode, url="https://c")
    above = [thing for thing in things if MARKINGS.index(thing.marking) > MARKINGS.index(cleared)]
    below = [thing for thing in things if thing not in above]
    # The oracle: what lies above can be anything at all, and the notice is the same but for how much of it there is.
    hidden = [Called(kind="more", position=thing.position, marking="TLP:RED") for thing in above]
    alike = message(notice, contact_of("TLP:RED"), cleared, [*below, *hidden], mode=mode, url="https://c")
    assert said == alike
    if above and not below:
        one = [Called(kind="more", position=1, marking="TLP:RED")]
        assert said == message(notice, contact_of("TLP:RED"), cleared, one, mode=mode, url="https://c")
    for thing in above:
        for word in (thing.case, thing.name, thing.by, thing.what):
            if not any(word in (other.case, other.name, other.by, other.what) for other in below):
                assert word not in said.text + said.subject


@given(THINGS)
def test_a_subject_names_nothing_and_a_text_steers_nothing(thing: Called) -> None:
    notice = Notice(seat="XAB", first=1, last=9, made=START)
    said = message(notice, contact_of("TLP:RED"), "TLP:RED", [thing], mode="live", url="https://c")
    assert not [word for word in (thing.case, thing.name, thing.by, thing.what) if word in said.subject]
    assert all(sign.isprintable() or sign == "\n" for sign in said.text)
    paragraphs = said.text.split("\n\n")
    assert len(paragraphs) == 3


# ---- never twice


class Crash(BaseException):
    """The process dies."""


@in_a_loop
async def test_what_was_sent_before_a_crash_is_sent_again_under_the_same_id(tmp_path: Path) -> None:
    world = World(tmp_path / "desks.db")
    world.contact("desk", clearance="TLP:AMBER")
    world.xab.silence()
    keep = world.store.keep_delivery

    def dies(*_: object) -> None:
        raise Crash

    world.store.keep_delivery = dies  # type: ignore[method-assign,assignment]  # the power goes between sending and keeping
    with pytest.raises(Crash):
        await world.notifier.step()
    world.store.keep_delivery = keep  # type: ignore[method-assign]  # and comes back
    world.again()
    world.xab.put("case")
    await world.after(1)
    first, second, other = (said for _, said in world.out.sent)
    assert (first.id, first.text) == (second.id, second.text)
    assert other.id != first.id


@in_a_loop
async def test_a_restart_between_reading_and_sending_loses_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "desks.db")
    world.contact("desk")
    world.xab.silence()
    ((seat, position),) = world.store.cursors().items()
    assert world.store.pass_on(seat, position, 1, Notice(seat=seat, first=1, last=1, made=START))
    assert not world.store.pass_on(seat, position, 1, Notice(seat=seat, first=1, last=1, made=START)), "another did it"
    world.store.close()
    world.store = NotifyStore(tmp_path / "desks.db")
    world.again()
    await world.after(1)
    assert world.out.told() == ["desk"]


@in_a_loop
async def test_ids_of_notices_differ_by_contact_and_by_what_happened() -> None:
    world = World()
    world.contact("desk")
    world.contact("other")
    world.xab.put("case")
    await world.after(1)
    world.xab.put("case")
    await world.after(1)
    assert len({said.id for _, said in world.out.sent}) == len(world.out.sent) == 4


@in_a_loop
async def test_a_feed_that_is_another_after_a_restore_ends_its_notices() -> None:
    world = World()
    world.contact("desk")
    world.contact("head", rung=2)
    world.xab.silence()
    world.xab.silence(name="q")
    await world.after(1)
    world.xab.items.clear()
    await world.after(60)
    assert world.out.told() == ["desk"]
    assert world.ended() == ["nothing left"]
    world.xab.put("case", case="new")
    await world.after(0)
    assert world.out.told() == ["desk"]


@in_a_loop
async def test_with_a_seats_last_contact_go_its_cursor_and_its_notices() -> None:
    world = World()
    world.contact("desk")
    world.xab.silence()
    await world.after(1)
    world.store.drop("desk")
    assert world.store.cursors() == {}
    assert world.store.ended("XAB") == {}


@in_a_loop
async def test_what_ended_is_swept_after_a_month() -> None:
    world = World()
    world.contact("desk")
    world.xab.put("case")
    await world.after(60)
    assert world.store.sweep(later(29 * 24 * 60)) == 0
    assert world.store.sweep(later(31 * 24 * 60)) == 1
    assert world.ended() == []


# ---- mail


def said_by(world: World) -> tuple[Contact, Message]:
    contact = world.store.contacts()[0][0]
    notice = Notice(seat="XAB", first=1, last=1, made=START)
    thing = Called(kind="silence", position=1, case="Hafen Ü", name="artikel-4", until=later(60))
    return contact, message(notice, contact, "TLP:AMBER", [thing], mode="live", url="https://c")


@in_a_loop
async def test_a_notice_goes_out_as_plain_mail_over_starttls(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    (tmp_path / "password").write_text("open sesame\n")
    async with mail_server(certificate, sign_in=True) as (port, box):
        mail = Mail(
            host="127.0.0.1",
            port=port,
            sender="centre@centre.example",
            ca_file=str(certificate.cert),
            user="centre",
            password_file=str(tmp_path / "password"),
            ceiling="TLP:AMBER",
        )
        world = World(channels={"mail": MailSender(mail)})
        world.contact("desk", clearance="TLP:AMBER")
        world.xab.silence(case="Hafen Ü")
        await world.after(1)
    (got,) = box.mails
    assert box.signed_in == ["centre"]
    assert got["To"] == "desk@xab.example"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@centre.example>")
    assert got["Date"].datetime.isoformat() == "2026-11-22T08:00:00+00:00"
    assert got.get_content_type() == "text/plain"
    assert "'Hafen Ü'" in got.get_content()
    assert world.ended() == ["everybody told"]


@in_a_loop
async def test_a_mail_server_without_a_trusted_certificate_gets_nothing(tmp_path: Path) -> None:
    async with mail_server(Certificate(tmp_path)) as (port, box):
        sender = MailSender(Mail(host="127.0.0.1", port=port, sender="a@b.example"))
        world = World(channels={"mail": sender})
        world.contact("desk")
        world.xab.silence()
        await world.after(0)
    assert box.mails == []
    assert "CERTIFICATE_VERIFY_FAILED" in world.store.contacts()[0][1].trouble


@in_a_loop
async def test_a_refused_address_is_given_up_and_a_busy_one_tried_again() -> None:
    async with mail_server() as (port, box):
        world = World(
            channels={"mail": MailSender(Mail(host="127.0.0.1", port=port, sender="a@b.example", tls="none"))}
        )
        world.contact("gone")
        world.contact("busy")
        box.refusals = {"gone@xab.example": "550 no such user", "busy@xab.example": "451 try later"}
        world.xab.silence()
        await world.after(0)
        found = {contact.id: tally for contact, tally in world.store.contacts()}
        assert "550 no such user" in found["gone"].trouble
        assert "451 try later" in found["busy"].trouble
        box.refusals.clear()
        await world.after(5)
    assert [mail["To"] for mail in box.mails] == ["busy@xab.example"]


@in_a_loop
async def test_a_mail_server_that_is_not_there_is_a_trouble_and_no_crash() -> None:
    async with mail_server() as (port, _):
        pass
    world = World(channels={"mail": MailSender(Mail(host="127.0.0.1", port=port, sender="a@b.example", tls="none"))})
    world.contact("desk")
    world.xab.silence()
    await world.after(0)
    assert "could not be used" in world.store.contacts()[0][1].trouble


# ---- webhooks


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """By the specification of Standard Webhooks, written anew."""
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    mac = hmac.new(base64.b64decode(secret.split("_", 1)[1]), signed, "sha256").digest()
    return headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()


@in_a_loop
async def test_a_webhook_is_posted_a_signed_notice(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    with web_server(certificate) as hook:
        host = Webhook(host="localhost", ports=(hook.port,), ca_file=str(certificate.cert), ceiling="TLP:AMBER")
        world = World(channels={"webhook": WebhookSender((host,), wall=lambda: 1_790_000_000.5)})
        world.contact(
            "hook",
            channel="webhook",
            address=f"https://localhost:{hook.port}/in?x=1",
            clearance="TLP:AMBER",
            secret=SECRET,
        )
        world.xab.silence()
        await world.after(1)
    ((path, headers, body),) = hook.posts
    assert path == "/in?x=1"
    assert headers["webhook-timestamp"] == "1790000000"
    assert verified(SECRET, headers, body)
    assert not verified(SECRET, headers, body + b" ")
    said = msgspec.json.decode(body)
    assert said["id"] == headers["webhook-id"]
    assert said["things"] == [
        {
            "kind": "silence",
            "case": "k",
            "name": "p",
            "by": "SG",
            "until": "2026-11-23T08:00:00Z",
            "marking": "TLP:AMBER",
        }
    ]


@in_a_loop
async def test_a_webhook_that_is_not_cleared_is_told_nothing_but_that() -> None:
    with web_server() as hook:
        world = World(channels={"webhook": WebhookSender((Webhook(host="127.0.0.1", ports=(hook.port,)),))})
        world.contact("hook", channel="webhook", address=hook.url, clearance="TLP:RED", secret=SECRET)
        world.xab.silence(case="harbour")
        world.xab.warn("TLP:CLEAR", case="harbour")
        await world.after(1)
    ((_, _, body),) = hook.posts
    said = msgspec.json.decode(body)
    assert said["things"] == []
    assert said["untold"] == 0
    assert b"harbour" not in body


@in_a_loop
async def test_a_redirect_is_not_followed_and_a_failure_is_tried_again() -> None:
    with web_server() as hook:
        hook.statuses = [302, 503, 204]
        world = World(channels={"webhook": WebhookSender((Webhook(host="127.0.0.1", ports=(hook.port,)),))})
        world.contact("hook", channel="webhook", address=hook.url, secret=SECRET)
        world.xab.silence()
        await world.after(0)
        assert world.store.contacts()[0][1].trouble == "the webhook answered 302"
        await world.after(10)
    assert [path for path, _, _ in hook.posts] == ["/hook"] * 3
    assert len({headers["webhook-id"] for _, headers, _ in hook.posts}) == 1
    assert world.store.contacts()[0][1].sent == 1


@in_a_loop
async def test_a_webhook_that_is_gone_is_given_up() -> None:
    with web_server() as hook:
        hook.statuses = [410]
        world = World(channels={"webhook": WebhookSender((Webhook(host="127.0.0.1", ports=(hook.port,)),))})
        world.contact("hook", channel="webhook", address=hook.url, secret=SECRET)
        world.xab.silence()
        await world.after(60)
    assert len(hook.posts) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://other.example/x", "name no webhook host"),
        ("https://hook.example:8443/x", "name no webhook host hook.example:8443"),
        ("http://hook.example/x", "https"),
        ("https://user@hook.example/x", "https"),
        ("https://hook.example@evil.example/x", "https"),
        ("ftp://hook.example/x", "https"),
        ("https://hook.example:x/", "https"),
        ("no address", "https"),
    ],
)
def test_nothing_is_posted_to_what_the_settings_do_not_name(address: str, why: str) -> None:
    sender = WebhookSender((Webhook(host="hook.example"),))
    assert sender.check("https://HOOK.example/x") == ""
    assert why in sender.check(address)
    contact = msgspec.structs.replace(contact_of("TLP:RED"), channel="webhook", address=address)
    with pytest.raises(Undelivered) as caught:
        sender.send(contact, said_by_nobody())
    assert caught.value.is_final


def said_by_nobody() -> Message:
    return Message(id="i", subject="s", text="t", mode="live", at=START)


# ---- who keeps contacts


def actor(seat: str, *scopes: str) -> Actor:
    return Actor(seat=seat, desk="d-1", person="p-1", role="head", scopes=frozenset(scopes))  # type: ignore[arg-type]  # scopes


def contacts(world: World) -> Contacts:
    return Contacts(world.office, Law(load_charter("meridian")), world.store, world.channels)


def test_the_head_of_a_seat_keeps_its_contacts_and_the_administrator_sees_only_how_they_fare() -> None:
    world = World()
    desk = contacts(world)
    line, secret = desk.add(actor("XAB", "manage"), NewContact(channel="mail", address="a@b.example", label="night"))
    assert secret == ""
    assert desk.list(actor("XAB", "manage")) == (line,)
    (seen,) = desk.list(actor("secretariat", "admin"))
    assert (seen.seat, seen.address, seen.label) == ("XAB", "", "")
    assert desk.list(actor("XAC", "manage")) == ()
    desk.drop(actor("XAB", "manage"), line.id)
    assert desk.list(actor("XAB", "manage")) == ()


def test_an_administrator_cannot_have_a_partys_calls_sent_elsewhere() -> None:
    desk = contacts(World())
    new = NewContact(channel="mail", address="a@b.example")
    with pytest.raises(NotEntitled):
        desk.add(actor("secretariat", "admin"), new, "XAB")
    with pytest.raises(NotEntitled):
        desk.add(actor("XAB", "read"), new)
    line, _ = desk.add(actor("XAB", "manage"), new)
    for stranger in (actor("XAC", "manage"), actor("secretariat", "admin"), actor("XAB", "read")):
        with pytest.raises(NotFound):
            desk.drop(stranger, line.id)


@pytest.mark.parametrize("address", ["a", "a@", "@b", "a b@c", "a@b\nBcc: x@y", "ä@b.example", "a@b, c@d", "<a@b>"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Malformed):
        contacts(World()).add(actor("XAB", "manage"), NewContact(channel="mail", address=address))


def test_a_webhook_is_kept_with_a_secret_that_is_shown_once() -> None:
    world = World(channels={"webhook": WebhookSender((Webhook(host="hook.example"),))})
    desk = contacts(world)
    line, secret = desk.add(actor("XAB", "manage"), NewContact(channel="webhook", address="https://hook.example/x"))
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret.encode() not in msgspec.json.encode(desk.list(actor("XAB", "manage")))
    assert line.told_up_to == "TLP:CLEAR"
    with pytest.raises(Malformed, match="administrator"):
        desk.add(actor("XAB", "manage"), NewContact(channel="webhook", address="https://other.example/x"))
    with pytest.raises(Malformed, match="by mail"):
        desk.add(actor("XAB", "manage"), NewContact(channel="mail", address="a@b.example"))


def test_a_machines_token_keeps_no_contacts() -> None:
    desk = contacts(World())
    machine = msgspec.structs.replace(actor("XAB", "manage"), via="token")
    with pytest.raises(NotEntitled, match="machine"):
        desk.add(machine, NewContact(channel="mail", address="a@b.example"))


def test_contacts_have_a_limit_and_no_doubles() -> None:
    desk = contacts(World())
    for number in range(20):
        desk.add(actor("XAB", "manage"), NewContact(channel="mail", address=f"a{number}@b.example"))
    with pytest.raises(Conflict):
        desk.add(actor("XAB", "manage"), NewContact(channel="mail", address="new@b.example"))
    other = contacts(World())
    other.add(actor("XAB", "manage"), NewContact(channel="mail", address="a@b.example"))
    with pytest.raises(Conflict):
        other.add(actor("XAB", "manage"), NewContact(channel="mail", address="a@b.example"))


@in_a_loop
async def test_a_contact_can_be_checked_without_an_alarm() -> None:
    world = World()
    world.xab.mode = "exercise"
    desk = contacts(world)
    head = actor("XAB", "manage")
    line, _ = desk.add(head, NewContact(channel="mail", address="a@b.example"))
    assert await desk.check(head, line.id) == ""
    ((_, said),) = world.out.sent
    assert "check" in said.text
    assert said.subject.startswith("EXERCISE")
    world.out.failures = [Undelivered("it is off")]
    assert await desk.check(head, line.id) == "it is off"


def test_times_are_cut_to_the_minute_and_never_late() -> None:
    thing = Called(kind="silence", position=1, case="k", name="p", until=START + 59 * 1_000_000 + 9)  # type: ignore[arg-type]  # an instant
    said = message(Notice(seat="XAB", first=1, last=1, made=START), contact_of("TLP:RED"), "TLP:RED", [thing],
                   mode="live", url="")  # fmt: skip
    assert "2026-11-22 08:00 UTC" in said.text
    assert MINUTE == 60_000_000
