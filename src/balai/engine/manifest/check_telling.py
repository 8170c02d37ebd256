"""Proving that the applicant is told: of the receipt, of each outcome, of every step that waits for them, of every signed letter."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from balai.engine.forms.branch import suggestion
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import SEAL, SIGN
from balai.engine.manifest.service import WHENS, Step
from balai.engine.process import Graph, Node

ASKED = "asked"  # brought about by every step of the applicant's but a correction, as it opens
_FROM = {"extended": "extension", "warning": "warn"}  # which key of time brings a notice about
_OWN_WHENS = ("ready", "collected", "decided")  # only a step's `event` brings them about
_REACHING = ("portal", "email", "sms")  # what an applicant can be reached by
_PERSON = ("userTask", "manualTask", "task")
_AWAITED = ("timer", "message", "signal", "conditional")


def check_telling(folder: Folder) -> None:
    """Tell notices that reach nobody or are never brought about, and what an applicant would have to find out by themself."""
    _check_owed(folder)
    _check_each(folder)
    if folder.graph is not None:
        ways = _Ways(folder.graph, folder.bound_steps(), _told(folder))
        _check_steps(folder, ways)
        _check_letters(folder, ways)


def _told(folder: Folder) -> frozenset[str]:
    """Answer the events of which the applicant is told in a way that reaches them."""
    reaching = (one for one in folder.sheet.notify if one.to == "applicant" and set(one.by) & set(_REACHING))
    return frozenset(one.when for one in reaching)


def _check_owed(folder: Folder) -> None:
    sheet, told = folder.sheet, _told(folder)
    owed = {end.outcome: f'the outcome "{end.outcome}"' for end in sheet.ends.values()}
    owed["received"] = "the receipt"
    if any(step.is_correction for step in sheet.steps.values()):
        owed["returned"] = "something they must do"
    for when, what in owed.items():
        if when not in told:
            fix = f"Add {{when: {when}, to: applicant, by: [portal, email]}}."
            sheet.at("notify").wrong(f"Nobody tells the applicant of {what}.", fix)
    if sheet.time.clock.extension and "extended" not in told:
        fix = "Add {when: extended, to: applicant, by: [portal, email]}."
        sheet.at("notify").wrong("Nobody tells the applicant that their time was extended, and why.", fix)
    if sheet.time.clock.warn and "warning" not in {one.when for one in sheet.notify}:
        fix = "Add {when: warning, to: superior, by: [desk]}."
        sheet.at("notify").wrong("Nobody is warned of the time that has passed.", fix)


def _check_each(folder: Folder) -> None:
    sheet = folder.sheet
    pairs = [(one.when, one.to) for one in sheet.notify]
    events = {step.event for step in sheet.steps.values() if step.event}
    for at, one in enumerate(sheet.notify):
        place = sheet.at("notify", at)
        if pairs.index((one.when, one.to)) != at:
            place.wrong(f'"{one.when}" is told to the {one.to} twice.', "Join the two.")
        if one.when not in events and (one.when in _OWN_WHENS or one.when not in WHENS):
            near = suggestion(one.when, {*WHENS, *events})
            fix = near if near.startswith("Did") else f"Give a step event: {one.when}."
            place.wrong(f'Nothing ever brings "{one.when}" about.', fix)
        if one.when == ASKED and not any(
            step.is_applicants and not step.is_correction for step in sheet.steps.values()
        ):
            place.wrong("The applicant has no step of their own but a correction.", "Remove it, or tell of returned.")
        if one.when in _FROM and not getattr(sheet.time.clock, _FROM[one.when]):
            fix = f"Add time: {{{_FROM[one.when]}: …}}, or remove the notice."
            place.wrong(f'Nothing ever brings "{one.when}" about.', fix)
        if one.when == "reminder" and sheet.time.remind is None:
            place.wrong("It is not said when to remind.", "Add time: {remind: 1 working-day}.")
        if one.to == "applicant" and one.by and not set(one.by) & set(_REACHING):
            place.wrong(f"Nobody is reached by {', '.join(one.by)} alone.", f"Add one of {', '.join(_REACHING)}.")


@dataclass(frozen=True)
class _Ways:
    """The drawing as somebody is told along it: `told` are the events that reach the applicant."""

    graph: Graph
    steps: Mapping[str, Step]
    told: Collection[str]

    def tells(self, id: str) -> bool:
        """Tell whether the applicant knows once this step is done."""
        step = self.steps.get(id)
        return (
            step is not None and step.event in self.told and (step.kind in _PERSON or step.operation == "notice.send")
        )

    def waits(self, node: Node) -> bool:
        """Tell whether a case may lie here for long."""
        if node.kind in (*_PERSON, "receiveTask", "eventBasedGateway"):
            return True
        return node.kind == "intermediateCatchEvent" and node.event_kind in _AWAITED

    def before(self, node: Node) -> Iterator[str]:
        """Answer what may have come right before a node; "" where something else brought the case here."""
        if node.kind == "boundaryEvent" or not node.incoming:
            inner = node.kind == "startEvent" and node.parent and not self.graph.nodes[node.parent].event_subprocess
            yield from self.before(self.graph.nodes[node.parent]) if inner else ("",)
            return
        for one in self.graph.nodes.values():
            if any(flow.target == node.id for flow in one.outgoing):
                ends = [end for end in self.graph.nodes.values() if end.parent == one.id and end.kind == "endEvent"]
                yield from (end.id for end in ends) if ends else (one.id,)

    def after(self, node: Node) -> Iterator[str]:
        """Answer what comes right after a node is done."""
        for flow in node.outgoing:
            target = self.graph.nodes[flow.target]
            yield from target.starts or (target.id,)
        if not node.outgoing and node.parent:
            around = self.graph.nodes[node.parent]
            yield from around.boundaries
            yield from self.after(around)


def _check_steps(folder: Folder, ways: _Ways) -> None:
    """Tell each step of the applicant's of which they may not have been told when it opens."""
    for step in ways.steps.values():
        if not step.is_applicants or step.is_correction or ASKED in ways.told or step.id not in ways.graph.nodes:
            continue
        if not _told_before(ways, ways.graph.nodes[step.id]):
            folder.sheet.at("steps", step.id).wrong(
                f'Nobody tells the applicant that "{step.id}" waits for them.',
                "Add {when: asked, to: applicant, by: [portal, email]} to notify, or tell them right before it on every"
                " way: notice.send with an event of yours.",
            )


