"""Contents: who may re-mark, pass on, recall, deliver and confirm a warning, and what the book then says."""

from datetime import date
from hashlib import sha256
from typing import Any, TypeVar, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import MEMBERS, World, at, canonical, commands, rebook, refold
from tocsin.alliance import commands as c
from tocsin.alliance import contents as b
from tocsin.alliance.codec import (
    decode_act,
    decode_content,
    decode_submission,
    encode_act,
    encode_command,
    encode_content,
)
from tocsin.alliance.facts import Refusal
from tocsin.alliance.handling import decide_content, knows
from tocsin.alliance.lessons import sentence_of
from tocsin.alliance.step import in_force

H = TypeVar("H")
SEATS = (*MEMBERS, "XAF", "XAG", "XQA", "XZZ", "SG", "council", "secretariat", "centre")


def warned(audience: tuple[str, ...] = ("XAC", "XAD"), **fields: Any) -> World:  # noqa: ANN401  # fields of a content
    """XAB has warned two others, and told nobody else."""
    world = World()
    world.warn(0, "XAB", audience, **fields)
    return world


def told(decided: tuple[b.AnyHandled, ...] | Refusal) -> str:
    """What came of it: the names of what is recorded, or the code of the refusal."""
    if isinstance(decided, Refusal):
        return f"refused: {decided.code}"
    return ", ".join(str(one.__struct_config__.tag) for one in decided)


def only(kind: type[H], decided: tuple[b.AnyHandled, ...] | Refusal) -> H:
    """The one thing that came of it."""
    assert not isinstance(decided, Refusal), decided.message
    (one,) = decided
    assert isinstance(one, kind)
    return one


def held(world: World) -> b.Held:
    return world.book["k", "w"]


def knowing(world: World) -> set[str]:
    law = in_force(world.charter, world.state)
    return {seat for seat in SEATS if knows(law, world.state, held(world), seat)}


# the book


def test_a_warning_handed_in_stands_in_the_book_with_its_release_and_commitment() -> None:
    world = warned(marking="TLP:AMBER", as_of=date(2025, 1, 1), orcon=True)
    entry = held(world)
    assert (entry.author, entry.marking, entry.audience) == ("XAB", "TLP:AMBER", ("XAC", "XAD"))
    assert (entry.as_of, entry.orcon, entry.version) == (date(2025, 1, 1), True, 1)
    assert entry.digest == world.case.warnings["w"]


def test_a_name_given_twice_is_held_once() -> None:
    assert held(warned(("XAC", "XAC"))).audience == ("XAC",)


def test_each_change_by_its_author_makes_a_version_and_none_else_does() -> None:
    world = warned()
    versions = [held(world).version]
    for kind, by, fields in (
        (b.DeliverWarning, "centre", {"to": "XAC"}),
        (b.AcknowledgeWarning, "XAC", {}),
        (b.PassOnWarning, "XAC", {"to": ("XAE",)}),
        (b.RemarkWarning, "XAB", {"marking": "TLP:RED", "audience": ("XAC",)}),
        (b.RecallWarning, "XAB", {"why": "a drill"}),
    ):
        assert not isinstance(world.handle(kind, 1, by, **fields), Refusal)
        versions.append(held(world).version)
    assert versions == [1, 1, 1, 1, 2, 3], "whoever passes it on changes nothing for those who have it"
    assert held(world).recalled == at(1)
    assert held(world).delivered == {"XAC": (at(1), 1)}
    assert rebook(world.acts) == world.book


def test_evolving_a_book_leaves_the_one_given_as_it_is() -> None:
    world = warned()
    before = dict(world.book)
    recalled = b.WarningRecalled(at=at(1), case="k", warning="w", by="XAB")
    after = b.evolve_book(world.book, (recalled,))
    assert world.book == before
    assert after["k", "w"].recalled == at(1)


def test_what_is_of_no_content_in_the_book_changes_nothing() -> None:
    book: b.Book = {}
    b.fold_into(book, (b.WarningRecalled(at=at(1), case="k", warning="w", by="XAB"),))
    assert book == {}


