"""Leaks to plant: each is one function of the centre made to tell a little too much, as a hurried change might.

tests/test_noninterference.py plants them one by one and must find each by the comparison of histories alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple

from msgspec.structs import replace

from tests.noninterference import OFFICIALS, turn
from tocsin.alliance import handling, release
from tocsin.alliance.contents import DeliverWarning
from tocsin.alliance.facts import CaseFact, CaseShared, ProcedureOpened, Refusal
from tocsin.centre import board, court, feeds, intake, runtime, view, view_asks, view_case, view_contents, view_history
from tocsin.centre.desks import Desks
from tocsin.centre.notify.notifier import Notifier
from tocsin.centre.view_model import Ask
from tocsin.errors import Conflict, NotEntitled, NotFound, NotSignedIn
from tocsin.web import app, guard, hubs
from tocsin.web.call import Reply

Thing = Any
"""Something of the centre: a leak takes it as it is."""
Make = Callable[[Thing], Thing]
"""From the real function to the one that leaks."""


class Leak(NamedTuple):
    """A leak, and where to look for it first."""

    name: str
    pair: str
    """How the names of the pairs of histories begin that are played first."""
    by_web: bool
    owner: Thing
    attribute: str
    make: Make


LEAKS: list[Leak] = []


def leak(name: str, pair: str, owner: Thing, attribute: str, *, by_web: bool = False) -> Callable[[Make], Make]:
    """Keep a leak under its name."""

    def keep(make: Make) -> Make:
        LEAKS.append(Leak(name, pair, by_web, owner, attribute, make))
        return make

    return keep


@contextmanager
def planted(one: Leak) -> Iterator[None]:
    """The centre with the leak, until the block ends."""
    real, is_its_own = getattr(one.owner, one.attribute), one.attribute in vars(one.owner)
    setattr(one.owner, one.attribute, one.make(real))
    try:
        yield
    finally:
        if is_its_own:
            setattr(one.owner, one.attribute, real)
        else:
            delattr(one.owner, one.attribute)


def outlet(name: str, path: str) -> Callable[[Make], Make]:
    """Keep a leak in the handler of what is read at a path."""

    def keep(make: Make) -> Make:
        def leaky(routes: Thing) -> Thing:
            return tuple(
                replace(row, handler=make(row.handler)) if (row.method, row.path) == ("GET", path) else row
                for row in routes
            )

        LEAKS.append(Leak(name, "the web", True, app, "ROUTES", leaky))
        return make

    return keep


def events_of(feed: Thing) -> Iterator[Thing]:
    """Every event of a feed."""
    return (feed.event(position) for position in range(1, len(feed) + 1))


def constant(value: object) -> Make:
    """A function that always says the same."""
    return lambda _: lambda *_args, **_named: value


# ---- contents: substance, author, marking, audience, releases


def _any_held(self: Thing, case: str, warning: str) -> Thing:
    held = self.board.book.get((case, warning))
    if held is None:
        raise NotFound("warning", warning, [])
    return held


def _all_held(shown: Thing) -> Iterator[Thing]:
    return (shown.board.book[key] for key in shown.board.contents)


leak("the substance of any warning", "contents", view.View, "held")(lambda _: _any_held)


@leak("the author in the list of warnings", "contents", view_contents, "_line")
def _author_in_list(real: Thing) -> Thing:
    def line(shown: Thing, case: str, name: str, commitment: str) -> Thing:
        held = shown.board.book[case, name]
        return replace(real(shown, case, name, commitment), author=held.author)

    return line


@leak("the marking in the list of warnings", "contents", view_contents, "_line")
def _marking_in_list(real: Thing) -> Thing:
    def line(shown: Thing, case: str, name: str, commitment: str) -> Thing:
        held = shown.board.book[case, name]
        return replace(real(shown, case, name, commitment), marking=held.marking)

    return line


@leak("in the list, whether a warning was recalled", "contents", view_contents, "_line")
def _recall_in_list(real: Thing) -> Thing:
    def line(shown: Thing, case: str, name: str, commitment: str) -> Thing:
        held = shown.board.book[case, name]
        return replace(real(shown, case, name, commitment), recalled=held.recalled is not None)

    return line


@leak("how many received a warning", "contents", view_contents, "_line")
def _count_of_deliveries(real: Thing) -> Thing:
    def line(shown: Thing, case: str, name: str, commitment: str) -> Thing:
        held = shown.board.book[case, name]
        return replace(real(shown, case, name, commitment), version=len(held.delivered))

    return line


leak("whom else a warning is released to", "contents", view_contents, "_audience_shown")(
    lambda _: lambda _shown, held: held.audience
)
leak("how often a release was changed out of sight", "contents", view_contents, "_version_shown")(
    lambda _: lambda _shown, held: held.version
)
leak("the last marking of what was withdrawn and then recalled", "contents", view.View, "known")(
    lambda _: lambda _self, held: held
)
leak("all releases in everybody's list", "contents", view_contents, "_released")(lambda _: _all_held)
leak("the holders of another's warning", "contents", view.View, "holders")(
    lambda _: lambda self, case, warning: tuple(view_contents.holders(self, _any_held(self, case, warning)))
)


@leak("by the count of a preview, how many contents there are", "cases", view_contents, "preview")
def _preview_counts(real: Thing) -> Thing:
    def preview(shown: Thing, held: Thing, seats: Thing) -> Thing:
        for line in real(shown, held, seats):
            yield replace(line, why=f"{line.why}, like {len(shown.board.contents)} others")

    return preview


@leak("in a preview, when a hidden case was opened", "cases", view.View, "preview")
def _preview_of_cases(real: Thing) -> Thing:
    def preview(self: Thing, held: Thing) -> Thing:
        case = self.board.state.cases.get(held.case)
        return tuple(replace(line, clause=str(case.opened if case else "")) for line in real(self, held))

    return preview


@leak("in a preview, whom a hidden case came before", "a party that belongs", view.View, "preview")
def _preview_of_history(_real: Thing) -> Thing:
    def preview(self: Thing, held: Thing) -> Thing:
        seats = ("XQA", "XQB", "XAF", "XAG")
        return [str(release.rule_on(self.snapshot, self.state, held, seat)) for seat in seats]

    return preview


@leak("who warned, in what is asked", "contents", view_asks, "_of_contents")
def _asks_of_all(_real: Thing) -> Thing:
    def asks(shown: Thing) -> Iterator[Ask]:
        for held in _all_held(shown):
            if shown.seat not in held.acknowledged:
                yield Ask(kind="acknowledge warning", says=f"{held.author} warned.", case=held.case, name=held.warning)

    return asks


leak("who gave in a warning", "contents", view.View, "names_author")(constant(True))


@leak("the desk that a warning came from", "contents", view.View, "_facts_item")
def _attested(real: Thing) -> Thing:
    def item(self: Thing, position: int, read: Thing) -> Thing:
        return replace(real(self, position, read), attested=read.act.attested)

    return item


leak("who passed a warning on", "contents", view_contents, "_by")(lambda _: lambda _event, read, _held: read.by)


@leak("by the version, that a withdrawn warning was changed", "contents", view_contents, "item")
def _version_after_withdrawal(real: Thing) -> Thing:
    def item(shown: Thing, position: int, event: Thing, read: Thing) -> Thing:
        held = shown.board.book[shown.board.contents[event.ref]]
        return replace(real(shown, position, event, read), version=held.version)

    return item


@leak("by a reason, the groups that a warning is for", "contents", release, "rule_on")
def _reason(real: Thing) -> Thing:
    def rule_on(charter: Thing, state: Thing, held: Thing, seat: str) -> Thing:
        ruling = real(charter, state, held, seat)
        return release.Ruling(ruling.sees, f"{ruling.why}: {', '.join(held.audience)}", ruling.clause)

    return rule_on


@leak("to everybody, what is released to nobody", "contents", release, "rule_on")
def _nobody_is_everybody(real: Thing) -> Thing:
    def rule_on(charter: Thing, state: Thing, held: Thing, seat: str) -> Thing:
        return real(charter, state, held, seat) if held.audience else release.Ruling(sees=True, why="to all")

    return rule_on


@leak("to the secretariat, all that is released to an office", "contents and secretariat", release, "rule_on")
def _office(real: Thing) -> Thing:
    def rule_on(charter: Thing, state: Thing, held: Thing, seat: str) -> Thing:
        ruling = real(charter, state, held, seat)
        if seat == "secretariat" and set(OFFICIALS) & set(held.audience):
            return release.Ruling(sees=True, why="it serves the office")
        return ruling

    return rule_on


@leak("as a different answer, that a content is there but not for the seat", "contents", view.View, "held")
def _forbidden(real: Thing) -> Thing:
    def held(self: Thing, case: str, warning: str) -> Thing:
        row = self.board.book.get((case, warning))
        if row is not None and row.audience and not self.sees(row).sees and not self.knew(row):
            raise NotEntitled("not released", "It is not released to you.")
        return real(self, case, warning)

    return held


@leak("why a content is not for the seat", "contents", view.View, "held")
def _why_not(real: Thing) -> Thing:
    def held(self: Thing, case: str, warning: str) -> Thing:
        row = self.board.book.get((case, warning))
        if row is not None and not self.sees(row).sees and not self.knew(row):
            raise NotFound(f"warning ({self.sees(row).why})", warning, [])
        return real(self, case, warning)

    return held


@leak("among the known names, the contents there are", "cases", view.View, "held")
def _known_contents(real: Thing) -> Thing:
    def held(self: Thing, case: str, warning: str) -> Thing:
        try:
            return real(self, case, warning)
        except NotFound:
            raise NotFound("warning", warning, [name for _, name in self.board.book]) from None

    return held


# ---- cases, their names, clocks and counts


leak("every case", "cases", release, "sees_case")(constant(True))


@leak("a case, to a party that has left", "a party that left", release, "sees_case")
def _left(real: Thing) -> Thing:
    def sees_case(charter: Thing, state: Thing, case: Thing, seat: str) -> bool:
        return real(charter, state, case, seat) or any(
            seat in text.ballot.universe for text in case.procedures.values()
        )

    return sees_case


@leak("to a new member, the cases from before it joined", "a member that joined later", release, "joined_at")
def _history(_real: Thing) -> Thing:
    return lambda charter, _state, party: 0 if charter.belongs(party) else None


@leak("the list of all cases", "cases", view.View, "seen_cases")
def _all_cases(_real: Thing) -> Thing:
    return lambda self: tuple(self.state.cases.values())


@leak("among the known names, the cases there are", "cases", view.View, "case_state")
def _known_cases(real: Thing) -> Thing:
    def case_state(self: Thing, case: str) -> Thing:
        if not self.sees_case(case):
            raise NotFound("case", case, self.board.cases)
        return real(self, case)

    return case_state


@leak("as a different answer, that a case is there but not for the seat", "cases", view.View, "case_state")
def _forbidden_case(real: Thing) -> Thing:
    def case_state(self: Thing, case: str) -> Thing:
        if case in self.state.cases and not self.sees_case(case):
            raise NotEntitled("no scope", "That case is not for you.")
        return real(self, case)

    return case_state


@leak("by the kind of what is missing, that a hidden case has a text", "cases", view.View, "procedure")
def _kind_of_missing(real: Thing) -> Thing:
    def procedure(self: Thing, case: str, name: str) -> Thing:
        row = self.state.cases.get(case)
        if row is not None and name not in row.procedures:
            raise NotFound("procedure", name, [])
        return real(self, case, name)

    return procedure


@leak("the deadlines of every case", "cases", view_case, "deadlines")
def _all_deadlines(_real: Thing) -> Thing:
    def deadlines(shown: Thing) -> Thing:
        from tocsin.centre.view_model import Deadline  # for this leak alone

        for key, at in shown.state.deadlines.items():
            yield Deadline(at=at, what=key, kind=key.partition("/")[0])

    return deadlines


@leak("by a case's next deadline, that of another", "cases and XAG", view_case, "case_line")
def _next_deadline(real: Thing) -> Thing:
    def case_line(case: Thing, state: Thing) -> Thing:
        return replace(real(case, state), next_deadline=min(state.deadlines.values(), default=None))

    return case_line


@leak("in a case's count, the warnings of all", "cases and XAG", view_case, "case_line")
def _count_of_warnings(real: Thing) -> Thing:
    def case_line(case: Thing, state: Thing) -> Thing:
        return replace(real(case, state), warnings=sum(len(row.warnings) for row in state.cases.values()))

    return case_line


@leak("by the headline clocks, what happened in other cases", "cases and XAG", view.View, "case")
def _clocks(real: Thing) -> Thing:
    def case(self: Thing, name: str) -> Thing:
        shown = real(self, name)
        since = sum(row.opened for row in self.state.cases.values())
        return replace(shown, headlines=tuple(replace(row, hours=float(since)) for row in shown.headlines))

    return case


@leak("in a case's account, what happened in others", "cases and XAG", view_history, "timed_facts")
def _account_of_all(_real: Thing) -> Thing:
    def facts(shown: Thing, _case: str, _entries: Thing) -> Thing:
        from tocsin.alliance.lessons import timed  # for this leak alone

        for entry in sorted({event.entry for feed in shown.board.feeds.values() for event in events_of(feed)}):
            read = shown.acts.get(entry)
            yield from timed(read.act.facts, read.at, None)

    return facts


@leak("among the members, who gave in how many warnings", "cases", view.View, "members")
def _members(real: Thing) -> Thing:
    def members(self: Thing) -> Thing:
        authors = [held.author for held in _all_held(self)]
        return tuple(replace(row, overlays=(str(authors.count(row.party)),)) for row in real(self))

    return members


@leak("by the charter's line, how many cases there are", "cases", view.View, "charter")
def _charter(real: Thing) -> Thing:
    return lambda self: replace(real(self), joiner_history=f"after {len(self.board.cases)} cases")


@leak("by its clock, how long the ledger is", "cases", view.View, "situation")
def _clock(real: Thing) -> Thing:
    return lambda self: replace(real(self), now=self.now + self.board.taken)


# ---- facts of the alliance, decisions, records


def _without_hiding(facts: Thing, sees: Thing) -> Thing:
    return tuple(fact for fact in facts if not isinstance(fact, CaseFact) or sees(fact.case))


leak("the hidden decision that an accession rests on", "cases", view, "visible_facts")(lambda _: _without_hiding)
leak("all facts of an act of which one may be seen", "cases", view, "visible_facts")(
    lambda _: lambda facts, _sees: facts
)


@leak("by a record's being refused, that an outage touched a hidden case", "cases", view.View, "_sees_all_of")
def _refused_record(_real: Thing) -> Thing:
    def sees_all_of(self: Thing, read: Thing) -> bool:
        facts = read.act.facts
        return board.visible_facts(facts, self.sees_case) == facts and view_contents.is_told_all(self, read)

    return sees_all_of


leak("in a record, who handed in a warning", "contents", view_contents, "is_told_all")(constant(True))
leak("in a record, what deadlines an author's act found", "cases and XAG", court.Court, "_woken")(
    lambda _: lambda _self, state, _filed, _at: ((), state)
)
leak("in an answer, the audience of what was passed on", "contents", view.View, "own_handled")(
    lambda _: lambda _self, act: tuple(one for one in act.handled if hasattr(one, "audience"))
)

# ---- the feed: order, gaps, cursors, waking


@leak("by gaps in the cursors, what happened to others", "contents", view.View, "item")
def _gaps(real: Thing) -> Thing:
    def item(self: Thing, position: int) -> Thing:
        entry = self.board.feed(self.seat).event(position).entry
        return replace(real(self, position), cursor=feeds.cursor_text(entry))

    return item


@leak("by the cursor of a page, the ledger's length", "contents", view.View, "feed")
def _page(real: Thing) -> Thing:
    def page(self: Thing, after: int, limit: int = 100) -> Thing:
        return replace(real(self, after, limit), cursor=feeds.cursor_text(self.board.taken))

    return page


@leak("by the cursor of an answer, the ledger's length", "contents", runtime.Centre, "cursor")
def _cursor(_real: Thing) -> Thing:
    return lambda self, _seat: feeds.cursor_text(self.board.taken)


@leak("in a wrong cursor's refusal, how far others are", "contents", view.View, "feed")
def _wrong_cursor(real: Thing) -> Thing:
    def page(self: Thing, after: int, limit: int = 100) -> Thing:
        if after > len(self.board.feed(self.seat)):
            longest = max((len(feed) for feed in self.board.feeds.values()), default=0)
            raise NotFound("cursor", feeds.cursor_text(after), [feeds.cursor_text(longest)])
        return real(self, after, limit)

    return page


@leak("which feeds others have confirmed", "contents", runtime.Centre, "confirm_feed")
def _confirmed(real: Thing) -> Thing:
    async def confirm_feed(self: Thing, actor: Thing, position: int) -> Thing:
        if position > len(self.board.feed(actor.seat)):
            others = [feeds.cursor_text(len(feed)) for feed in self.board.feeds.values()]
            raise NotFound("cursor", feeds.cursor_text(position), others)
        return await real(self, actor, position)

    return confirm_feed


@leak("by being woken, that something happened to others", "contents", runtime.Centre, "changed")
def _woken(_real: Thing) -> Thing:
    async def changed(self: Thing, seat: str, _after: int) -> int:
        before = self.board.taken
        while self.board.taken == before:
            await turn()
        return len(self.board.feed(seat))

    return changed


def _also_stirs(_real: Thing) -> Thing:
    """Every act tells every seat."""

    def tell(self: Thing, _seat: str, entry: int, kind: str, ref: int, grew: set[str]) -> None:
        for seat in ("XAD", "XAG", "XAF", "SG", "secretariat", "XAB"):
            self.feeds.setdefault(seat, feeds.Feed()).add(entry, kind, ref)
            grew.add(seat)

    return tell


leak("in the feed, what was told to others", "contents", board.Board, "_tell")(_also_stirs)


@leak("in the feed, that a content was delivered to somebody", "contents", board.Board, "_handle")
def _delivered_to_all(real: Thing) -> Thing:
    def handle(self: Thing, entry: int, handled: Thing, snapshot: Thing, grew: set[str]) -> None:
        real(self, entry, handled, snapshot, grew)
        key = handled.case, handled.warning
        for seat in sorted(self.audience(key)) if getattr(handled, "to", "") else ():
            self._tell(seat, entry, "re-mark", self._ref[key], grew)

    return handle


@leak("in the feed, that a warning was recalled which the seat never had", "contents", board.Board, "_handle")
def _recalled_to_all(real: Thing) -> Thing:
    def handle(self: Thing, entry: int, handled: Thing, snapshot: Thing, grew: set[str]) -> None:
        real(self, entry, handled, snapshot, grew)
        if type(handled).__name__ == "WarningRecalled":
            for seat in sorted(self.seats_of_case(handled.case, snapshot)):
                self._tell(seat, entry, "recall", self._ref[handled.case, handled.warning], grew)

    return handle


leak("in the feed of a party that has left, what goes on", "a party that left", board, "CHANGES_WHO_SEES")(
    lambda _: CaseShared | ProcedureOpened
)
leak("by when a day's news comes, whether anybody acted", "a party that belongs", court.Court, "has_new_day")(
    constant(False)
)


@leak("what was shown to the seat that asked before", "contents", view.View, "item")
def _kept_by_entry(real: Thing) -> Thing:
    """A cache of items that forgets whose they are."""
    kept: dict[tuple[int, int, str], Thing] = {}

    def item(self: Thing, position: int) -> Thing:
        event = self.board.feed(self.seat).event(position)
        key = (id(self.board), event.entry, event.kind)
        if key not in kept:
            kept[key] = real(self, position)
        return replace(kept[key], cursor=feeds.cursor_text(position))

    return item


# ---- acting: ids, names, refusals, second persons


leak("by a conflict, that another seat used an id", "contents", court, "id_key")(
    lambda _: lambda command, **_own: command.id
)
leak("by a conflict, that an office handled a content", "contents and secretariat", court, "id_key")(
    lambda _: lambda command, **_own: f"{command.by}\n{command.id}"
)
leak("by a command's fate, that a case is there", "cases", court.Court, "out_of_sight")(constant(None))


@leak("by a refusal's code, that a case is hidden", "cases", court.Court, "out_of_sight")
def _hidden_code(real: Thing) -> Thing:
    def out_of_sight(self: Thing, state: Thing, filed: Thing, at: Thing) -> Thing:
        refusal = real(self, state, filed, at)
        if refusal is not None and filed.command.case in state.cases:
            return Refusal(code="hidden case", message="That case is not for you.", fix="Ask to be let in.")
        return refusal

    return out_of_sight


@leak("by a name's being taken, that another opened a case of it", "cases", court.Court, "out_of_sight")
def _names_taken(real: Thing) -> Thing:
    def out_of_sight(self: Thing, state: Thing, filed: Thing, at: Thing) -> Thing:
        refusal = real(self, state, filed, at)
        free = refusal is not None and filed.command.case not in state.cases
        return None if free else refusal

    return out_of_sight


@leak("by asking for a second person, what is under silence in a hidden case", "cases", runtime.Centre, "second_needed")
def _second_needed(_real: Thing) -> Thing:
    def needed(self: Thing, _actor: Thing, submission: Thing, filed: Thing) -> str:
        kind = court.needs_two(self._speculative, filed.command)
        self.court.would_refuse = constant(None)(None)  # which would refuse it before it is held
        return kind if not submission.seconded else ""

    return needed


leak("by acting for an office, what is released to it", "contents and secretariat", intake, "check_entitled")(
    constant(None)
)


@leak("by passing on, who has a warning already", "contents", handling, "_pass_on")
def _has_it_already(real: Thing) -> Thing:
    def pass_on(charter: Thing, state: Thing, held: Thing, command: Thing, by: str) -> Thing:
        if set(command.to) <= set(held.audience):
            return Refusal(code="already released", message="They have it already.", fix="Nothing is left to do.")
        return real(charter, state, held, command, by)

    return pass_on


leak("by handling it, whose a warning is", "contents", handling, "knows")(constant(True))


@leak("by a delivery's refusal, that a content is there", "contents", runtime.Centre, "receive")
def _receive(real: Thing) -> Thing:
    async def receive(self: Thing, actor: Thing, case: str, warning: str) -> Thing:
        command = DeliverWarning(id="x", at=self.clock.now(), by="centre", case=case, warning=warning, to=actor.seat)
        state = self.board.state
        ruled = handling.decide_content(self.law.plain(self.clock.now()), state, self.court.book, command)
        if isinstance(ruled, Refusal):
            raise NotFound(ruled.code, warning, [])
        return await real(self, actor, case, warning)

    return receive


# ---- desks: what others have


@leak("what waits at other seats", "the web", Desks, "pending", by_web=True)
def _all_pending(_real: Thing) -> Thing:
    def pending(self: Thing, by: Thing) -> Thing:
        from tocsin.centre import desk_pending  # for this leak alone

        rows = self._store.all(desk_pending._LINE)  # noqa: SLF001  # a leak
        return tuple(desk_pending._line(desk_pending._Waits(*row), by) for row in rows)  # noqa: SLF001  # a leak

    return pending


def _for_administrators(real: Thing) -> Thing:
    """A list of desks' things that takes everybody for an administrator."""
    return lambda self, by: real(self, replace(by, scopes=by.scopes | {"admin"}))


