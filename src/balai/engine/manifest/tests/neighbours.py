"""A service in which three other units give their opinion: the template's folder, grown as the handbook says."""

from balai.engine import manifest
from balai.engine.manifest.tests import handbook

TOWN = manifest.Town("64.72", "Kota Samarinda", units=frozenset({"dinkes", "dlh", "disdukcapil"}), units_sure=True)
HEADING = "When other offices take part"
PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="https://contoh.example">
  <error id="none" errorCode="unit-unknown"/>
  <process id="p" isExecutable="true">
    <startEvent id="start"/><userTask id="check"/><exclusiveGateway id="check_result"/><userTask id="correct"/>
    <parallelGateway id="split"/><userTask id="ask_health"/><userTask id="ask_district"/><userTask id="ask_agency"/>
    <!-- caught --><parallelGateway id="join"/>
    <userTask id="decide"/><exclusiveGateway id="decision"/><userTask id="sign_grant"/><userTask id="sign_refusal"/>
    <endEvent id="granted"/><endEvent id="refused"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
    <sequenceFlow id="f2" sourceRef="check" targetRef="check_result"/>
    <sequenceFlow id="incomplete" sourceRef="check_result" targetRef="correct">
      <conditionExpression xsi:type="tFormalExpression">check.result = "incomplete"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="correct" targetRef="check"/>
    <sequenceFlow id="complete" sourceRef="check_result" targetRef="split">
      <conditionExpression xsi:type="tFormalExpression">check.result = "complete"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f6" sourceRef="split" targetRef="ask_health"/>
    <sequenceFlow id="f7" sourceRef="split" targetRef="ask_district"/>
    <sequenceFlow id="f8" sourceRef="split" targetRef="ask_agency"/>
    <sequenceFlow id="f9" sourceRef="ask_health" targetRef="join"/>
    <sequenceFlow id="f10" sourceRef="ask_district" targetRef="join"/>
    <sequenceFlow id="f11" sourceRef="ask_agency" targetRef="join"/>
    <sequenceFlow id="f12" sourceRef="join" targetRef="decide"/>
    <sequenceFlow id="f13" sourceRef="decide" targetRef="decision"/>
    <sequenceFlow id="grant" sourceRef="decision" targetRef="sign_grant">
      <conditionExpression xsi:type="tFormalExpression">decide.outcome = "grant"</conditionExpression></sequenceFlow>
    <sequenceFlow id="refuse" sourceRef="decision" targetRef="sign_refusal">
      <conditionExpression xsi:type="tFormalExpression">decide.outcome = "refuse"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f16" sourceRef="sign_grant" targetRef="granted"/>
    <sequenceFlow id="f17" sourceRef="sign_refusal" targetRef="refused"/>
  </process>
</definitions>"""
CAUGHT = """<boundaryEvent id="no_unit" attachedToRef="ask_agency"><errorEventDefinition errorRef="none"/></boundaryEvent>
    <sequenceFlow id="f18" sourceRef="no_unit" targetRef="ask_again"/><userTask id="ask_again"/>
    <sequenceFlow id="f19" sourceRef="ask_again" targetRef="ask_agency"/>"""


def folder(**changes: str) -> dict[str, bytes]:
    """Give the folder's files, changed as `service_yaml="old => new"`."""
    files = handbook.grow(handbook.template(), HEADING)
    files["process.bpmn"] = PROCESS.encode()
    form = files["form.yaml"].decode().replace(
        "      note: {", "      agency: {type: string, maxLength: 40}\n      note: {", 1
    )  # fmt: skip
    opinion = (
        "opinion:\n  schema:\n    type: object\n    required: [advice]\n"
        "    properties:\n      advice: {type: string, format: text, minLength: 3, maxLength: 500}\n"
    )
    files["form.yaml"] = (form + opinion).encode()
    for lang in ("id", "en"):
        path = f"texts/{lang}.yaml"
        text = files[path].decode().replace("      result: {", "      agency: {label: Instansi}\n      result: {", 1)
        asks = "  opinion:\n    pages: {all: {title: Pendapat}}\n    fields:\n      advice: {label: Pendapat}\n"
        files[path] = text.replace("  check:\n    pages", asks + "  check:\n    pages", 1).encode()
    files["examples/granted.yaml"] = (
        handbook.STORY
        + "then:\n  - {step: check, as: Budi, data: {result: incomplete, missing: Tidak terbaca}}\n"
        + "  - {step: correct, as: applicant, data: {reason: Keperluan bank}}\n"
        + "  - {step: check, as: Budi, data: {result: complete, agency: dlh}}\n"
        + "".join(
            f"  - {{step: {one}, as: Joko, data: {{advice: Setuju}}}}\n"
            for one in ("ask_health", "ask_district", "ask_agency")
        )
        + "  - {step: decide, as: Ratna, data: {outcome: grant, reason: Berkas lengkap}}\n  - {step: sign_grant, as: Ratna}\n"
        + "expect: {end: granted}\n"
    ).encode()
    files["examples/refused.yaml"] = files["examples/granted.yaml"].replace(
        b"outcome: grant, reason: Berkas lengkap}", b"outcome: refuse, reason: Tidak sesuai, remedy: Ajukan lagi}"
    ).replace(b"sign_grant", b"sign_refusal").replace(b"end: granted", b"end: refused")  # fmt: skip
    for name, change in changes.items():
        path = (
            "examples/three-opinions.yaml"
            if name == "story"
            else name.replace("_yaml", ".yaml").replace("_bpmn", ".bpmn")
        )
        old, _, new = change.partition(" => ")
        assert old in files[path].decode(), old
        files[path] = files[path].decode().replace(old, new, 1).encode()
    return files


def read(**changes: str) -> manifest.Service:
    """Read the folder, changed."""
    return manifest.read_service(folder(**changes), folder="services/contoh", town=TOWN)


def countersigned(old: str = "", new: str = "", drawn: str = "sign_grant") -> dict[str, bytes]:
    """Give the folder in which a second unit signs the letter too, as the handbook says, with one change of service.yaml."""
    files = handbook.grow(folder(), "When two offices sign one letter")
    assert old in files["service.yaml"].decode(), old
    files["service.yaml"] = files["service.yaml"].decode().replace(old, new, 1).encode()
    process = files["process.bpmn"].decode()
    if drawn == "sign_grant":
        before, behind = 'sourceRef="sign_grant" targetRef="', "granted"
        process = process.replace(f"{before}granted", f"{before}sign_second")
    else:  # on the way of a refusal
        process, behind = process.replace('targetRef="sign_refusal"', 'targetRef="sign_second"'), "sign_refusal"
    more = f'<userTask id="sign_second"/><sequenceFlow id="f20" sourceRef="sign_second" targetRef="{behind}"/>'
    files["process.bpmn"] = process.replace("</process>", f"{more}</process>").encode()
    signed, whole = "expect: {end: granted}", "  - {step: sign_second, as: Joko}\nexpect: {end: granted}"
    files["examples/granted.yaml"] = files["examples/granted.yaml"].decode().replace(signed, whole).encode()
    return files