# by whom


@pytest.mark.parametrize("kind", [b.RemarkWarning, b.RecallWarning])
def test_only_its_author_marks_a_warning_otherwise_or_recalls_it(kind: type) -> None:
    fields = {"marking": "TLP:CLEAR", "audience": ("everyone",)} if kind is b.RemarkWarning else {}
    for seat in SEATS:
        word = told(warned().handle(kind, 1, seat, **fields))
        knows_it = "not the author" if seat in ("XAC", "XAD") else "no such warning"
        done = "re-marked" if kind is b.RemarkWarning else "recalled"
        assert word == (done if seat == "XAB" else f"refused: {knows_it}")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (b.RemarkWarning, {"marking": "TLP:RED", "audience": ()}),
        (b.PassOnWarning, {"to": ("XAE",)}),
        (b.RecallWarning, {}),
    ],
)
def test_a_recalled_warning_changes_no_more(kind: type, fields: dict[str, Any]) -> None:
    world = warned()
    world.handle(b.RecallWarning, 1, "XAB")
    assert told(world.handle(kind, 2, "XAB", **fields)) == "refused: recalled"


def test_a_recall_reaches_those_who_hold_it_and_each_confirms_it_once() -> None:
    world = warned()
    world.handle(b.DeliverWarning, 1, "centre", to="XAC")
    assert told(world.handle(b.AcknowledgeWarning, 2, "XAC")) == "acknowledged"
    assert told(world.handle(b.AcknowledgeWarning, 2, "XAC")) == "refused: already confirmed"
    world.handle(b.RecallWarning, 3, "XAB", why="a drill")
    confirmed = only(b.WarningAcknowledged, world.handle(b.AcknowledgeWarning, 4, "XAC"))
    assert (confirmed.of, confirmed.version) == ("recall", 2)
    assert told(world.handle(b.DeliverWarning, 5, "centre", to="XAC")) == "refused: not released"


def test_who_received_a_version_confirms_that_one_and_learns_of_no_later() -> None:
    world = warned()
    world.handle(b.DeliverWarning, 1, "centre", to="XAC")
    world.handle(b.RemarkWarning, 2, "XAB", marking="TLP:GREEN", audience=("XAD",))
    confirmed = only(b.WarningAcknowledged, world.handle(b.AcknowledgeWarning, 3, "XAC"))
    assert (confirmed.of, confirmed.version) == ("content", 1)


def test_its_author_has_nothing_to_confirm() -> None:
    assert told(warned().handle(b.AcknowledgeWarning, 1, "XAB")) == "refused: not a holder"


def test_passing_on_only_adds_to_the_audience() -> None:
    world = warned()
    assert told(world.handle(b.PassOnWarning, 1, "XAC", to=("XAE", "XAD"))) == "re-marked"
    assert held(world).audience == ("XAC", "XAD", "XAE")
    assert told(world.handle(b.PassOnWarning, 2, "XAB", to=("XAE",))) == "refused: already released"
    again = told(world.handle(b.PassOnWarning, 3, "XAC", to=("XAE",)))
    assert again == "re-marked", "a refusal would tell XAC who else has it"


@pytest.mark.parametrize(("by", "version"), [("XAC", 1), ("XAB", 3)], ids=["by another", "by its author"])
def test_who_has_confirmed_a_warning_is_asked_again_for_what_its_author_changes_alone(by: str, version: int) -> None:
    world = warned()
    world.handle(b.DeliverWarning, 1, "centre", to="XAC")
    world.handle(b.AcknowledgeWarning, 1, "XAC")
    for to in (("XAE",), ("XAA",)):
        assert told(world.handle(b.PassOnWarning, 2, by, to=to)) == "re-marked"
    assert (held(world).version, held(world).acknowledged) == (version, {"XAC": 1})
    again = told(world.handle(b.AcknowledgeWarning, 3, "XAC"))
    assert again == ("acknowledged" if by == "XAB" else "refused: already confirmed")
    assert rebook(world.acts) == world.book


