"""Pairs of histories that differ only in what one seat may not see: some written by hand, and a strategy for more."""

from pathlib import Path

from hypothesis import strategies as st

from tests.noninterference import (
    Beat,
    Confirm,
    Erase,
    Look,
    Outage,
    Pair,
    Pass,
    Receive,
    Second,
    Staff,
    Step,
    TwoPersons,
    both,
    do,
    hidden,
    warn,
)
from tocsin.terms import Marking

JOINING = Path(__file__).parent / "charters" / "meridian-joining.toml"
MEMBERS = ("XAA", "XAB", "XAC", "XAD", "XAE")
alike = hidden
"""Another thing in each history, of which the observer sees the same."""


def sg(what: str, /, **fields: str) -> Step:
    """A command that the secretariat gives as the Secretary General."""
    return do("secretariat", what, by="SG", **fields)


def contents_pair(observer: str) -> Pair:
    """Substances, authors, markings, audiences and all that becomes of them, for a seat that sees every case."""
    x = observer
    as_x = {"by": "SG"} if x in ("secretariat", "SG") else {}
    ask = [
        Receive(seat=x, case="k", warning="w1"),
        do(x, "acknowledge warning", case="k", warning="w1", **as_x),
        do(x, "convene", case="k", organ="council", **as_x),
    ]
    handle = [] if as_x else [
        do(x, "re-mark warning", case="k", warning="w1", marking="TLP:CLEAR", audience=[x]),
        do(x, "pass on warning", case="k", warning="w1", to=[x]),
        do(x, "recall warning", case="k", warning="w1"),
        Second(seat=x),
        warn(x, "k", "w1", "XAA"),
        warn(x, "k", "mine", "XAA", "XAG", "SG"),
    ]  # fmt: skip
    return Pair(
        f"contents and {x}",
        x,
        (
            both(do("XAB", "table text", case="k", procedure="p", matter="relief")),
            alike(
                [warn("XAB", "k", "w1", "XAA", "XAC", marking="TLP:RED"), Look(seat="XAA")],
                [warn("XAC", "k", "w1", marking="TLP:GREEN", orcon=True)],
            ),
            hidden(
                [
                    Receive(seat="XAA", case="k", warning="w1"),
                    do("XAA", "acknowledge warning", case="k", warning="w1"),
                    do("XAC", "pass on warning", id=f"{x}-4.1", case="k", warning="w1", to=["XAE"]),
                    do("XAB", "re-mark warning", id=f"{x}-4.2", case="k", warning="w1", marking="TLP:AMBER",
                       audience=["XAA"]),
                    do("XAC", "table text", id=f"{x}-4.3", case="k", procedure="p", matter="relief"),
                    do("XAB", "recall warning", case="k", warning="w1", why="It was an exercise."),
                    Second(seat="XAB"),
                    do("XAA", "acknowledge warning", case="k", warning="w1"),
                ],
                [do("XAC", "recall warning", id=f"{x}-4.1", case="k", warning="w1")],
            ),
            both(*ask, *handle),
            both(*([] if as_x else [Receive(seat="XAA", case="k", warning="mine"),
                                    do("XAA", "acknowledge warning", case="k", warning="mine")])),
            *_released_and_withdrawn(x, as_x),
            *_passed_on(x, as_x),
            *_released_late(x, as_x),
            *_silence(x),
        ),
    )  # fmt: skip


