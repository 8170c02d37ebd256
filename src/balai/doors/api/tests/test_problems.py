"""Whatever machines are refused is a problem, also where no endpoint was reached."""

import json

import pytest
from django.test import Client, override_settings

from balai.base.errors import MESSAGES


def problem(answer: object, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/problem+json"  # type: ignore[attr-defined]
    body = json.loads(answer.content)  # type: ignore[attr-defined]
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:balai:error:{code}")
    return dict(body)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("at", ["services", "openapi.json", "letters/AAAA"])
def test_a_method_that_is_not_taken_is_a_problem_that_names_those_that_are(method: str, at: str) -> None:
    answer = Client().generic(method, f"/api/v1/{at}")
    problem(answer, 405, "not-taken")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.django_db  # the page it takes the place of may ask which pages stand at its foot
def test_an_address_that_is_not_there_is_a_problem() -> None:
    for at in ("/api/", "/api/v1/", "/api/v1/tidak-ada", "/api/v2/services"):
        problem(Client().get(at), 404, "not-found")


def test_it_is_told_in_the_language_asked_for() -> None:
    for lang, words in (("en-GB", MESSAGES["not-taken"][1]), ("id", MESSAGES["not-taken"][0])):
        answer = Client().post("/api/v1/services", headers={"Accept-Language": lang})
        assert problem(answer, 405, "not-taken")["detail"] == words


@pytest.mark.django_db  # the chain looks at the keys when it is built
@override_settings(ALLOWED_HOSTS=["balai.example"])
def test_a_host_that_is_not_ours_is_a_problem() -> None:
    from balai.project.wsgi import MachineHandler  # the machines' own chain, as it is served

    told: list[str] = []
    handler = MachineHandler()
    environ = Client()._base_environ(PATH_INFO="/api/v1/services", SERVER_NAME="elsewhere.example")
    body = b"".join(handler(environ, lambda status, headers: told.append(status)))
    assert told[0].startswith("400")
    assert json.loads(body)["code"] == "bad-request"