@pytest.mark.parametrize(
    "fields",
    [{"marking": "TLP:CLEAR"}, {"orcon": True}, {"audience": ("XAC",)}, {"as_of": date(2025, 1, 1)}],
    ids=lambda fields: next(iter(fields)),
)
def test_any_other_new_release_is_confirmed_anew(fields: dict[str, Any]) -> None:
    world = warned()
    world.handle(b.AcknowledgeWarning, 1, "XAC")
    release = {"marking": "TLP:GREEN", "audience": ("XAC", "XAD")} | fields
    assert told(world.handle(b.RemarkWarning, 2, "XAB", **release)) == "re-marked"
    assert held(world).acknowledged == {"XAC": 1}
    assert told(world.handle(b.AcknowledgeWarning, 3, "XAC")) == "acknowledged"


@pytest.mark.parametrize(
    ("fields", "to", "code"),
    [
        ({"orcon": True}, "XAE", "originator control"),
        ({"marking": "TLP:AMBER"}, "XAE", "not yours to pass on"),
        ({}, "XQA", "outside the alliance"),
    ],
)
def test_a_holder_passes_on_no_more_than_marking_and_author_let_it(fields: dict[str, Any], to: str, code: str) -> None:
    assert told(warned(**fields).handle(b.PassOnWarning, 1, "XAC", to=(to,))) == f"refused: {code}"


def test_an_audience_has_room_for_no_more_than_can_be_read_back() -> None:
    world = warned(tuple(f"X{number}" for number in range(b.AUDIENCE_MAX)))
    assert told(world.handle(b.PassOnWarning, 1, "XAB", to=("XAE",))) == "refused: too many"


def test_the_centre_alone_records_deliveries_and_says_why() -> None:
    world = warned()
    for seat in SEATS[:-1]:
        assert told(world.handle(b.DeliverWarning, 1, seat, to="XAC")) == "refused: not entitled"
    assert told(world.handle(b.DeliverWarning, 1, "centre", to="XAE")) == "refused: not released"
    delivered = only(b.WarningDelivered, world.handle(b.DeliverWarning, 1, "centre", to="XAC"))
    assert (delivered.why, delivered.version, delivered.digest) == ("named itself", 1, held(world).digest)


def test_the_centre_delivers_nothing_that_is_not_there() -> None:
    assert told(World().handle(b.DeliverWarning, 1, "centre", to="XAC")) == "refused: no such warning"


def test_who_was_taken_off_the_release_passes_nothing_on() -> None:
    world = warned()
    world.handle(b.DeliverWarning, 1, "centre", to="XAC")
    world.handle(b.RemarkWarning, 2, "XAB", marking="TLP:CLEAR", audience=("XAD",))
    assert told(world.handle(b.PassOnWarning, 3, "XAC", to=("XAE",))) == "refused: no such warning"


def test_times_of_a_release_never_go_back() -> None:
    world = warned()
    world.handle(b.RemarkWarning, 3, "XAB", marking="TLP:GREEN", audience=("XAC",))
    assert told(world.handle(b.RecallWarning, 2, "XAB")) == "refused: time goes back"


def test_a_party_whose_notice_has_run_out_receives_nothing_though_no_timer_has_gone_off() -> None:
    world = World()
    world.do(c.GiveNotice, 0, "XAE", party="XAE")
    world.warn(1, "XAB", ("XAE",))
    late = 24 * 400
    assert told(world.handle(b.DeliverWarning, late, "centre", to="XAE")) == "refused: not released"