leak("the desks of others", "the web", Desks, "desks", by_web=True)(_for_administrators)
leak("the tokens of others", "the web", Desks, "tokens", by_web=True)(_for_administrators)
leak("the keys of others", "the web", Desks, "keys", by_web=True)(_for_administrators)
leak("the delegations of others", "the web", Desks, "delegations", by_web=True)(_for_administrators)


@leak("by a conflict, that another seat has a key", "the web", Desks, "register_key", by_web=True)
def _key_taken(real: Thing) -> Thing:
    def register_key(self: Thing, by: Thing, public: bytes) -> Thing:
        if self._store.one("SELECT 1 FROM party_key WHERE public = ?", public) is not None:
            raise Conflict("key there", "Somebody has this key.")
        return real(self, by, public)

    return register_key


@leak("by signing in, whether a name is somebody's", "the web", Desks, "login", by_web=True)
def _login(real: Thing) -> Thing:
    def login(self: Thing, name: str, *rest: Thing) -> Thing:
        if self._store.one("SELECT 1 FROM person WHERE name = ?", name) is None:
            raise NotSignedIn("no such name", "Nobody has that name.")
        return real(self, name, *rest)

    return login


@leak("that a desk of others is there", "the web", Desks, "revoke", by_web=True)
def _desk_there(real: Thing) -> Thing:
    def revoke(self: Thing, by: Thing, desk: str, why: str = "") -> Thing:
        if self._store.one("SELECT 1 FROM desk WHERE id = ?", desk) is not None:
            raise NotEntitled("no scope", "This desk revokes nobody there.")
        return real(self, by, desk, why)

    return revoke


