"""The API against its own description, by an outside tool that knows nothing of it."""

from uuid import uuid4

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from tests.cast import NOW, make_cast, open_service

from balai.doors.api.tokens import SCOPES, make_token
from balai.doors.console.demo.cast import CONSOLE

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def token():
    open_service()
    cast = make_cast(NOW)
    return make_token(
        command_id=uuid4(),
        actor=CONSOLE,
        now=timezone.now(),
        name="uji",
        person_id=cast.budi.person_id,
        scopes=list(SCOPES),
    )


def test_every_answer_is_as_described(token):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def ask(case):
            # What a service's own form refuses (422) fits the general shape all the same.
            case.call_and_validate(
                headers={"Authorization": f"Bearer {token}"},
                excluded_checks=[schemathesis.checks.positive_data_acceptance],
            )

        ask()
