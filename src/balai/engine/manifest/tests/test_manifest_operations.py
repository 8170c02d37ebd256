"""A process of rules and operations: looked up, decided by a table, sealed unattended, or handed to people."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem, Problems

BPMN = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="d" targetNamespace="https://contoh.example">
  <process id="p" isExecutable="true">
    <startEvent id="start"/>
    <serviceTask id="look_up"/>
    <businessRuleTask id="risk"/>
    <exclusiveGateway id="gate" default="to_check"/>
    <serviceTask id="seal"/>
    <userTask id="check"/>
    <userTask id="sign"/>
    <endEvent id="granted"/>
    <endEvent id="refused"/>
    <boundaryEvent id="gone" attachedToRef="look_up"><errorEventDefinition errorRef="down"/></boundaryEvent>
    <sequenceFlow id="a" sourceRef="start" targetRef="look_up"/>
    <sequenceFlow id="b" sourceRef="look_up" targetRef="risk"/>
    <sequenceFlow id="c" sourceRef="risk" targetRef="gate"/>
    <sequenceFlow id="low" sourceRef="gate" targetRef="seal">
      <conditionExpression xsi:type="tFormalExpression">risk.level = "low" and look_up.found</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="to_check" sourceRef="gate" targetRef="check"/>
    <sequenceFlow id="e" sourceRef="seal" targetRef="granted"/>
    <sequenceFlow id="f" sourceRef="check" targetRef="sign"/>
    <sequenceFlow id="g" sourceRef="gone" targetRef="check"/>
    <sequenceFlow id="h" sourceRef="sign" targetRef="refused"/>
  </process>
  <error id="down" errorCode="unavailable"/>
</definitions>"""
DMN = """<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="r" name="Rules" namespace="https://contoh.example/r">
  <inputData id="i_people" name="people"><variable name="people" typeRef="number"/></inputData>
  <decision id="d_risk" name="Risk">
    <variable name="Risk"/>
    <informationRequirement id="ir"><requiredInput href="#i_people"/></informationRequirement>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="in"><inputExpression typeRef="number"><text>people</text></inputExpression></input>
      <output id="out" name="level" typeRef="string"/><output id="out2" name="fee" typeRef="number"/>
      <rule id="r1"><inputEntry id="e1"><text>&lt;= 5</text></inputEntry>
        <outputEntry id="o1"><text>"low"</text></outputEntry>
        <outputEntry id="o2"><text>0</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="e2"><text>-</text></inputEntry>
        <outputEntry id="o3"><text>"high"</text></outputEntry>
        <outputEntry id="o4"><text>2500</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""
SERVICE = """
schema: 1
id: izin
version: "1"
short: IZ
in_force: false
issuer: this_office
handled_by: {unit: dinas}
applicant: {who: business, identity: contact}
legal_basis: [{ref: Perda, status: unconfirmed}]
time: {due: 3 working-days, silence: deemed-granted, status: unconfirmed}
fee: {amount: 0}
roles: [clerk]
steps:
  look_up:
    operation: registry.look_up
    inputs: {registry: '"penduduk"', key: applicant.nik}
    outputs: {found: found, person: record}
  risk: {decision: Risk, inputs: {people: apply.people}}
  seal: {operation: document.seal, letter: permit}
  check: {role: clerk, form: check}
  sign: {role: clerk, operation: document.sign, letter: refusal}
ends: {granted: {outcome: granted, letter: permit}, refused: {outcome: refused, letter: refusal}}
letters:
  permit: {kind: grant, number: "{class}/{seq}/{unit}/{year}", class: "500", signature: seal, verify: qr}
  refusal: {kind: refusal, number: "{class}/{seq}/{unit}/{year}", class: "500", signature: person, verify: qr}
notify:
  - {when: received, to: applicant, by: [sms]}
  - {when: granted, to: applicant, by: [sms]}
  - {when: refused, to: applicant, by: [sms]}
archive: {class: "500", from: closed, then: permanent, basis: JRA, status: unconfirmed}
privacy: {basis: public-task, purpose: {id: Izin, en: Permit}}
figures: {count_by: [month], measure: [on_time]}
objection: {to: {role: clerk, unit: parent}, within: 21 working-days, basis: UU, status: unconfirmed}
"""
FORM = """
apply: {schema: {type: object, required: [people], properties: {people: {type: integer, minimum: 0}}}}
check: {schema: {type: object, required: [note], properties: {note: {type: string}}}}
"""
TEXTS = """
title: Izin
summary: Izin contoh
forms:
  apply: {pages: {all: {title: Usaha}}, fields: {people: {label: Pekerja}}}
  check: {pages: {all: {title: Periksa}}, fields: {note: {label: Catatan}}}
