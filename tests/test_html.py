"""The page of a replay: self-contained, escaped, readable without eyes for colour; and the geometry of its timeline."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from tests.sample_report import LINES, line, report, run
from tocsin import replay as replay_case
from tocsin.charter.files.catalog import resource_names
from tocsin.replay.case import StepKind
from tocsin.replay.contrast import contrasts, sources
from tocsin.replay.html import render
from tocsin.replay.result import Computed, Line, Mark
from tocsin.replay.timeline_svg import SHAPES, Axis, draw, stretch
from tocsin.replay.words import SIGNS, clocks_text, gap_hours, hours_text, span_text, time_text, when_text

INVENTED = Path(__file__).parent / "cases/good/missiles.toml"
VOID = {"meta", "br"}
FETCHING = {"script", "link", "iframe", "img", "object", "embed", "image", "use", "video", "audio", "base"}


class Page(HTMLParser):
    """The elements of a page, in order; refuses one that is not well nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], []):
            self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def page(*args: Line, hypothetical: bool = False) -> Page:
    return Page(render(report(run(lines=args or LINES), hypothetical=hypothetical)))


@pytest.mark.parametrize("name", [*resource_names("cases"), str(INVENTED)])
def test_every_case_makes_a_page_that_needs_nothing_else(name: str) -> None:
    text = render(replay_case(name))
    found = Page(text)
    assert FETCHING.isdisjoint(tag for tag, _ in found.elements)
    assert not re.search(r"@import|url\(", text)
    for _, attrs in found.elements:
        assert not any(key.startswith("on") or key in ("src", "srcset", "action") for key in attrs)
        assert (attrs.get("href") or "#").startswith("#")
    assert "://" not in re.sub(r">[^<]*<", "><", text)  # only as text, where a source was read


@pytest.mark.parametrize("name", [*resource_names("cases"), str(INVENTED)])
def test_every_link_leads_to_a_row_and_every_id_is_there_once(name: str) -> None:
    found = Page(render(replay_case(name)))
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in found.of("a"):
        assert (attrs["href"] or "")[1:] in ids
    labelled = [attrs.get("aria-labelledby") for _, attrs in found.elements]
    assert {name for names in labelled if names for name in names.split()} <= set(ids)


def test_the_timeline_speaks_to_a_screen_reader() -> None:
    found = page()
    (svg,) = found.of("svg")
    assert (svg["role"], svg["aria-labelledby"]) == ("group", "run0-title run0-desc")
    marks = [attrs["aria-label"] or "" for attrs in found.of("a") if (attrs.get("class") or "").startswith("step ")]
    assert len(marks) == len(LINES)
    assert marks[3] == "Step 4, 10 Feb 2003 08:00 +01:00, France: Breaks the silence. (agrees)"
    assert "10 steps from 15 Jan 2003 to 16 Apr 2003. step 4, France: broken; step 5, Türkiye: triggered" in found.text


def test_a_silence_its_break_and_a_change_of_forum_are_drawn() -> None:
    text = str(draw(run(), {}, "Sample"))
    assert "Silence period opened at step 3, deadline 10 Feb 2003 09:00 UTC, broken at step 4" in text
    assert text.count('class="silence"') == text.count('class="silence broken"') == 1
    assert "deadline 09:00 UTC" in text
    assert "change of forum" in text


def test_a_silence_that_holds_and_one_without_a_known_deadline() -> None:
    opened = line(1, "2024-01-01", "open silence", "SG", "Opens it.", computed=Computed(deadline="2024-01-02"))
    held = draw(run(lines=(opened, line(2, "2024-01-03", "deadline", "", "It passes."))), {}, "Held")
    assert 'class="silence broken"' not in held
    assert "deadline 2 Jan 2024" in held
    unknown = draw(run(lines=(line(1, "2024-01-01", "open silence", "SG", "Opens it."),)), {}, "Unknown")
    assert "no deadline known" in unknown


def test_marks_are_told_by_sign_and_word_as_well_as_by_colour() -> None:
    found = page()
    for sign in SIGNS.values():
        assert f"{sign.symbol} {sign.word} {sign.says}" in found.text
    assert "differs" in found.text
    assert "bound: computed 16, recorded 18" in found.text


def test_the_step_table_holds_computed_and_recorded() -> None:
    text = page().text
    for said in (
        "Another paper says that it was opened on Friday.",
        "Inferred by the case's author: deadline",
        "could change it FRA, BEL and DEU, had they all kept silent",
        "Missing: who agreed to host them",
        "threat-must-be-real undetermined overwhelmed is not known",
        "deadline 10 Feb 2003 10:00 +01:00",
        "a newspaper, 11 Feb 2003",
        "decided 5 d to 7 d",
        "reported not reached",
        "Silence was opened on 6 February.",
    ):
        assert said in text, said