@leak("that something waits at another seat", "the web", Desks, "drop", by_web=True)
def _pending_there(real: Thing) -> Thing:
    def drop(self: Thing, by: Thing, pending: str) -> Thing:
        if self._store.one("SELECT 1 FROM pending WHERE id = ?", pending) is not None:
            raise NotEntitled("no scope", "It waits for another seat.")
        return real(self, by, pending)

    return drop


# ---- notices


leak("in a notice, what happened to another seat", "contents", Notifier, "_things", by_web=True)(
    lambda real: lambda self, notice, _sight: real(self, notice, self._office.view("XAB"))
)


@leak("by a notice, that others were told of something", "contents", Notifier, "_read", by_web=True)
def _notices_of_others(real: Thing) -> Thing:
    async def read(self: Thing, seat: str, position: int) -> None:
        office, views = self._office, {"XAB": self._office.view("XAB"), seat: self._office.view(seat)}
        longest = max(views.values(), key=lambda shown: len(shown.board.feed(shown.seat)))
        self._office = SimpleNamespace(view=lambda _: longest, clock=office.clock, cursor=office.cursor)
        try:
            await real(self, seat, position)
        finally:
            self._office = office

    return read


# ---- the web: headers, entity tags, streams, pages


@leak("by its entity tag, that the ledger grew", "the web", guard, "finished", by_web=True)
def _tag(real: Thing) -> Thing:
    def finished(route: Thing, call: Thing, answer: Thing) -> Thing:
        reply = real(route, call, answer)
        if not isinstance(reply, Reply) or route.method != "GET":
            return reply
        tag = b'"%032x"' % call.centre.board.taken
        if call.headers.get(b"if-none-match") == tag:
            return Reply(304, b"", headers=((b"etag", tag),))
        return reply._replace(headers=((b"etag", tag),))

    return finished