def _released_and_withdrawn(x: str, as_x: dict[str, str]) -> list[Beat]:
    """A content is released to the observer, taken from it, changed out of its sight, and recalled."""
    mark = {"case": "k", "warning": "w2"}
    return [
        alike([warn("XAB", "k", "w2", "XAA", x, text="Ships.")], [warn("XAB", "k", "w2", x, text="Ships.")]),
        both(Receive(seat=x, **mark), do(x, "acknowledge warning", **mark, **as_x)),
        hidden([Receive(seat="XAA", **mark), do("XAA", "acknowledge warning", **mark)]),
        both(Pass(hours=1)),
        alike(
            [do("XAB", "re-mark warning", **mark, marking="TLP:RED", audience=["XAA"])],
            [do("XAB", "re-mark warning", **mark, marking="TLP:AMBER", audience=[])],
        ),
        both(Receive(seat=x, **mark), do(x, "acknowledge warning", **mark, **as_x)),
        hidden(
            [
                do("XAB", "re-mark warning", **mark, marking="TLP:GREEN", audience=["XAA", "XAC"], orcon=True),
                do("XAB", "re-mark warning", **mark, marking="TLP:RED", audience=["XAE"]),
                Receive(seat="XAE", **mark),
            ]
        ),
        both(Receive(seat=x, **mark)),
        both(do("XAB", "recall warning", **mark, why="Fishing boats."), Second(seat="XAB")),
        both(Receive(seat=x, **mark), do(x, "acknowledge warning", **mark, **as_x)),
        hidden([do("XAE", "acknowledge warning", **mark)]),
    ]


def _passed_on(x: str, as_x: dict[str, str]) -> list[Beat]:
    """The observer passes on what is released to more than it knows."""
    mark = {"case": "k", "warning": "w3"}
    office = ["SG"] if x == "secretariat" else []
    on = [do(x, "acknowledge warning", id="passed", **mark, **as_x)] if as_x else [
        do(x, "pass on warning", id="passed", **mark, to=["XAC"]),
        do(x, "pass on warning", id="passed", **mark, to=["XAC"]),
        do(x, "pass on warning", **mark, to=["XAG", "partners"]),
    ]  # fmt: skip
    return [
        alike(
            [warn("XAB", "k", "w3", x, "XAC", "XAG", *office, text="Smoke.", marking="TLP:GREEN")],
            [warn("XAB", "k", "w3", x, "XAE", text="Smoke.", marking="TLP:GREEN")],
        ),
        hidden([do("SG", "acknowledge warning", id="used", **mark)] if x == "secretariat" else []),
        both(*on),
        both(do(x, "convene", id="used", case="k", organ="defence-board", **as_x)),
        hidden([Look(seat="XAC")], [Receive(seat="XAE", **mark)]),
        alike(
            [do("XAC", "pass on warning", **mark, to=["XAB", "XAE"])],
            [do("XAE", "pass on warning", **mark, to=["XAA"])],
        ),
        both(Receive(seat=x, **mark)),
        both(warn("XAB", "k", "onward", "XAC", "XAE", text="Sirens.", marking="TLP:CLEAR")),
        alike(*([do(by, "pass on warning", case="k", warning="onward", to=[x])] for by in ("XAC", "XAE"))),
        both(Receive(seat=x, case="k", warning="onward")),
    ]


def _released_late(x: str, as_x: dict[str, str]) -> list[Beat]:
    """The observer is let in on a content that had other releases before, or none."""
    mark = {"case": "k", "warning": "w4"}
    late = do("XAC", "re-mark warning", **mark, marking="TLP:AMBER", audience=["XAA", x])
    return [
        alike([warn("XAC", "k", "w4", "XAA", text="Drones.")], [warn("XAC", "k", "w4", text="Drones.")]),
        hidden(
            [
                do("XAC", "re-mark warning", **mark, marking="TLP:RED", audience=["XAA", "XAB"]),
                do("XAC", "re-mark warning", **mark, marking="TLP:AMBER", audience=["XAB"]),
            ]
        ),
        both(late),
        both(Receive(seat=x, **mark), do(x, "acknowledge warning", **mark, **as_x)),
        both(do("XAC", "re-mark warning", **mark, marking="TLP:AMBER+STRICT", audience=[x])),
        both(Receive(seat=x, **mark)),
        hidden(
            [TwoPersons(seat="XAB", kinds=("recall", "force", "break")), Staff(seat="XAB")],
            [TwoPersons(seat="XAE", kinds=())],
        ),
    ]