def test_what_an_author_wrote_is_escaped() -> None:
    text = render(report())
    assert "The Committee &lt;agrees&gt; on the planning &amp; tasks the military." in text
    assert "<agrees>" not in text


def test_weak_sources_are_told_before_the_timeline() -> None:
    text = page().text
    assert "The wording of NATO.consensus was seen only in secondary sources" in text
    assert text.index("Rests partly on weak sources.") < text.index("Timeline")
    assert "Rests partly" not in page(line(1, "2024-01-01", "note", "", "Sourced.")).text


def test_the_banner_stands_on_top_of_everything_hypothetical() -> None:
    found = page(hypothetical=True)
    assert found.text.startswith("HYPOTHETICAL: ")
    assert "Replay of a hypothetical case" in found.text
    assert "HYPOTHETICAL" not in page().text


def test_rival_readings_stand_side_by_side() -> None:
    other = replace(LINES[4], computed=Computed(duty="excluded"), why=("so says the reading",))
    rival = run("strict", lines=(*LINES[:4], other, *LINES[5:]))
    found = Page(render(report(run("broad"), rival)))
    assert "Rival readings side by side" in found.text
    assert "duty excluded so says the reading" in found.text
    assert "Timeline under strict" in found.text
    assert len(found.of("svg")) == 2
    assert [contrast.number for contrast in contrasts((run("broad"), rival))] == [5]
    assert contrasts((run(),)) == []


def test_it_prints() -> None:
    text = render(report())
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text


def test_the_same_report_gives_the_same_page() -> None:
    assert render(report()) == render(report())


def test_every_kind_of_step_has_a_shape() -> None:
    assert {kind for kinds in SHAPES.values() for kind in kinds} == set(get_args(StepKind))


@pytest.mark.parametrize("mark", SIGNS)
def test_steps_go_to_the_right_and_labels_do_not_overlap(mark: Mark) -> None:
    lines = tuple(
        line(n, f"2024-01-{n:02}", "close", "SG", "Decides.", mark, computed=Computed(result="adopted"))
        for n in range(1, 31)
    )
    drawn = str(draw(run(lines=lines), {}, "Many"))
    xs = [float(x) for x in re.findall(r'<text x="([\d.]+)" y="[\d.]+" class="label">', drawn)]
    assert len(xs) == 30
    assert all(b - a >= 49 for a, b in pairwise(xs))


def test_an_instant_lies_between_the_steps_around_it() -> None:
    axis = Axis([("2024-01-01", 100.0), ("2024-01-03", 200.0)])
    assert axis.x("2024-01-02") == 150
    assert axis.x("2023-12-01") == 100
    assert axis.x("2024-01-03") == 200
    assert axis.x("2024-01-04") == 200 + stretch(24)


def test_times_as_people_write_them() -> None:
    assert time_text("2003-02-10") == "10 Feb 2003"
    assert time_text("2003-02-10T11:00:00Z") == "10 Feb 2003 11:00 UTC"
    assert time_text("2003-02-10T12:00+01:00") == "10 Feb 2003 12:00 +01:00"
    assert time_text("soon") == "soon"
    hour = line(1, "2003-02-10T09:00+01:00", "note", "", "", latest="2003-02-10T10:00+01:00")
    assert when_text(hour) == "10 Feb 2003 09:00 to 10:00 +01:00"
    days = line(1, "2003-02-10", "note", "", "", latest="2003-02-12")
    assert when_text(days) == "10 Feb 2003 to 12 Feb 2003"
    assert clocks_text(days) == "to 12 Feb 2003"
    zones = line(1, "2003-02-10T09:00+01:00", "note", "", "", latest="2003-02-10T10:00Z")
    assert clocks_text(zones) == "09:00 +01:00 to 10:00 UTC"


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (None, "not reached"),
        (0.5, "30 min"),
        (6, "6 h"),
        (1.5, "1 h 30 min"),
        (100, "4 d 4 h"),
        (48, "2 d"),
        (650, "27 d"),
    ],
)
def test_lengths_of_time(hours: float | None, said: str) -> None:
    assert hours_text(hours) == said


def test_spans_and_gaps() -> None:
    assert span_text(1, 1) == "1 h"
    assert span_text(1, 2) == "1 h to 2 h"
    assert span_text(None, None) == "not reached"
    assert span_text(None, 3) == "3 h"
    assert span_text(3, None) == "3 h"
    assert gap_hours("2024-01-02", "2024-01-01") == 0
    assert gap_hours("2024-01-01", "2024-01-01T06:00Z") == 6


def test_sources_with_the_steps_that_rest_on_them() -> None:
    found = sources((*LINES[:3], line(4, "2024-01-01", "note", "", "", source="")))
    assert found == {
        ("a newspaper, 11 Feb 2003", "memory"): [1],
        ("a newspaper, 11 Feb 2003", "press"): [2, 3],
        ("no source named", "press"): [4],
    }