# nobody learns of what is not for it


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (b.RemarkWarning, {"marking": "TLP:RED", "audience": ()}),
        (b.PassOnWarning, {"to": ("XAE",)}),
        (b.RecallWarning, {}),
        (b.AcknowledgeWarning, {}),
        (b.DeliverWarning, {"to": "XAE"}),
    ],
)
@pytest.mark.parametrize("change", [None, b.RecallWarning, b.RemarkWarning])
def test_who_knows_nothing_of_a_content_is_told_what_it_would_be_told_if_there_were_none(
    kind: type, fields: dict[str, Any], change: type | None
) -> None:
    there, empty = warned(), World()
    if change is b.RemarkWarning:
        there.handle(b.RemarkWarning, 1, "XAB", marking="TLP:CLEAR", audience=("XAC",))
    elif change is not None:
        there.handle(change, 1, "XAB")
    outsiders = set(SEATS) - knowing(there) - {"centre"}
    assert {"XAA", "XAE", "SG", "secretariat", "XZZ"} <= outsiders
    for seat in outsiders:
        refused = there.handle(kind, 2, seat, **fields)
        assert isinstance(refused, Refusal)
        assert refused == empty.handle(kind, 2, seat, **fields)


def test_a_party_taken_off_the_release_before_it_received_anything_knows_nothing() -> None:
    world = warned()
    assert knowing(world) == {"XAB", "XAC", "XAD"}
    world.handle(b.DeliverWarning, 1, "centre", to="XAC")
    world.handle(b.RemarkWarning, 2, "XAB", marking="TLP:RED", audience=())
    assert knowing(world) == {"XAB", "XAC"}
    world.handle(b.RecallWarning, 3, "XAB")
    assert knowing(world) == {"XAB", "XAC"}


# contents and State