def _silence(x: str) -> list[Beat]:
    """A text under silence, with hidden acts around its deadline."""
    has_it = [Confirm(seat=member) for member in MEMBERS if member != x]
    return [
        both(sg("open silence", case="k", procedure="p")),
        hidden([warn_again("XAC")], [warn_again("XAE")]),
        both(Confirm(seat=x, short=1), *has_it),
        both(Confirm(seat=x), Confirm(seat=x, short=-1)),
        both(Pass(hours=25)),
        hidden([do("XAA", "acknowledge warning", case="k", warning="w4"), Receive(seat="XAC", case="k", warning="w5")]),
        both(Confirm(seat=x)),
        hidden(
            [
                do("XAC", "recall warning", case="k", warning="w5"),
                *([] if x == "secretariat" else [Erase(case="k", warning="w1")]),
                *(Look(seat=seat) for seat in ("XAA", "XAB", "XAC", "SG", "council") if seat != x),
            ],
            [Look(seat="XAE")],
        ),
    ]


def warn_again(author: str) -> Step:
    return warn(author, "k", "w5", "XAC", text=f"{author} again.")


def limited_pair(observer: str) -> Pair:
    """Whole cases with all that is in them, for a seat that sees none unless it is let in."""
    x = observer
    own = f"{x}-fire"
    other = "XAF" if x == "XAG" else "XAG"
    return Pair(
        f"cases and {x}",
        x,
        (
            hidden(
                [
                    do("XAB", "table text", case="k", procedure="p", matter="relief"),
                    sg("open silence", case="k", procedure="p"),
                    warn("XAB", "k", "w", "XAA"),
                    Receive(seat="XAA", case="k", warning="w"),
                    sg("share case", case="k", party=other),
                    do("XAC", "convene", case="k", organ="council"),
                    *_package("k"),
                ],
                [do("XAC", "table text", case="j", procedure="q", matter="procedure"), *_package("j")[:-1]],
            ),
            both(
                do(x, "convene", case="k", organ="council"),
                do(x, "convene", case="nothing", organ="council"),
                do(x, "request", case="k", request="r", duty="consult", event={"kind": "threat", "victim": x}),
                do(x, "pledge", case="j", pledge="1", line="a", party=x, quantity=1),
                do(x, "close case", case="k"),
                do(x, "share case", case="k", party=x),
                do(x, "acknowledge warning", case="k", warning="w"),
                do(x, "table text", case="k", procedure="p", matter="relief"),
                do(x, "accede", party=x, case="k", procedure="p"),
                warn(x, "k", "w", "XAB"),
                Receive(seat=x, case="k", warning="w"),
            ),
            both(TwoPersons(seat=x, kinds=("break",))),
            hidden([Staff(seat="XAB")]),
            both(
                do(x, "state position", case="k", procedure="p", party=x, position="object"),
                do(x, "state position", case="nothing", procedure="p", party=x, position="object"),
                do(x, "close", case="k", procedure="p"),
                do(x, "recall warning", case="k", warning="w"),
                Second(seat=x),
            ),
            *_own_case(x, own),
            *_released_in_a_hidden_case(x),
            *_alliance(x),
        ),
    )


def _package(case: str) -> list[Step]:
    """From a decision to a force package that a nation has checked."""
    text = {"case": case, "procedure": "f"}
    tents = {"id": "tents", "capability": "tents", "required": 90, "unit": "tents"}
    return [
        do("XAB", "table text", **text, matter="relief"),
        *(do(party, "state position", **text, party=party, position="support") for party in MEMBERS),
        sg("close", **text),
        do("secretariat", "set requirement", by="SG", **text, lines=[tents]),
        do("XAC", "pledge", case=case, pledge="XAC-1", line="tents", party="XAC", quantity=60),
        do("secretariat", "report package", by="SG", case=case, package="relief", totals={"tents": 60}, digest="d",
           algorithm="by hand"),
        do("XAC", "attest package", case=case, package="relief", digest="d", lawful=True),
    ]  # fmt: skip