@leak("in a header, how many acts there are", "the web", guard, "finished", by_web=True)
def _total(real: Thing) -> Thing:
    def finished(route: Thing, call: Thing, answer: Thing) -> Thing:
        reply = real(route, call, answer)
        if not isinstance(reply, Reply):
            return reply
        return reply._replace(headers=(*reply.headers, (b"x-total", b"%d" % call.centre.board.taken)))

    return finished


@leak("the bytes that another seat was sent", "the web", guard, "finished", by_web=True)
def _shared_bytes(real: Thing) -> Thing:
    kept: dict[Thing, Thing] = {}

    def finished(route: Thing, call: Thing, answer: Thing) -> Thing:
        key = (id(call.centre), call.centre.board.taken, route.path, *call.params.values(), str(call.query))
        if route.method != "GET" or route.path.startswith("/api/v1/me"):
            return real(route, call, answer)
        if key not in kept:
            kept[key] = real(route, call, answer)
        return kept[key]

    return finished


@leak("by the ids of the stream, what happened to others", "the web", hubs.Hub, "after", by_web=True)
def _frame_ids(real: Thing) -> Thing:
    def after(self: Thing, position: int) -> Thing:
        place, data = real(self, position)
        return place, data.replace(b"id: ", b"id: %d/" % self.centre.board.taken)

    return after


