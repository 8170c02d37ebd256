"""The process of a folder is proven when the folder is read: small unsound drawings, each refused with a way out."""

import time
from collections.abc import Mapping

import pytest

from balai.engine import manifest, process
from balai.engine.manifest.tests.test_manifest_checks import TOWN, folder, problems_of
from balai.engine.problems import Problem
from balai.engine.process.tests.drawing import HEAD, elements, flows

STANDARD = process.standard_process()


def drawn(*changes: tuple[str, str]) -> dict[str, bytes]:
    """Answer the template's files with the standard process, changed."""
    xml = STANDARD.decode()
    for old, new in changes:
        assert old in xml, f"{old!r} is not in the standard process"
        xml = xml.replace(old, new)
    return {**folder(), "process.bpmn": xml.encode()}


def told(files: Mapping[str, bytes]) -> list[Problem]:
    """Answer what the proof of the process tells."""
    return [problem for problem in problems_of(files) if isinstance(problem, process.SoundnessProblem)]


def warned(files: Mapping[str, bytes]) -> list[Problem]:
    """Answer the warnings that the proof of a good folder leaves."""
    service = manifest.read_service(files, folder="services/contoh", town=TOWN)
    return [problem for problem in service.warnings if isinstance(problem, process.SoundnessProblem)]


def test_the_standard_process_is_proven_without_a_warning() -> None:
    assert told(drawn()) == []
    assert warned(drawn()) == []


def drawn_anew(body: str, *ways: str) -> bytes:
    """Answer a process drawn from its elements and flows."""
    return f'{HEAD}<process id="p" isExecutable="true">{body}{flows(*ways)}</process></definitions>'.encode()


def test_a_join_that_waits_for_a_branch_not_taken_is_refused_with_place_and_way_out() -> None:
    body = elements(start="startEvent", check="userTask", decide="userTask", join="parallelGateway", granted="endEvent")
    body += '<exclusiveGateway id="x" default="x_decide"/>'
    ways = ("start -> x", 'x -> check : apply.reason = "a"', "x -> decide", "check -> join", "decide -> join")
    found = {one.element: one for one in told({**folder(), "process.bpmn": drawn_anew(body, *ways, "join -> granted")})}
    assert set(found) == {"join", "granted"}
    assert "wait for ever" in found["join"].message and "never be reached" in found["granted"].message
    assert found["join"].file == "services/contoh/process.bpmn" and found["join"].line and found["join"].fix


def test_a_split_without_a_join_is_refused() -> None:
    found = told(
        drawn(
            ('<exclusiveGateway id="check_result"', '<parallelGateway id="check_result"'),
            ('<conditionExpression xsi:type="tFormalExpression">check.result = "incomplete"</conditionExpression>', ""),
            ('<conditionExpression xsi:type="tFormalExpression">check.result = "complete"</conditionExpression>', ""),
        )
    )
    assert any("twice at the same time" in problem.message for problem in found)


def test_an_answer_that_leaves_a_gateway_without_a_way_is_warned_of() -> None:
    (warning,) = warned(drawn(('decide.outcome = "refuse"', 'decide.outcome = "refuse" and apply.reason = "x"')))
    assert warning.element == "decision"
    assert "decide.outcome = 'refuse'" not in warning.message or "apply.reason" in warning.message


def test_what_is_too_large_to_be_proven_is_a_warning_and_fast() -> None:
    names = {f"t{number}": "userTask" for number in range(14)}
    body = elements(start="startEvent", f="parallelGateway", j="parallelGateway", granted="endEvent", **names)
    xml = drawn_anew(body, "start -> f", *(f"f -> {name} -> j" for name in names), "j -> granted")
    begun = time.process_time()
    found = told({**folder(), "process.bpmn": xml})
    assert time.process_time() - begun < 3, "the limit on positions does not hold"
    assert found == [], "what was not looked at is not accused"


def test_two_tasks_that_rewrite_the_application_together_are_refused() -> None:
    body = elements(start="startEvent", f="parallelGateway", j="parallelGateway", granted="endEvent",
                    correct="userTask", again="userTask")  # fmt: skip
    xml = drawn_anew(body, "start -> f", "f -> correct -> j", "f -> again -> j", "j -> granted")
    files = folder(
        service_yaml="{role: head, form: decide, not => {role: applicant, form: apply}\n  decide: {role: head, form: decide, not"
    )
    files["service.yaml"] = files["service.yaml"].replace(b"  decide: {role: applicant", b"  again: {role: applicant")
    found = told({**files, "process.bpmn": xml})
    assert any("write apply" in problem.message and problem.element in ("correct", "again") for problem in found)


@pytest.mark.parametrize("sealed", [True, False])
def test_the_proof_is_fast(sealed: bool) -> None:
    graph = process.compile_bpmn(process.standard_process(sealed=sealed))
    begun = time.process_time()
    process.check(graph)
    assert time.process_time() - begun < 0.5