def _own_case(x: str, own: str) -> list[Beat]:
    """A case that the observer opened, in which others keep things from it."""
    if x == "XAF":
        return []
    return [
        both(warn(x, own, "mine", "XAB", "XAC")),
        both(Receive(seat="XAB", case=own, warning="mine")),
        alike([warn("XAA", own, "theirs", "XAB")], [warn("XAC", own, "theirs", marking="TLP:CLEAR")]),
        both(do("XAB", "convene", case=own, organ="council"), do(x, "note no request", case=own, duty="consult")),
        hidden([Receive(seat="XAB", case=own, warning="theirs"), do("XAA", "close case", case="k")]),
    ]


def _released_in_a_hidden_case(x: str) -> list[Beat]:
    """A content is released to the observer, and the case it belongs to is not."""
    mark = {"case": "h", "warning": "r1"}
    return [
        hidden([do("XAB", "table text", case="h", procedure="p", matter="procedure")]),
        both(warn("XAB", "h", "r1", x, marking="TLP:GREEN")),
        both(Receive(seat=x, **mark), do(x, "acknowledge warning", **mark)),
        hidden(
            [warn("XAB", "h", "r2", "XAA"), Receive(seat="XAA", **mark)],
            [warn("XAC", "h", "r0", "everyone", marking="TLP:RED")],
        ),
        both(Confirm(seat=x), Confirm(seat=x, short=-3)),
    ]


def _alliance(x: str) -> list[Beat]:
    """Facts of the alliance, which all see, that rest on what the observer does not."""
    admitted = "XAF" if x == "XAG" else "XAG"
    return [
        hidden(
            [
                do("XAB", "table text", case="h", procedure="s", matter="relief"),
                sg("open silence", case="h", procedure="s"),
                do("XAA", "give host consent", case="h", host="XAA"),
            ]
        ),
        both(Pass(hours=5)),
        both(Outage(hours=4)),
        hidden([], [do("XAB", "table text", case="m", procedure="s", matter="relief")]),
        both(Pass(hours=26)),
        hidden(_admission("k", "in", admitted), _admission("j", "entry", admitted)),
        alike(
            [sg("accede", party=admitted, case="k", procedure="in")],
            [sg("accede", party=admitted, case="j", procedure="entry")],
        ),
        both(*(do(member, "ratify", what=f"accession/{admitted}") for member in MEMBERS)),
        both(do("XAC", "give notice", party="XAC"), Pass(hours=24)),
        *_late_timer(x),
        hidden([do("XAB", "table text", case="z", procedure="p", matter="budget")]),
        both(do("XAC", "revoke notice", party="XAC"), Confirm(seat=x)),
    ]


def _late_timer(x: str) -> list[Beat]:
    """A hidden deadline that the timer has not seen when the observer acts."""
    if x == "XAF":
        return []
    silent = {"case": "h", "procedure": "t"}
    return [
        hidden([do("XAB", "table text", **silent, matter="relief"), sg("open silence", **silent)]),
        both(Pass(hours=25, is_late=True), do(x, "note no request", case=f"{x}-fire", duty="relieve")),
        hidden([Look(seat="XAB"), Look(seat="SG")]),
    ]


def _admission(case: str, procedure: str, party: str) -> list[Step]:
    where = {"case": case, "procedure": procedure}
    return [
        do("XAB", "table text", **where, matter="admit", subject=party),
        *(do(member, "state position", **where, party=member, position="support") for member in MEMBERS),
        sg("close", **where),
    ]