def _told_before(ways: _Ways, node: Node) -> bool:
    seen, waiting = {node.id}, list(ways.before(node))
    while waiting:
        id = waiting.pop()
        if ways.tells(id) or (id in seen and id != node.id):
            continue
        if not id or id == node.id or ways.waits(ways.graph.nodes[id]):
            return False
        seen.add(id)
        waiting += ways.before(ways.graph.nodes[id])
    return True


def _check_letters(folder: Folder, ways: _Ways) -> None:
    """Tell each signed letter after which the case may wait for something before its applicant hears of it."""
    for step in ways.steps.values():
        if step.operation not in (SIGN, SEAL) or step.id not in ways.graph.nodes or ways.tells(step.id):
            continue
        if at := _untold_at(ways, step):
            folder.sheet.at("steps", step.id).wrong(
                f'The letter "{step.letter}" is signed, and the case goes on to "{at}" without anybody telling the applicant.',
                "Tell them before it: notice.send with an event of yours that notify knows.",
            )


def _untold_at(ways: _Ways, step: Step) -> str:
    """Answer where a case would wait with the letter signed and its applicant untold, "" for nowhere."""
    seen, waiting = {step.id}, list(ways.after(ways.graph.nodes[step.id]))
    while waiting:
        id = waiting.pop()
        if id in seen or (ways.tells(id) and ways.steps[id].kind not in _PERSON):
            continue
        seen.add(id)
        other = ways.steps.get(id)
        if other is not None and other.operation == SIGN and other.letter == step.letter:
            continue  # signed by several: the last of them owes the news
        if ways.waits(ways.graph.nodes[id]):
            return id
        waiting += ways.after(ways.graph.nodes[id])
    return ""