events: {gone: {why: Registri tidak menjawab}}
steps: {check: {title: Periksa, public: Diperiksa}, sign: {title: Tanda tangan, public: Ditandatangani}}
ends: {granted: {title: Ya, public: Ya}, refused: {title: Tidak, public: Tidak}}
notices: {received: {sms: "Diterima {case.number}"}, granted: {sms: Terbit}, refused: {sms: Ditolak}}
letters: {permit: {title: Izin}, refusal: {title: Penolakan}}
standard: {requirements: [a], procedure: [b], products: c, complaints: d}
"""
EXAMPLE = """
story: Siti dengan dua pekerja langsung mendapat izin
now: "2026-03-02T09:00:00+08:00"
applicant: {name: Siti, nik: "9901014101900001"}
apply: {people: 2}
then:
  - {operation: look_up, gives: {found: true, record: {name: Siti}}}
expect:
  end: granted
  path: [look_up, risk, seal]
  letters: [permit]
  notices: [received, granted]
  data: {risk.level: low, risk.fee: 0, look_up.person.name: Siti}
"""


def files(**changes: str) -> dict[str, bytes]:
    """Answer the folder's files, changed as `service_yaml="old => new"`."""
    made = {
        "service.yaml": SERVICE, "form.yaml": FORM, "process.bpmn": BPMN, "rules.dmn": DMN, "texts/id.yaml": TEXTS,
        "texts/en.yaml": TEXTS, "letters/permit.typ": "x", "letters/refusal.typ": "x", "examples/low.yaml": EXAMPLE,
        "quality.yaml": "tier: bronze\nrules: {}\n",
    }  # fmt: skip
    for name, change in changes.items():
        path = name.replace("__", "/").replace("_yaml", ".yaml").replace("_bpmn", ".bpmn").replace("_dmn", ".dmn")
        old, _, new = change.partition(" => ")
        assert old in made[path], old
        made[path] = made[path].replace(old, new, 1)
    return {path: text.encode() for path, text in made.items()}


def read(**changes: str) -> manifest.Service:
    """Answer the service."""
    return manifest.read_service(files(**changes), folder="services/izin")


def rehearse(people: int) -> manifest.Rehearsal:
    """Answer a case handed in with so many workers."""
    now = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    case = manifest.Rehearsal(read(), Weekdays(), now, {"name": "Siti", "nik": "9901014101900001"})
    assert not case.submit({"people": people})
    return case


def test_a_low_risk_is_granted_straight_through() -> None:
    played = manifest.play(read(), read().examples[0], calendar=Weekdays())
    assert played.problems == ()
    assert played.end == "granted"


def test_a_high_risk_goes_to_people() -> None:
    case = rehearse(6)
    assert not case.open_steps
    case.answer("look_up", {"found": True})
    assert case.open_steps == ("check",)
    assert case.data["risk"] == {"level": "high", "fee": 2500}


def test_an_operation_that_fails_is_taken_by_its_error_event() -> None:
    case = rehearse(1)
    case.fail("look_up", "unavailable")
    assert case.open_steps == ("check",)
    with pytest.raises(manifest.WrongStepError, match="does not wait"):
        case.answer("look_up", {})


def test_why_a_failure_brings_a_step_is_told_in_words() -> None:
    assert words_of({"texts/id_yaml": "events: {gone: {why: Registri tidak menjawab}}\n => "}) == ["events.gone.why"]


def test_an_operation_that_would_succeed_by_itself_can_fail_in_a_story() -> None:
    service = read(
        process_bpmn='attachedToRef="look_up"><errorEventDefinition errorRef="down"/> => '
        'attachedToRef="seal"><errorEventDefinition errorRef="down"/>'
    )
    event = manifest.ExampleEvent(operation="seal", fails="unavailable", after=timedelta(minutes=5))
    looked_up = manifest.ExampleEvent(operation="look_up", gives={"found": True})
    story = replace(service.examples[0], then=(looked_up, event), expect={"open": ["check"], "letters": []})
    assert manifest.play(service, story, calendar=Weekdays()).problems == ()


def test_an_error_event_waits_for_what_can_happen() -> None:
    handed = """operation: case.hand_over
    inputs: {system: '"siak"'}
"""
    looked_up = SERVICE[SERVICE.index("operation: registry") : SERVICE.index("  risk: {")]
    with pytest.raises(Problems) as wrong:
        read(service_yaml=f"{looked_up} => {handed}")
    assert 'case.hand_over never fails with "unavailable".' in [one.message for one in wrong.value.problems]


def words_of(change: Mapping[str, str]) -> list[str]:
    """Answer the elements of what is wrong with a changed folder."""
    try:
        read(**change)
    except Problems as wrong:
        return [one.element for one in wrong.problems]
    return []


