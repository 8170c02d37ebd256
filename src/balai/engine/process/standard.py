"""The process of a folder without `process.bpmn`: check, send back for correction, decide, issue.

Two forms of it: a person signs the letter at the desk (user tasks `sign_grant`, `sign_refusal`), or the office's seal
issues it unattended (service tasks `issue_grant`, `issue_refusal`). All other ids are the same.
"""

_TEMPLATE = """\
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="standard" targetNamespace="https://balai.id/bpmn">
  <process id="standard_process" name="Periksa, putuskan, terbitkan" isExecutable="true">
    <startEvent id="start" name="Permohonan masuk" />
    <userTask id="check" name="Periksa berkas" />
    <exclusiveGateway id="check_result" name="Lengkap?" />
    <userTask id="correct" name="Perbaiki permohonan" />
    <userTask id="decide" name="Putuskan" />
    <exclusiveGateway id="decision" name="Dikabulkan?" />
    <@KIND@ id="sign_grant" name="Tanda tangani surat" />
    <@KIND@ id="sign_refusal" name="Tanda tangani penolakan" />
    <endEvent id="granted" name="Dikabulkan" />
    <endEvent id="refused" name="Ditolak" />
    <sequenceFlow id="to_check" sourceRef="start" targetRef="check" />
    <sequenceFlow id="to_check_result" sourceRef="check" targetRef="check_result" />
    <sequenceFlow id="incomplete" name="tidak" sourceRef="check_result" targetRef="correct">
      <conditionExpression xsi:type="tFormalExpression">check.result = "incomplete"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="corrected" sourceRef="correct" targetRef="check" />
    <sequenceFlow id="complete" name="ya" sourceRef="check_result" targetRef="decide">
      <conditionExpression xsi:type="tFormalExpression">check.result = "complete"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="to_decision" sourceRef="decide" targetRef="decision" />
    <sequenceFlow id="grant" name="ya" sourceRef="decision" targetRef="sign_grant">
      <conditionExpression xsi:type="tFormalExpression">decide.outcome = "grant"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="refuse" name="tidak" sourceRef="decision" targetRef="sign_refusal">
      <conditionExpression xsi:type="tFormalExpression">decide.outcome = "refuse"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="to_granted" sourceRef="sign_grant" targetRef="granted" />
    <sequenceFlow id="to_refused" sourceRef="sign_refusal" targetRef="refused" />
  </process>
  <bpmndi:BPMNDiagram id="standard_diagram">
    <bpmndi:BPMNPlane id="standard_plane" bpmnElement="standard_process">
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="150" y="100" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="check_di" bpmnElement="check">
        <dc:Bounds x="240" y="78" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="check_result_di" bpmnElement="check_result" isMarkerVisible="true">
        <dc:Bounds x="400" y="93" width="50" height="50" />
        <bpmndi:BPMNLabel><dc:Bounds x="400" y="69" width="50" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="correct_di" bpmnElement="correct">
        <dc:Bounds x="375" y="210" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="decide_di" bpmnElement="decide">
        <dc:Bounds x="510" y="78" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="decision_di" bpmnElement="decision" isMarkerVisible="true">
        <dc:Bounds x="670" y="93" width="50" height="50" />
        <bpmndi:BPMNLabel><dc:Bounds x="660" y="69" width="70" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="sign_grant_di" bpmnElement="sign_grant">
        <dc:Bounds x="780" y="78" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="sign_refusal_di" bpmnElement="sign_refusal">
        <dc:Bounds x="780" y="210" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="granted_di" bpmnElement="granted">
        <dc:Bounds x="940" y="100" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="refused_di" bpmnElement="refused">
        <dc:Bounds x="940" y="232" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_check_di" bpmnElement="to_check">
        <di:waypoint x="186" y="118" /><di:waypoint x="240" y="118" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_check_result_di" bpmnElement="to_check_result">
        <di:waypoint x="340" y="118" /><di:waypoint x="400" y="118" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="incomplete_di" bpmnElement="incomplete">
        <di:waypoint x="425" y="143" /><di:waypoint x="425" y="210" />
        <bpmndi:BPMNLabel><dc:Bounds x="432" y="168" width="34" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="corrected_di" bpmnElement="corrected">
        <di:waypoint x="375" y="250" /><di:waypoint x="290" y="250" /><di:waypoint x="290" y="158" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="complete_di" bpmnElement="complete">
        <di:waypoint x="450" y="118" /><di:waypoint x="510" y="118" />
        <bpmndi:BPMNLabel><dc:Bounds x="472" y="100" width="14" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_decision_di" bpmnElement="to_decision">
        <di:waypoint x="610" y="118" /><di:waypoint x="670" y="118" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="grant_di" bpmnElement="grant">
        <di:waypoint x="720" y="118" /><di:waypoint x="780" y="118" />
        <bpmndi:BPMNLabel><dc:Bounds x="742" y="100" width="14" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="refuse_di" bpmnElement="refuse">
        <di:waypoint x="695" y="143" /><di:waypoint x="695" y="250" /><di:waypoint x="780" y="250" />
        <bpmndi:BPMNLabel><dc:Bounds x="702" y="190" width="34" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_granted_di" bpmnElement="to_granted">
        <di:waypoint x="880" y="118" /><di:waypoint x="940" y="118" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_refused_di" bpmnElement="to_refused">
        <di:waypoint x="880" y="250" /><di:waypoint x="940" y="250" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</definitions>
"""

STANDARD_PROCESS = _TEMPLATE.replace("@KIND@", "userTask")
STANDARD_PROCESS_SEALED = (
    _TEMPLATE.replace("@KIND@", "serviceTask")
    .replace("sign_grant", "issue_grant")
    .replace("sign_refusal", "issue_refusal")
    .replace("Tanda tangani surat", "Terbitkan surat")
    .replace("Tanda tangani penolakan", "Terbitkan penolakan")
)


def standard_process(*, sealed: bool = False) -> bytes:
    """Return the standard process as BPMN; `sealed` issues by the office's seal instead of a person's signature."""
    return (STANDARD_PROCESS_SEALED if sealed else STANDARD_PROCESS).encode()