def later_pair() -> Pair:
    """A member that joined on the way sees what came after, and not what went before."""
    x = "XQA"
    return Pair(
        "a member that joined later",
        x,
        (
            hidden(
                [warn("XAB", "old", "w", "XAA"), do("XAB", "table text", case="old", procedure="p", matter="relief")],
                [warn("XAC", "older", "w")],
            ),
            both(warn("XAB", "new", "w0", "members", text="Before it joined.")),
            hidden(
                [
                    warn("XAB", "old", "gone", x, text="For it, had it belonged."),
                    do("XAB", "recall warning", case="old", warning="gone"),
                    Second(seat="XAB"),
                ]
            ),
            hidden(_admission("old", "in", x), _admission("older", "entry", x)),
            both(Pass(hours=1)),
            alike(
                [sg("accede", party=x, case="old", procedure="in")],
                [sg("accede", party=x, case="older", procedure="entry")],
            ),
            both(Pass(hours=1), *(do(member, "ratify", what=f"accession/{x}") for member in MEMBERS)),
            both(Pass(hours=1)),
            both(do("XAB", "table text", case="after", procedure="p", matter="relief")),
            both(sg("open silence", case="after", procedure="p"), Confirm(seat=x)),
            hidden([sg("open silence", case="old", procedure="p"), warn("XAA", "old", "w9", "XAB")]),
            alike([warn("XAB", "after", "w", "XAA")], [warn("XAC", "after", "w", "board", marking="TLP:RED")]),
            both(
                do(x, "convene", case="old", organ="council"),
                do(x, "convene", case="nothing", organ="council"),
                do(x, "convene", case="after", organ="council"),
                do(x, "state position", case="after", procedure="p", party=x, position="support"),
            ),
            both(Pass(hours=2), Outage(hours=1)),
            both(warn("XAB", "after", "v", "members", text="To all."), Receive(seat=x, case="after", warning="v")),
            both(Pass(hours=40)),
        ),
    )


def leaver_pair() -> Pair:
    """A party that has left sees a case only as long as a text is before it there."""
    x = "XAE"
    text = {"case": "k", "procedure": "p"}
    return Pair(
        "a party that left",
        x,
        (
            both(do("XAB", "table text", **text, matter="relief"), do(x, "give notice", party=x)),
            both(Pass(hours=24 * 370)),
            alike([warn("XAB", "k", "w", "XAA")], [warn("XAC", "k", "w", "members")]),
            both(do(x, "convene", case="k", organ="council")),
            both(do("XAB", "withdraw text", **text)),
            hidden(
                [
                    warn("XAB", "k", "w2", x),
                    do("XAB", "table text", case="k", procedure="q", matter="relief"),
                    sg("open silence", case="k", procedure="q"),
                ],
                [do("XAC", "convene", case="m", organ="council")],
            ),
            both(do(x, "convene", case="k", organ="council"), Confirm(seat=x)),
            both(Pass(hours=30)),
        ),
    )


def dated_pair() -> Pair:
    """A party that comes to belong by the charter's file: what it sees from then on begins with the day."""
    x = "XQA"
    return Pair(
        "a party that belongs from a day on",
        x,
        (
            both(warn("XAB", "h", "w", x), warn("XAC", "h", "later", "observers", marking="TLP:GREEN")),
            hidden([do("XAB", "convene", case="before", organ="council")]),
            both(Pass(hours=30)),
            both(Pass(hours=9, is_late=True)),
            hidden([warn("XAB", "h", "v", "XAA"), Receive(seat="XAA", case="h", warning="v")]),
            both(Pass(hours=10)),
            hidden([warn("XAB", "h", "u", "XAA"), Receive(seat="XAA", case="h", warning="u")]),
            both(Pass(hours=3)),
            hidden([], [do("XAB", "convene", case="j", organ="council")]),
            both(Receive(seat=x, case="h", warning="w"), do(x, "acknowledge warning", case="h", warning="w")),
        ),
        str(JOINING),
    )


def web_pair() -> Pair:
    """Little of all, for what only the web's door has: other desks, entity tags, streams, pages."""
    x, mark = "XAD", {"case": "k", "warning": "v"}
    return Pair(
        "the web and XAD",
        x,
        (
            both(warn("XAB", "k", "w", "XAA", x)),
            alike([warn("XAB", **mark, text="Left."), Look(seat="XAB")], [warn("XAC", **mark, text="Right.")]),
            hidden(
                [
                    Staff(seat="XAB"),
                    do("XAB", "recall warning", **mark),
                    do("XAB", "re-mark warning", **mark, marking="TLP:RED", audience=["XAA"]),
                    Look(seat="XAB"),
                ],
                [Look(seat="XAC")],
            ),
            both(Receive(seat=x, **mark), Receive(seat=x, case="k", warning="w"), Confirm(seat=x)),
        ),
    )