def test_an_operation_that_fails_otherwise_is_stuck() -> None:
    case = rehearse(1)
    case.fail("look_up", "strange")
    assert case.stuck == {"look_up": "strange"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"service_yaml": "decision: Risk => decision: Rsik"}, 'Did you mean "Risk"'),
        ({"service_yaml": "{people: apply.people} => {peple: apply.people}"}, 'reads "people", which nobody gives it'),
        ({"service_yaml": "{people: apply.people} => {people: applicant.name}"}, "given as text, but a number"),
        ({"service_yaml": "key: applicant.nik => key: 12"}, "given as number, but a text"),
        ({"service_yaml": "key: applicant.nik => kye: applicant.nik"}, 'needs the input "key"'),
        ({"service_yaml": "applicant.nik} => applicant.nikk}"}, 'There is no "applicant.nikk"'),
        ({"service_yaml": "found: found => found: fund"}, 'Did you mean "found"'),
        ({"service_yaml": "registry.look_up => registry.lookup"}, 'Did you mean "registry.look_up"'),
        ({"service_yaml": "operation: document.seal, letter: permit => operation: document.seal"}, "which letter"),
        ({"service_yaml": "signature: seal => signature: person"}, "signature is person"),
        ({"service_yaml": "  seal: {operation => # {operation"}, 'serviceTask "seal"'),
        ({"process_bpmn": "look_up.found => look_up.fund"}, 'There is no "look_up.fund"'),
        ({"process_bpmn": "look_up.found => look_up.found = 1"}, "compared with a number"),
        ({"examples__low_yaml": "gives: {found => gives: {fuond"}, 'Did you mean "found"'),
        ({"rules_dmn": "people</text> => peeple ]</text>"}, "FEEL"),
    ],
)  # fmt: skip
def test_wiring_mistakes_are_found_when_the_folder_is_checked(change: Mapping[str, str], words: str) -> None:
    with pytest.raises(Problems) as caught:
        read(**change)
    told: tuple[Problem, ...] = caught.value.problems
    assert any(words in f"{one.message} {one.fix}" for one in told), "\n".join(map(str, told))


def test_a_process_that_never_waits_is_told() -> None:
    again = """<exclusiveGateway id="again" default="round"/><sequenceFlow id="e" sourceRef="seal" targetRef="again"/>
      <sequenceFlow id="round" sourceRef="again" targetRef="risk"/>
      <sequenceFlow id="out" sourceRef="again" targetRef="granted">
      <conditionExpression xsi:type="tFormalExpression">risk.level = "high"</conditionExpression></sequenceFlow>"""
    round_again = files(process_bpmn=f'<sequenceFlow id="e" sourceRef="seal" targetRef="granted"/> => {again}')
    service = manifest.read_service(round_again, folder="services/izin", published=True)  # its letter goes untold, too
    problems = manifest.play(service, service.examples[0], calendar=Weekdays()).problems
    assert any("without ever waiting" in one.message for one in problems)


# ---- what a room offers ----------------------------------------------------------------------------------------------

ASKED = "operation: registry.look_up\n    inputs: {registry: '\"penduduk\"', key: applicant.nik}\n    outputs: {found: found, person: record}"
TRIAL = "operation: trial.put_up\n    inputs: {about: applicant.name}\n    outputs: {found: placed, person: line}"
SHAPE = {"inputs": {"about": "text"}, "outputs": {"placed": "boolean", "line": "record"}}


@pytest.fixture
def offered() -> Iterator[None]:
    """Let a room offer `trial.put_up`."""
    manifest.offer("trial.put_up", SHAPE)
    yield
    del manifest.OPERATIONS["trial.put_up"]


@pytest.mark.usefixtures("offered")
def test_a_step_may_ask_for_what_a_room_offers() -> None:
    gives = "{found: true, record: {name: Siti}} => {placed: true, line: {name: Siti}}"
    service = read(service_yaml=f"{ASKED} => {TRIAL}", examples__low_yaml=gives)
    assert manifest.play(service, service.examples[0], calendar=Weekdays()).end == "granted"
    assert service.steps["look_up"].operation == "trial.put_up"


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("about: applicant.name", "abut: applicant.name", 'takes no input "abut"'),
        ("{about: applicant.name}", "{}", 'needs the input "about"'),
        ("found: placed", "found: paced", 'gives no output "paced"'),
    ],
)
def test_its_inputs_and_outputs_are_checked_like_those_of_the_house(old: str, new: str, fault: str) -> None:
    assert old in TRIAL
    with pytest.raises(Problems) as refused:
        read(service_yaml=f"{ASKED} => {TRIAL.replace(old, new)}")
    assert any(fault in str(problem) for problem in refused.value.problems)


def test_what_no_room_offers_is_no_operation() -> None:
    with pytest.raises(Problems) as refused:
        read(service_yaml=f"{ASKED} => {TRIAL}")
    assert any('no operation "trial.put_up"' in str(problem) for problem in refused.value.problems)


def test_a_room_takes_no_name_of_the_house_and_no_type_that_is_none() -> None:
    with pytest.raises(ValueError, match="every hall"):
        manifest.offer("registry.look_up", SHAPE)
    with pytest.raises(ValueError, match="colour is no type"):
        manifest.offer("trial.paint", {"inputs": {"with": "colour"}})
    assert "trial.paint" not in manifest.OPERATIONS
