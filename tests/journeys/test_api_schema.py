"""The API against its own description, rooms' endpoints among it, by an outside tool that knows nothing of it.

It is asked with what the description allows and with what it does not, as its machines' own chain serves it; half of the time an
address names a real case, draft or letter of the token's person.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.core.parameters import ParameterLocation
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)  # the chain closes its connection when it is built
# What a service's own form refuses (422) fits the general shape all the same.
BESIDE = [checks.positive_data_acceptance]
REAL = {
    "number": "case", "code": "letter_code", "draft_id": "draft", "token": "case_token", "service_id": "service",
}  # fmt: skip


@pytest.fixture
def world() -> Any:
    """Make everybody and everything; the test's transaction outlives each request, so no request closes its connection."""
    logging.disable(logging.CRITICAL)
    made = make_world()
    ends = (signals.request_started, signals.request_finished)
    for each in ends:  # last, since Django's own test client connects them again
        each.disconnect(close_old_connections)
    made.things["service"] = "surat-keterangan-usaha"
    yield made
    for each in ends:
        each.connect(close_old_connections)
    logging.disable(logging.NOTSET)


def search(world: World, mode: GenerationMode, examples: int) -> None:
    """Ask each operation so often and judge each answer by all checks of the tool."""
    from balai.project.wsgi import MachineHandler  # it looks at the keys, so after the database is there

    bearer = {"Authorization": world.browsers["siti-token"].defaults["HTTP_AUTHORIZATION"]}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", MachineHandler())
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 12
    asked = 0
    for operation in operations:
        ask = _ask(world, operation.as_strategy(generation_mode=mode), examples, bearer)
        with suppress(Unsatisfiable):  # some take nothing that could be wrong
            ask()
            asked += 1
    assert asked >= 8


def _ask(world: World, strategy: Any, examples: int, bearer: dict[str, str]) -> Callable[[], None]:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None, deadline=None)
    @given(case=strategy, real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        for name, thing in REAL.items() if real else ():
            if name in case.path_parameters:
                case.path_parameters[name] = world.things[thing]
        wrong = {place for place, part in case.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
        # An unknown word in a query is passed over, as everywhere; a token that is spoiled stays spoiled.
        beside = [*BESIDE, checks.negative_data_rejection] if real or wrong <= {ParameterLocation.QUERY} else BESIDE
        shown = {} if ParameterLocation.HEADER in wrong else bearer
        with world.undone():
            case.call_and_validate(headers=shown, excluded_checks=beside)

    return ask


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not-allowed"])
@pytest.mark.parametrize("examples", [5, pytest.param(150, marks=pytest.mark.long)], ids=["few", "many"])
def test_every_answer_is_as_described(world: World, mode: GenerationMode, examples: int) -> None:
    search(world, mode, examples)