def written() -> tuple[Pair, ...]:
    """The pairs written by hand."""
    return (
        contents_pair("XAD"),
        limited_pair("XAG"),
        contents_pair("secretariat"),
        later_pair(),
        leaver_pair(),
        limited_pair("XAF"),
        contents_pair("SG"),
        dated_pair(),
        web_pair(),
    )


# ---- more of them, drawn

OBSERVERS = ("XAD", "XAG", "XAF", "secretariat", "SG")
AUTHORS = ("XAA", "XAB", "XAC")
AUDIENCES = ((), ("XAA",), ("XAC", "XAE"), ("XAB", "XAE"))
MARKINGS: tuple[Marking, ...] = ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")
HIDDEN_CASES = ("h1", "h2", "h3")


def drawn(observer: str) -> st.SearchStrategy[Pair]:
    """Pairs for an observer: a random script of what it does and sees, with random hidden ones between."""
    return _limited(observer) if observer in ("XAG", "XAF") else _full(observer)


@st.composite
def _full(draw: st.DrawFn, x: str) -> Pair:
    """For a seat that sees every case: contents that differ, and what becomes of them."""
    as_x = {"by": "SG"} if x in ("secretariat", "SG") else {}
    audiences = st.sampled_from(AUDIENCES)
    beats = [both(do("XAB", "table text", case="k", procedure="p", matter="relief"))]
    kept: list[str] = []
    shown: list[tuple[str, str]] = []
    for number in range(draw(st.integers(3, 9))):
        name = f"w{number}"
        match draw(st.sampled_from(["hidden", "hidden", "shown", "handled", "handled", "changed", "tried", "time"])):
            case "hidden":
                kept.append(name)
                beats.append(alike(*([draw(_warning(name, audiences))] for _ in range(2))))
            case "shown":
                author, marking = draw(st.sampled_from(AUTHORS)), draw(st.sampled_from(MARKINGS))
                shown.append((name, author))
                sides = [warn(author, "k", name, x, *draw(audiences), marking=marking, text="Shown.") for _ in range(2)]
                beats.append(alike(*([side] for side in sides)))
            case "handled":
                beats.append(hidden(*(draw(_handlings(x, kept, shown)) for _ in range(2))))
            case "changed" if shown:
                name, author = draw(st.sampled_from(shown))
                to = draw(st.sampled_from([(), (x,)]))
                marking = draw(st.sampled_from(MARKINGS))
                beats.append(alike(*(
                    [do(author, "re-mark warning", case="k", warning=name, marking=marking,
                        audience=[*to, *draw(audiences)] if to or marking != "TLP:RED" else [])]
                    for _ in range(2)
                )))  # fmt: skip
            case "time":
                beats += [both(sg("open silence", case="k", procedure="p")), both(Pass(hours=draw(st.integers(1, 30))))]
            case _:
                name = draw(st.sampled_from([*kept, *(known for known, _ in shown), "w0", "never"]))
                mark = {"case": "k", "warning": name}
                beats.append(both(
                    Receive(seat=x, **mark), do(x, "acknowledge warning", **mark, **as_x), Confirm(seat=x),
                    *([] if as_x else [do(x, "pass on warning", **mark, to=["XAC"]), do(x, "recall warning", **mark),
                                       Second(seat=x)]),
                ))  # fmt: skip
    return Pair(f"drawn for {x}", x, tuple(beats))


