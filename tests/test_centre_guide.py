"""docs/CENTRE.md, walked by people at a running centre: what the guide shows is what they see."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec
import pytest

from tests.guided_tour import Curl, Step, Tour, request_of, steps_of
from tests.running_centre import ROOT
from tocsin.errors import Malformed
from tocsin.web.call import Route
from tocsin.web.commands import CommandIn, command_bytes
from tocsin.web.routes import ROUTES
from tocsin.web.shape import read

GUIDE = (ROOT / "docs" / "CENTRE.md").read_text(encoding="utf-8")
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
IN_README = re.compile(r"## Run a centre\n.*?```text\n(.*?)```", re.DOTALL)
AT_THE_DESK_OF = {"serve": "ops", "warn": "boris", "watch": "ardo"}
PRINTS = re.compile(r"print\(.*\)  # (.+)")
CURLS = [step for step in steps_of(GUIDE) if step.command.startswith("curl ")]


@contextmanager
def touring(folder: Path) -> Iterator[Tour]:
    tour = Tour(folder)
    try:
        yield tour
    finally:
        tour.end()


def test_the_guide_to_a_centre_shows_what_its_users_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told, at_python, rest = GUIDE.partition("### From Python")
    assert at_python
    (code,) = PYTHON.findall(rest)
    with touring(tmp_path) as tour:
        assert tour.walk(told) > 50
        exec(compile(tour.filled(code), "CENTRE.md", "exec"), {})  # noqa: S102  # our own example
        assert capsys.readouterr().out.splitlines() == PRINTS.findall(code)
        tour.walk(rest)


def test_the_session_in_the_readme_is_what_its_users_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = IN_README.findall(README)
    for command, who in AT_THE_DESK_OF.items():
        block = block.replace(f"$ ./tocsin {command} ", f"{who}$ ./tocsin {command} ")
    serve, *rest = steps_of(f"```console\n{block}```")
    assert len(rest) == len(AT_THE_DESK_OF) - 1
    with touring(tmp_path) as tour:
        tour.take(serve)
        tour.take(Step("ops", f"./tocsin desk enter {tour.centres[0].told['link']} --name ops", "…"))
        tour.remark("boris (XAB, liaison), ardo (XAA, liaison)")
        for step in rest:
            tour.take(step)


@pytest.mark.parametrize("step", CURLS, ids=range(len(CURLS)))
def test_the_requests_in_the_guide_are_what_the_centre_takes(step: Step) -> None:
    asked = request_in(step)
    path, _, query = asked.sent.path.partition("?")
    route = route_of(asked.sent.method, path)
    names = {part.partition("=")[0] for part in query.split("&") if part}
    assert names <= set(route.query.__struct_fields__ if route.query is not None else ())
    assert (asked.sent.body is None) == (route.body is None)
    if asked.sent.body is not None:
        with pytest.raises(Malformed) if '"status":400' in step.shown else nullcontext():
            check(asked.sent.body, route)


def check(body: bytes, route: Route) -> None:
    """Raises Malformed for a body that the outlet does not take."""
    if route.body is CommandIn:
        command_bytes(bytes(msgspec.json.decode(body, type=CommandIn).command), "an-id")
    else:
        read(msgspec.json.decode(body), route.body)


def test_the_guide_shows_every_way_of_asking() -> None:
    asked = [request_in(step) for step in CURLS]
    paths = " ".join(one.sent.path for one in asked)
    for part in ("/warnings", "/commands", "/feed?", "/events", "/feed/confirm", "/receipts/", "/keys"):
        assert part in paths, part
    headers = {name for one in asked for name in one.sent.headers}
    assert headers >= {"Authorization", "Idempotency-Key", "If-None-Match", "Last-Event-ID"}


def request_in(step: Step) -> Curl:
    """The request of a curl line, its variables filled as the guide fills them."""
    command = step.command.replace("$C/", "http://127.0.0.1:8420/api/v1/").replace("$A", "Authorization: Bearer tct_")
    return request_of(shlex.split(command)[1:])


def route_of(method: str, path: str) -> Route:
    """The outlet that answers a request."""
    patterns = [(re.sub(r"\{\w+\}", "[^/]+", route.path), route) for route in ROUTES if route.method == method]
    found = [route for pattern, route in patterns if re.fullmatch(pattern, path)]
    plain = [route for route in found if route.path == path]
    (route,) = plain or found
    return route
