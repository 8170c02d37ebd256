"""The serial of a stamp duty comes from who issues it or not at all: no answer is asked again, a refusal is for good."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from balai.base.errors import Unavailable
from balai.casework.cases import operations
from balai.casework.issuing import stamps

KEY = UUID(int=7)


def call(**inputs: object) -> Any:
    case = SimpleNamespace(number="PAW-1")
    return SimpleNamespace(id=KEY, case=case, inputs=inputs, attempts=inputs.pop("attempts", 1))


@pytest.fixture
def house(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stand in for the issuer's house: what it was asked, and what it answers."""
    told: dict[str, Any] = {"answer": httpx.Response(200, json={"serial": "AB-0001-2026"})}

    def post(url: str, **named: Any) -> httpx.Response:
        told["asked"] = (url, named)
        if isinstance(told["answer"], Exception):
            raise told["answer"]
        return told["answer"]

    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "meterai": "http"}
    settings.BALAI_METERAI_SERVICE = {"url": "https://meterai.example/stamps", "token": "rahasia"}
    monkeypatch.setattr(stamps, "httpx", SimpleNamespace(post=post, HTTPError=httpx.HTTPError, Timeout=httpx.Timeout))
    return told


def test_the_serial_that_came_is_kept_and_the_key_is_the_same_on_every_repetition(house: dict[str, Any]) -> None:
    assert stamps.take_stamp(call())() == {"serial": "AB-0001-2026"}
    url, named = house["asked"]
    assert url == "https://meterai.example/stamps"
    assert named["json"] == {"reference": "PAW-1", "amount": "10000", "key": str(KEY)}
    assert named["headers"]["Idempotency-Key"] == str(KEY)
    stamps.take_stamp(call(amount=Decimal(20000)))
    assert house["asked"][1]["json"]["amount"] == "20000"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, text="ok"),
        httpx.Response(200, json={"serial": 12}),
        httpx.Response(200, json={"serial": "<b>"}),
        httpx.Response(200, json=["AB-0001"]),
        httpx.ConnectError("down"),
    ],
)
def test_what_holds_no_serial_is_no_answer_and_none_is_made_up(house: dict[str, Any], answer: Any) -> None:
    house["answer"] = answer
    with pytest.raises(Unavailable):
        stamps.take_stamp(call())
    with pytest.raises(operations.Failed) as failed:
        stamps.take_stamp(call(attempts=stamps.ATTEMPTS))
    assert failed.value.code == "unavailable"


def test_a_refusal_is_for_good(house: dict[str, Any]) -> None:
    house["answer"] = httpx.Response(402)
    with pytest.raises(operations.Failed) as failed:
        stamps.take_stamp(call())
    assert failed.value.code == "refused"


def test_without_an_issuer_nothing_is_given() -> None:
    with pytest.raises(Unavailable):
        stamps.take_stamp(call())