def _warning(name: str, audiences: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[Step]:
    return st.builds(
        lambda author, marking, audience, orcon: warn(author, "k", name, *audience, marking=marking, orcon=orcon),
        st.sampled_from(AUTHORS),
        st.sampled_from(MARKINGS),
        audiences,
        st.booleans(),
    )


@st.composite
def _handlings(draw: st.DrawFn, x: str, kept: list[str], shown: list[tuple[str, str]]) -> list[Step]:
    """What others do with contents, none of it for the observer to know."""
    steps: list[Step] = []
    for _ in range(draw(st.integers(0, 4))):
        seat = draw(st.sampled_from([*AUTHORS, "XAE"]))
        mark = {"case": "k", "warning": draw(st.sampled_from([*kept, "never"]))}
        read = {"case": "k", "warning": draw(st.sampled_from([*kept, *(name for name, _ in shown), "never"]))}
        audience = list(draw(st.sampled_from(AUDIENCES)))
        steps += draw(
            st.sampled_from(
                [
                    [Receive(seat=seat, **read), do(seat, "acknowledge warning", **read)],
                    [do(seat, "re-mark warning", **mark, marking=draw(st.sampled_from(MARKINGS)), audience=audience)],
                    [do(seat, "pass on warning", **mark, to=["XAE", "XAB"])],
                    [do(seat, "recall warning", **mark), Second(seat=seat)],
                    [do(seat, "recall warning", **mark, id=f"{x}-{draw(st.integers(1, 9))}.0")],
                    [do(seat, "table text", case="k", procedure="p", matter="relief")],
                    [Look(seat=seat)],
                    [TwoPersons(seat=seat, kinds=("break",))],
                ]
            )
        )
    return steps


@st.composite
def _limited(draw: st.DrawFn, x: str) -> Pair:
    """For a seat that sees no case but its own: whole cases that differ."""
    own = f"{x}-own"
    beats = [both(do(x, "note no request", case=own, duty="consult"))]
    for number in range(draw(st.integers(3, 9))):
        match draw(st.sampled_from(["cases", "cases", "cases", "tried", "released", "own", "alliance", "time"])):
            case "cases":
                beats.append(hidden(*(draw(_case_acts(x)) for _ in range(2))))
            case "released":
                mark = {"case": "h", "warning": f"r{number}"}
                marking = draw(st.sampled_from(["TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]))
                beats.append(both(warn("XAB", "h", f"r{number}", x, marking=marking)))
                beats.append(both(Receive(seat=x, **mark), do(x, "acknowledge warning", **mark), Confirm(seat=x)))
            case "own":
                beats.append(alike(*([warn(draw(st.sampled_from(AUTHORS)), own, f"o{number}")] for _ in range(2))))
            case "alliance":
                beats.append(both(Outage(hours=draw(st.integers(1, 9)))))
            case "time":
                late = draw(st.booleans())
                beats.append(
                    both(
                        Pass(hours=draw(st.integers(1, 30)), is_late=late), do(x, "convene", case=own, organ="council")
                    )
                )
            case _:
                case = draw(st.sampled_from([*HIDDEN_CASES, "h", "never"]))
                beats.append(
                    both(
                        do(x, "convene", case=case, organ="council"),
                        do(x, "state position", case=case, procedure="p", party=x, position="object"),
                        do(x, "pass on warning", case=case, warning="w1", to=["XAB"]),
                        warn(x, case, "mine"),
                        Receive(seat=x, case=case, warning="w1"),
                    )
                )
    return Pair(f"drawn for {x}", x, tuple(beats))


@st.composite
def _case_acts(draw: st.DrawFn, x: str) -> list[Step]:
    """What others do in cases that the observer does not see."""
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 5))):
        seat, case = draw(st.sampled_from([*AUTHORS, "XAE"])), draw(st.sampled_from(HIDDEN_CASES))
        text = {"case": case, "procedure": draw(st.sampled_from(["p", "q"]))}
        steps += draw(
            st.sampled_from(
                [
                    [do(seat, "table text", **text, matter="relief"), sg("open silence", **text)],
                    [do(seat, "table text", **text, matter="procedure")],
                    [do(seat, "state position", **text, party=seat, position="object")],
                    [do(seat, "withdraw text", **text)],
                    [sg("close", **text), sg("confirm expiry", **text)],
                    [do(seat, "convene", case=case, organ="council"), Confirm(seat=seat)],
                    [warn(seat, case, f"w{number}", "members"), Receive(seat="XAE", case=case, warning=f"w{number}")],
                    [do(seat, "note no request", case="h", duty="consult")],
                    [do(seat, "give host consent", case=case, host=seat), do(seat, "close case", case=case)],
                    [do(seat, "convene", case=case, organ="council", id=f"{x}-{draw(st.integers(1, 9))}.0")],
                    [Look(seat=seat)],
                ]
            )
        )
    return steps
