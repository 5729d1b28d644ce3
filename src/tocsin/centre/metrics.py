"""Figures of the running centre, as Prometheus reads them (text format 0.0.4).

Every metric is declared in METRICS with all the label values it can have: nothing that a client sends becomes a
label, so the page cannot grow, and no seat, case or desk has a line of its own. Only administrators read it all the
same: how busy the centre is tells of what others do.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import product
from threading import Lock
from typing import Literal, NamedTuple

OTHER = "other"
"""What a label value becomes that was not declared."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metric(NamedTuple):
    """One figure: its name, kind, meaning and unit, and the values its labels can have."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: dict[str, tuple[str, ...]] = {}  # noqa: RUF012  # never changed
    buckets: tuple[float, ...] = ()


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
OUTCOMES = ("accepted", "repeated", "refused")

METRICS: tuple[Metric, ...] = (
    Metric("tocsin_up_seconds", "gauge", "Seconds since the centre opened."),
    Metric("tocsin_ready", "gauge", "1 while commands are taken, 0 while not: the ledger failed, or it is closing."),
    Metric("tocsin_ledger_entries", "gauge", "Entries of the ledger."),
    Metric("tocsin_ledger_uncovered_entries", "gauge", "Entries that no checkpoint covers yet."),
    Metric("tocsin_disk_free_bytes", "gauge", "Bytes free on the disk of the data folder."),
    Metric("tocsin_memory_bytes", "gauge", "Resident memory of the process."),
    Metric("tocsin_commands_total", "counter", "Commands decided, the centre's own among them.", {"outcome": OUTCOMES}),
    Metric("tocsin_commit_seconds", "histogram", "From a command's arrival until it is durable.", {}, SECONDS),
    Metric("tocsin_requests_total", "counter", "Requests answered.", {"method": METHODS, "status": CLASSES}),
    Metric("tocsin_request_seconds", "histogram", "From a request until its answer, streams left out.", {}, SECONDS),
    Metric("tocsin_streams", "gauge", "Open event streams."),
    Metric("tocsin_logins_total", "counter", "Attempts to sign in.", {"outcome": ("done", "refused", "limited")}),
    Metric("tocsin_limited_total", "counter", "Requests refused because there were too many."),
    Metric(
        "tocsin_notices_total",
        "counter",
        "Notices to people, by what came of one attempt.",
        {"channel": ("mail", "webhook"), "outcome": ("sent", "failed", "given up")},
    ),
    Metric("tocsin_notices_waiting", "gauge", "Notices that nobody has acknowledged and whose ladder goes on."),
    Metric("tocsin_task_failures_total", "counter", "Failures of what the centre does by itself; it tries again."),
    Metric("tocsin_erasures_total", "counter", "Contents destroyed."),
    Metric("tocsin_unwritten", "gauge", "Traces and last uses of sessions that the desks' file could not take."),
)

Labels = tuple[str, ...]


class _Tally:
    """The observations of one histogram under one set of labels."""

    __slots__ = ("counts", "total")

    def __init__(self, buckets: int) -> None:
        self.counts, self.total = [0] * (buckets + 1), 0.0


class Metrics:
    """The figures of one centre. Threads may share it.

    A name that is not declared is a mistake of ours and raises KeyError; a label value that is not becomes `other`.
    """

    def __init__(self, metrics: Sequence[Metric] = METRICS) -> None:
        self._metrics = {metric.name: metric for metric in metrics}
        self._numbers: dict[tuple[str, Labels], float] = {}
        self._tallies: dict[tuple[str, Labels], _Tally] = {}
        self._asked: dict[str, Callable[[], float]] = {}
        self._lock = Lock()

    def count(self, name: str, by: float = 1, **labels: str) -> None:
        """Add to a counter."""
        key = name, self._labels(name, "counter", labels)
        with self._lock:
            self._numbers[key] = self._numbers.get(key, 0) + by

    def ask(self, name: str, value: Callable[[], float]) -> None:
        """Let a gauge without labels be asked for whenever the page is read."""
        self._labels(name, "gauge", {})
        self._asked[name] = value

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add an observation to a histogram."""
        key = name, self._labels(name, "histogram", labels)
        buckets = self._metrics[name].buckets
        with self._lock:
            tally = self._tallies.get(key)
            if tally is None:
                tally = self._tallies[key] = _Tally(len(buckets))
            tally.counts[bisect_left(buckets, value)] += 1
            tally.total += value

    def value(self, name: str, **labels: str) -> float:
        """What a counter or gauge stands at."""
        if name in self._asked:
            return self._asked[name]()
        key = name, self._labels(name, self._metrics[name].kind, labels)
        with self._lock:
            return self._numbers.get(key, 0)

    def render(self) -> str:
        """The page."""
        lines: list[str] = []
        for metric in self._metrics.values():
            lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
            for labels in _combinations(metric):
                lines += self._histogram(metric, labels) if metric.kind == "histogram" else self._number(metric, labels)
        return "\n".join(lines) + "\n"

    def _number(self, metric: Metric, labels: Labels) -> list[str]:
        if metric.name in self._asked:
            try:
                value = float(self._asked[metric.name]())
            except Exception:  # noqa: BLE001  # one figure that cannot be had must not take the others with it
                return []
        else:
            with self._lock:
                value = self._numbers.get((metric.name, labels), 0)
        # What was not declared is shown once it was seen.
        if OTHER in labels and not value:
            return []
        return [f"{metric.name}{_braced(metric, labels)} {_written(value)}"]

    def _histogram(self, metric: Metric, labels: Labels) -> list[str]:
        with self._lock:
            tally = self._tallies.get((metric.name, labels)) or _Tally(len(metric.buckets))
            counts, total = list(tally.counts), tally.total
        lines, so_far = [], 0
        for bound, count in zip((*(_written(bound) for bound in metric.buckets), "+Inf"), counts, strict=True):
            so_far += count
            lines.append(f"{metric.name}_bucket{_braced(metric, labels, le=bound)} {so_far}")
        if OTHER in labels and not so_far:
            return []
        braced = _braced(metric, labels)
        return [*lines, f"{metric.name}_sum{braced} {_written(total)}", f"{metric.name}_count{braced} {so_far}"]

    def _labels(self, name: str, kind: str, labels: dict[str, str]) -> Labels:
        metric = self._metrics[name]
        if metric.kind != kind or metric.labels.keys() != labels.keys():
            raise KeyError(f"{name} is a {metric.kind} with the labels {sorted(metric.labels)}")
        return tuple([labels[label] if labels[label] in values else OTHER for label, values in metric.labels.items()])


def status_class(status: int) -> str:
    """200 -> '2xx'."""
    return f"{status // 100}xx"


def _combinations(metric: Metric) -> list[Labels]:
    return list(product(*((*values, OTHER) for values in metric.labels.values())))


def _braced(metric: Metric, values: Labels, **more: str) -> str:
    pairs = [*zip(metric.labels, values, strict=True), *more.items()]
    return "{" + ",".join(f'{name}="{value}"' for name, value in pairs) + "}" if pairs else ""


def _written(value: float) -> str:
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
