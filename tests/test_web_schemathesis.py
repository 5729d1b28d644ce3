"""Requests made by others' tools from our own description, right and wrong ones: no answer is a surprise."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import LONG
from tests.web_client import BASE, PASSWORD, Site
from tocsin.web.openapi import document
from tocsin.web.routes import ROUTES

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(ROUTES)))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/api/v1/events"
EXAMPLES = 150 if LONG else 4


def operations() -> dict[str, Any]:
    """Every operation of the description, but for the stream: that is no answer to wait for."""
    found = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]
    return {operation.label: operation for operation in found if operation.path != ENDLESS}


OPERATIONS = operations()


class Running:
    """A site whose event loop stands between the requests."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.site = Site()
        self.runner.run(self.site.__aenter__())
        self.secrets = self._signed_in()

    def _signed_in(self) -> list[str]:
        desks = self.site.world.centre.desks
        self.site.admin = desks.login("registrar", PASSWORD).secret
        return [self.site.seat("XAB", "head"), self.site.admin, self.site.seat("XAG", "reader"), ""]

    def answer(self, case: Any, secret: str) -> Any:  # noqa: ANN401  # schemathesis' and httpx's own
        said = case.as_transport_kwargs(base_url=BASE)
        headers = dict(said.pop("headers", {}) or {})
        headers.pop("Authorization", None)
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        data = said.pop("data", None)
        if isinstance(data, str | bytes):
            said["content"] = data
        said.pop("cookies", None)
        self.site.seconds += 1
        answer = self.runner.run(self.site.http.request(**said, headers=headers))
        if (case.method, case.path, answer.status_code) == ("DELETE", "/api/v1/session", 204):
            self.secrets = self._signed_in()
        return answer

    def close(self) -> None:
        self.runner.run(self.site.__aexit__())
        self.runner.close()


@pytest.fixture(name="running", scope="module")
def fixture_running() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


REQUESTS = [
    (label, mode)
    for label, operation in OPERATIONS.items()
    for mode in ("positive", "negative")
    if mode == "positive" or operation.definition.raw["parameters"] or "requestBody" in operation.definition.raw
]
"""Where nothing is asked for, nothing can be asked wrongly."""


@pytest.mark.parametrize(("label", "mode"), REQUESTS)
def test_no_request_is_answered_by_a_surprise(running: Running, label: str, mode: str) -> None:
    operation, generation = OPERATIONS[label], schemathesis.GenerationMode(mode)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
    @given(case=operation.as_strategy(generation_mode=generation), which=st.integers(0, 3))
    def ask(case: Any, which: int) -> None:  # noqa: ANN401  # schemathesis' own
        answer = running.answer(case, running.secrets[which])
        case.validate_response(answer, checks=[*CHECKS, negative_data_rejection])

    ask()
