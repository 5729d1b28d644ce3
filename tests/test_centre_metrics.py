"""The figures of a running centre: as Prometheus reads them, bounded, and telling nothing of one seat."""

import re
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.centre.metrics import METRICS, Metric, Metrics, status_class

LINE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (-?[0-9.e+-]+)")


def read(page: str) -> dict[str, dict[str, float]]:
    """A small reader of the format: name -> labels as text -> value."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for line in page.splitlines():
        if not line.startswith("#"):
            match = LINE.fullmatch(line)
            assert match, line
            assert match[2] not in found[match[1]]
            found[match[1]][match[2] or ""] = float(match[3])
    return found


def test_every_metric_is_on_the_page_with_its_meaning_from_the_start() -> None:
    page = Metrics().render()
    for metric in METRICS:
        assert f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.kind}\n" in page
        assert f"\n{metric.name}" in page
    assert read(page)["tocsin_requests_total"]['method="GET",status="2xx"'] == 0


def test_counters_count_and_gauges_are_asked_for() -> None:
    metrics = Metrics()
    metrics.count("tocsin_commands_total", outcome="accepted")
    metrics.count("tocsin_commands_total", 2, outcome="accepted")
    metrics.ask("tocsin_streams", lambda: 7)
    metrics.ask("tocsin_ledger_entries", lambda: 119)
    found = read(metrics.render())
    assert found["tocsin_commands_total"]['outcome="accepted"'] == 3
    assert found["tocsin_streams"][""] == 7
    assert found["tocsin_ledger_entries"][""] == 119
    assert metrics.value("tocsin_commands_total", outcome="accepted") == 3
    assert metrics.value("tocsin_ledger_entries") == 119


def test_a_figure_that_cannot_be_had_takes_no_other_with_it() -> None:
    metrics = Metrics()
    metrics.ask("tocsin_ledger_entries", lambda: 1 / 0)
    found = read(metrics.render())
    assert "tocsin_ledger_entries" not in found
    assert "tocsin_streams" in found


@given(st.lists(st.text(max_size=20), max_size=20))
def test_nothing_that_a_client_sends_becomes_a_line(values: list[str]) -> None:
    metrics = Metrics()
    for value in values:
        metrics.count("tocsin_requests_total", method=value, status=value)
    found = read(metrics.render())["tocsin_requests_total"]
    assert len(found) <= 5 * 5 + 1
    assert sum(found.values()) == len(values)


@given(st.lists(st.floats(0, 100), max_size=60))
def test_a_histogram_counts_what_is_at_most_each_bound(values: list[float]) -> None:
    metrics = Metrics([Metric("x_seconds", "histogram", "X.", {}, (0.5, 1.0, 10.0))])
    for value in values:
        metrics.observe("x_seconds", value)
    found = read(metrics.render())
    for bound in (0.5, 1.0, 10.0, float("inf")):
        name = 'le="+Inf"' if bound == float("inf") else f'le="{bound:g}"'
        assert found["x_seconds_bucket"][name] == sum(value <= bound for value in values)
    assert found["x_seconds_count"][""] == len(values)
    assert found["x_seconds_sum"][""] == pytest.approx(sum(values))


def test_no_metric_has_a_label_for_a_seat_a_case_or_a_desk() -> None:
    for metric in METRICS:
        assert not {"seat", "case", "desk", "party", "name", "address"} & metric.labels.keys()
        assert metric.name.startswith("tocsin_")
        assert metric.help.endswith(".")
        assert metric.kind != "counter" or metric.name.endswith("_total")


@pytest.mark.parametrize("wrong", ["tocsin_none", "tocsin_streams", "tocsin_commands_total"])
def test_a_name_or_label_that_was_not_declared_is_our_mistake(wrong: str) -> None:
    with pytest.raises(KeyError):
        Metrics().count(wrong)


def test_statuses_are_counted_by_their_class() -> None:
    assert [status_class(status) for status in (200, 404, 503)] == ["2xx", "4xx", "5xx"]