@outlet("in an error, how long the ledger is", "/api/v1/receipts/{cursor}")
def _receipt_error(real: Thing) -> Thing:
    async def receipt(call: Thing) -> Thing:
        try:
            return await real(call)
        except NotFound:
            raise Conflict("not yours", f"Of {call.centre.board.taken} entries this is none of yours.") from None

    return receipt


@outlet("on the home page, how many contents there are", "/")
def _home(real: Thing) -> Thing:
    async def home(call: Thing) -> Thing:
        reply = await real(call)
        return reply._replace(body=reply.body + b"<!-- %d -->" % call.centre.board.taken)

    return home


@outlet("the centre's figures", "/metrics")
def _figures(_real: Thing) -> Thing:
    async def metrics(call: Thing) -> Thing:
        return Reply(200, b"acts %d" % call.centre.board.taken)

    return metrics


@outlet("by whether it is ready, how much was done", "/ready")
def _ready(_real: Thing) -> Thing:
    async def ready(call: Thing) -> Thing:
        return Reply(200, b"ready after %d" % call.centre.board.taken)

    return ready


@outlet("in a stream's refusal, how far others are", "/api/v1/feed")
def _far(real: Thing) -> Thing:
    async def page(call: Thing) -> Thing:
        try:
            return await real(call)
        except NotFound:
            raise Conflict(
                "ahead", f"The longest feed is {max(map(len, call.centre.board.feeds.values()), default=0)}."
            ) from None

    return page