_HANDLING: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    b.RemarkWarning: {
        "marking": st.sampled_from(("TLP:RED", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")),
        "audience": st.lists(st.sampled_from((*MEMBERS, "members", "everyone", "XAG")), max_size=3).map(tuple),
        "orcon": st.booleans(),
    },
    b.PassOnWarning: {"to": st.lists(st.sampled_from((*MEMBERS, "XQA")), min_size=1, max_size=2).map(tuple)},
    b.RecallWarning: {},
    b.AcknowledgeWarning: {},
    b.DeliverWarning: {"to": st.sampled_from(MEMBERS)},
}


@st.composite
def handlings(draw: st.DrawFn) -> b.ContentCommand:
    kind = draw(st.sampled_from(tuple(_HANDLING)))
    fields = {name: draw(strategy) for name, strategy in _HANDLING[kind].items()}
    by = draw(st.sampled_from(("XAB", "XAC", "XAD", "centre")))
    instant = at(draw(st.integers(0, 60)))
    warning = draw(st.sampled_from(("p", "q")))
    command: b.ContentCommand = kind(id="h", at=instant, by=by, case="k", warning=warning, **fields)
    return command


def content_of(command: c.ReportWarning) -> b.WarningContent:
    return b.WarningContent(
        warning=command.warning,
        author=command.by,  # type: ignore[arg-type]  # the actor is a party
        substance="s",
        marking="TLP:GREEN",
        audience=("XAC", "voters"),
        salt="0123456789abcdef",
    )


def run(sequence: list[c.Command | b.ContentCommand]) -> World:
    world = World()
    for command in sequence:
        if isinstance(command, b.InContent):
            world.submit_content(command)
        elif isinstance(command, c.ReportWarning):
            world.submit(command, content_of(command))
        else:
            world.submit(command)
    return world


@st.composite
def crises(draw: st.DrawFn) -> list[c.Command | b.ContentCommand]:
    """Random commands with warnings that carry contents among them, in time order."""
    warnings = [
        c.ReportWarning(id=f"w{name}", at=at(0), by="XAB", case="k", warning=name, commitment="ab" * 32)
        for name in ("p", "q")
    ]
    mixed = [*draw(commands(6)), *draw(st.lists(handlings(), min_size=1, max_size=10))]
    return [*warnings, *sorted(mixed, key=lambda command: command.at)]


@given(crises())
def test_a_ledger_folded_with_contents_removed_gives_the_same_state(
    sequence: list[c.Command | b.ContentCommand],
) -> None:
    world = run(sequence)
    without = [encode_act(msgspec.structs.replace(decode_act(act), handled=())) for act in world.acts]
    assert canonical(refold(without)) == canonical(world.state)
    facts_alone = run([command for command in sequence if not isinstance(command, b.InContent)])
    assert canonical(facts_alone.state) == canonical(world.state), "commands about contents change no State"
    assert [act.facts for act in map(decode_act, facts_alone.acts)] == [
        act.facts for act in map(decode_act, world.acts) if not isinstance(decode_submission(act.command), b.InContent)
    ]


@given(crises())
def test_the_stored_acts_fold_to_the_same_book(sequence: list[c.Command | b.ContentCommand]) -> None:
    world = run(sequence)
    assert rebook(world.acts) == world.book
    for entry in world.book.values():
        changes = [one for act in map(decode_act, world.acts) for one in act.handled if one.warning == entry.warning]
        own = [one for one in changes if isinstance(one, b.WarningRemarked | b.WarningRecalled)]
        assert entry.version == 1 + sum(one.by == entry.author for one in own), "others pass on, and change nothing"
        assert sum(isinstance(one, b.WarningRecalled) for one in changes) <= 1
        if entry.recalled is not None:
            after = [one for one in changes if one.at > entry.recalled]
            read = [one for one in after if isinstance(one, b.WarningDelivered) and one.to == entry.author]
            assert all(isinstance(one, b.WarningAcknowledged) or one in read for one in after), "its author may read it"


@given(crises(), st.sampled_from(SEATS), handlings())
def test_refusals_of_those_who_know_nothing_are_those_of_an_empty_book(
    sequence: list[c.Command | b.ContentCommand], seat: str, command: b.ContentCommand
) -> None:
    world = run(sequence)
    command = msgspec.structs.replace(command, by=seat, at=at(100))
    entry = world.book.get((command.case, command.warning))
    law = in_force(world.charter, world.state)
    if seat == "centre" or (entry is not None and knows(law, world.state, entry, seat)):
        return
    refused = decide_content(world.charter, world.state, world.book, command)
    assert refused == decide_content(world.charter, world.state, {}, command)
    assert isinstance(refused, Refusal)


@given(crises())
def test_every_content_command_survives_its_bytes(sequence: list[c.Command | b.ContentCommand]) -> None:
    for command in sequence:
        assert decode_submission(encode_command(command)) == command


# words and bytes


def test_every_kind_of_handling_is_told_in_a_sentence() -> None:
    world = warned(("XAC",), as_of=date(2025, 1, 1), orcon=True)
    world.handle(b.DeliverWarning, 1, "centre", to="XAC")
    world.handle(b.AcknowledgeWarning, 1, "XAC")
    world.handle(b.RemarkWarning, 2, "XAB", marking="TLP:RED", audience=())
    world.handle(b.RecallWarning, 3, "XAB", why="a drill")
    world.handle(b.AcknowledgeWarning, 4, "XAC")
    everything = [one for act in map(decode_act, world.acts) for one in act.handled]
    assert {type(one) for one in everything} == set(get_args(b.AnyHandled))
    assert [sentence_of(one, {"XAC": "Cadmia"}) for one in everything] == [
        "XAB released 'w' to Cadmia under TLP:GREEN, as they were on 2025-01-01, to be passed on by its author only",
        "'w' was handed to Cadmia under TLP:GREEN: named itself",
        "Cadmia confirmed 'w'",
        "XAB changed the release of 'w' to nobody under TLP:RED",
        "XAB recalled 'w': a drill",
        "Cadmia confirmed the recall of 'w'",
    ]


def test_a_content_of_the_first_release_is_read_as_it_was_and_written_as_it_was() -> None:
    old = (
        b'{"type":"warning","warning":"w","author":"XAB","substance":"s","marking":"TLP:GREEN","audience":["XAC"],'
        b'"salt":"0123456789abcdef"}'
    )
    content = decode_content(old)
    assert (content.as_of, content.orcon) == (None, False)
    assert encode_content(content) == old
    assert sha256(encode_content(content)).hexdigest() == sha256(old).hexdigest()
