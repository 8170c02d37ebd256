"""Stories lived in the preview's hall whole: co-signers, payments, a term that is over, a registry's answer."""

import pytest
from tests.cast import NOW, open_service

from balai.casework.cases import queries
from balai.casework.issuing import authority
from balai.doors.console.preview import shown
from balai.doors.console.preview.hall import PreviewHall
from balai.engine import manifest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


def test_what_the_world_does_in_a_story_is_lived_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    service, hall = open_service("sewa-aula"), PreviewHall(NOW)
    ends = {}
    for example in service.examples:
        if not example.refused_because:
            lived = hall.live(service, example, len(example.then), NOW)
            ends[example.name] = (queries.read_case(number=lived.number).end_event, lived.why)
    assert ends == {"granted": ("granted", ""), "refused": ("refused", ""), "unpaid": ("lapsed", "")}
    _see_what_is_next(hall, service, ends)


def _see_what_is_next(hall: PreviewHall, service: manifest.Service, ends: dict[str, tuple[str, str]]) -> None:
    """What comes next opens filled in as the story says, and each event is a way to live the story so far."""
    example = next(one for one in service.examples if one.name == "granted")
    at = next(number for number, one in enumerate(example.then) if one.step == "check")
    lived = hall.live(service, example, at, NOW)
    budi = hall.member_of("Budi")
    hall.staff(lived.number, service.steps["check"], budi, NOW)
    hall.begin(lived.number, service, example, example.then[at], budi, NOW)
    case = queries.read_case(number=lived.number)
    (begun,) = queries.list_begun(case, budi.person_id)
    assert begun.body["answers"]["result"] == "complete"
    ways = shown.list_ways(service, example, "id")
    assert [one for one, _ in ways] == list(range(len(example.then) + 1))
    assert any("agreed" in words for _, words in ways) and any("paid" in words for _, words in ways)
    assert ends["granted"][0] == "granted"
