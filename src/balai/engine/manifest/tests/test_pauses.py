"""The legal clock may stand still at an officer's step too, but only once the holder was told that it is ready."""

from pathlib import Path

import pytest

from balai.engine import manifest, process
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problems

KTP = Path(__file__).parents[5] / "services" / "ktp-el-hilang-rusak"


def files(old: str = "", new: str = "", name: str = "service.yaml") -> dict[str, bytes]:
    """Answer the folder's files with one change."""
    made = {str(path.relative_to(KTP)): path.read_bytes() for path in sorted(KTP.rglob("*")) if path.is_file()}
    text = made[name].decode()
    assert old in text, old
    return {**made, name: text.replace(old, new, 1).encode()}


def read(changed: dict[str, bytes]) -> manifest.Service:
    return manifest.read_service(changed, folder="services/ktp-el-hilang-rusak")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tell_ready: {operation: notice.send, event: ready}", "tell_ready: {operation: notice.send, event: received}",
         "after they were told"),
        ("check: {role: clerk, form: check,", "check: {role: clerk, form: check, pauses_clock: true,", "after they were told"),
        ("pauses_clock: true, due: 30 days, due_on: book.pickup_date}", "pauses_clock: true}", "Add due:"),
    ],
)  # fmt: skip
def test_an_office_does_not_stop_its_own_clock(old: str, new: str, words: str) -> None:
    with pytest.raises(Problems) as wrong:
        read(files(old, new))
    (told,) = [one for one in wrong.value.problems if one.file.endswith("service.yaml") and "steps" in one.element]
    assert words in f"{told.message} {told.fix}"
    assert told.line


def test_the_reason_of_a_pause_is_public() -> None:
    with pytest.raises(Problems) as wrong:
        read(files(', reason: "The card is ready; waiting for the applicant to collect it"', "", "texts/en.yaml"))
    assert [one.element for one in wrong.value.problems] == ["steps.collect.reason"]


def test_a_played_case_stands_still_until_the_document_is_collected() -> None:
    service = read(files())
    (lost,) = [one for one in service.examples if one.name == "lost"]
    played = manifest.play(service, lost, calendar=Weekdays())
    clock = [(one.detail or one.name, one.name) for one in played.log if one.kind == "clock"]
    assert clock == [("book", "paused"), ("collect", "paused")]


BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="https://contoh.example">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><userTask id="a"/>
    <boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition>
      <timeDuration xsi:type="tFormalExpression">P1D</timeDuration></timerEventDefinition></boundaryEvent>
    <userTask id="reminded"/>
    <subProcess id="part"><startEvent id="inside"/><userTask id="b"/><sequenceFlow id="f4" sourceRef="inside" targetRef="b"/>
      <endEvent id="out"/><sequenceFlow id="f5" sourceRef="b" targetRef="out"/></subProcess>
    <userTask id="c"/><endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="part"/>
    <sequenceFlow id="f3" sourceRef="late" targetRef="reminded"/>
    <sequenceFlow id="f6" sourceRef="part" targetRef="c"/><sequenceFlow id="f7" sourceRef="c" targetRef="end"/>
  </process></definitions>"""


@pytest.mark.parametrize(
    ("stop", "after"), [("a", {"part", "b", "c"}), ("b", {"c"}), ("c", set()), ("reminded", set())]
)
def test_what_can_be_reached_without_a_step(stop: str, after: set[str]) -> None:
    graph = process.compile_bpmn(BPMN.encode(), file="p.bpmn")
    people = {"a", "reminded", "part", "b", "c"}
    assert people - process.reached_without(graph, [stop]) == after
