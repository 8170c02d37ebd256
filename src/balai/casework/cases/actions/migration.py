"""Running cases live on under a new version: first what would happen to each, then the deed, one case at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import journal, sql
from balai.base.actors import Actor
from balai.base.commands import command, digest_of, once
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import queries, rules
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.actions.moves import form_scope
from balai.casework.cases.queries import CaseRow, TaskRow
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest, process

# Kept by the house itself, never by a step, so no mapping moves them.
_FORMER = "_former"
_HOUSE_KEYS = frozenset(
    {
        "apply",
        "applicant",
        "contact",
        rules.OBJECTED,
        rules.ABOUT,
        "_reasons",
        _FORMER,
        rules.PROMISE,
        rules.EXTENDED,
        rules.RETURN_ALLOWED,
        rules.PARTS_TOLD,
        rules.NOT_SILENCE,
        rules.MARKS,
        rules.BEFORE,
        rules.SENT_BACK,
    }
)
# An answer that was not asked for when the case was opened is no fault of the case; it can be asked in a correction.
_UNASKED = frozenset({"required", "must_accept", "too_few"})


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What a migration would mean for one case. `unread` are fields whose answers the new forms would refuse.

    `unasked` are fields the new forms require and this case was never asked for; `left` are answers that stay in the case, but
    not where a form of the new version shows them. Only `why` keeps the case from going on.
    """

    case_id: UUID
    number: str
    status: str
    tokens: tuple[process.TokenNote, ...]
    unread: tuple[str, ...]
    unasked: tuple[str, ...]
    left: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def possible(self) -> bool:
        return not self.why


def preview_migration(*, now: datetime, case_id: UUID, key_to: str, mapping: Mapping[str, str]) -> MigrationPlan:
    """Tell, without doing it, what would become of a case under another version of its service.

    :raises NotFound: the case or version is not there, or the case's data was shredded
    """
    return _plan(queries.read_case(case_id=case_id), key_to, mapping, now)


def migrate_case(
    *, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, key_to: str, mapping: Mapping[str, str]
) -> MigrationPlan:
    """Let one case go on under another version: tokens, tasks, timers and answers follow; deadline and pause stay.

    :raises NotAllowed: only the house migrates cases
    :raises Conflict: the case is closed, or under that version already
    :raises Invalid: `case-cannot-migrate`; the text is the plan's reasons
    """
    if actor.kind not in ("system", "machine") or actor.channel != "console":
        raise NotAllowed
    # no @command: its answer is the plan as the case stands
    digest = digest_of({"case": case_id, "key_to": key_to, "mapping": mapping})
    with journal.deed(command_id, actor=actor, now=now, name="case.migrate", digest=digest) as deed:
        case = queries.lock_case(case_id)
        plan = _plan(case, key_to, mapping, now)
        if deed.repeated:
            return plan
        if case.status == "closed":
            raise Conflict("case-closed")
        if not plan.possible:
            raise Invalid("case-cannot-migrate", why=" ".join(plan.why))
        _migrate(deed, case, key_to, mapping)
    return plan


# ---- the plan


def _plan(case: CaseRow, key_to: str, mapping: Mapping[str, str], now: datetime) -> MigrationPlan:
    old = catalogue.get_service(case.service_id, case.service_key)
    new = catalogue.get_service(case.service_id, key_to)
    report = process.migration_report(old.graph, new.graph, case.state, mapping)
    reading = _read_again(case, old, new, mapping, now)
    why = [
        *_refusals(case, key_to),
        *_wrong_names(old.graph, new.graph, mapping),
        *(f"Token {note.token} at {note.node_from}: {note.problem}" for note in report.notes if note.problem),
        *_clashes(case.data, mapping),
        *_lost_eyes(case, old, new, mapping),
        *(f"The answer {place} would not read under the new form." for place in reading.unread),
    ]
    return MigrationPlan(
        case.id, case.number, case.status, report.notes, tuple(reading.unread), tuple(reading.unasked),
        tuple(reading.left), tuple(why),
    )  # fmt: skip


def _refusals(case: CaseRow, key_to: str) -> Iterator[str]:
    if case.status == "closed":
        yield "The case is closed."
    if case.service_key == key_to:
        yield "The case is under this version already."


def _wrong_names(old: process.Graph, new: process.Graph, mapping: Mapping[str, str]) -> Iterator[str]:
    """Tell mapped names that one of the drawings does not have."""
    before, after = _names(old), _names(new)
    for name, target in mapping.items():
        if name not in before:
            yield f"The old version has no step or flow {name!r} to map."
        if target not in after:
            yield f"The new version has no step or flow {target!r} to map to."


def _names(graph: process.Graph) -> set[str]:
    return set(graph.nodes) | {flow.id for node in graph.nodes.values() for flow in node.outgoing}


def _clashes(data: Mapping[str, Any], mapping: Mapping[str, str]) -> Iterator[str]:
    """Tell where a mapping would lay one step's answers over another's."""
    for key in data:
        target = mapping.get(key, key)
        if target != key and target in data and mapping.get(target, target) == target:
            yield f"The answers of {key!r} would overwrite those of {target!r}."


def _lost_eyes(
    case: CaseRow, old: manifest.Service, new: manifest.Service, mapping: Mapping[str, str]
) -> Iterator[str]:
    """Tell steps done whose doer is barred from others (four-eyes), and that the new version would no longer know."""
    watched = {name for step in old.steps.values() for name in step.not_same_person_as}
    for node in sorted({node for node, person in case.done if person is not None} & watched):
        if mapping.get(node, node) not in (*new.steps, "apply"):
            yield (
                f"Who did {node!r} may not do another step of this case, and the new version has no step {node!r}."
                f" Map it: {node}=<id of the step that takes its place>."
            )


def rename(data: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Put the answers of mapped steps under their new names; what the house keeps stays."""
    return {key if key in _HOUSE_KEYS else mapping.get(key, key): value for key, value in data.items()}


@dataclass(slots=True)
class _Rejudged:
    """The stored answers judged by the new forms."""

    unread: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def judge(self, place: str, form: forms.Form, stored: Mapping[str, Any], scope: forms.JudgingScope) -> None:
        """Sort the fields of one form: those that would not read, were never asked for, are shown no more."""
        checked = forms.validate(form, forms.from_json(form, stored), scope)
        for error in checked.errors:
            at = f"{place}.{error.path}"
            if error.code in _UNASKED:
                self.unasked.append(at)
            elif error.code == "unknown_field" or error.code.startswith("check."):
                self.left.append(at)
            else:
                self.unread.append(f"{at} ({error.code})")
        told = {error.path.split(".")[0] for error in checked.errors}
        self.left += [f"{place}.{name}" for name in stored if name not in checked.answers and name not in told]


def _read_again(
    case: CaseRow, old: manifest.Service, new: manifest.Service, mapping: Mapping[str, str], now: datetime
) -> _Rejudged:
    """Judge everything that was answered by the forms of the new version."""
    reading, data = _Rejudged(), rename(case.data, mapping)
    scope = form_scope(replace(case, data=data), new, now, case.language)
    steps = {mapping.get(name, name) for name in old.steps}
    for key, stored in data.items():
        form = rules.form_of(new, key)
        if form is None:
            reading.left += [key] if key in steps - set(new.steps) else []
        elif isinstance(stored, Mapping):
            reading.judge(key, form, stored, scope)
        elif isinstance(stored, list):  # a step done in several instances: each has answers of its own
            for number, entry in enumerate(stored):
                if isinstance(entry, Mapping):
                    reading.judge(f"{key}.{number}", form, entry, scope)
    return reading


# ---- the deed


def _migrate(deed: journal.Deed, case: CaseRow, key_to: str, mapping: Mapping[str, str]) -> None:
    old = catalogue.get_service(case.service_id, case.service_key)
    new = catalogue.get_service(case.service_id, key_to)
    reasons = case.data.get("_reasons")
    case.data = rename(case.data, mapping)
    if isinstance(reasons, Mapping):
        case.data["_reasons"] = rename(reasons, mapping)
    _keep_former(case, new)
    key_from, case.service_key = case.service_key, key_to
    recorder = Recorder(deed, case, new)
    known = {**rules.typed(new, case.data), **queries.reserved(case, new, deed.now)}
    command = process.Migrate(new.graph, dict(mapping))
    move = process.step(old.graph, case.state, command, known, deed.now, reckon=recorder.calendar.add)
    _rename_rows(case, mapping)
    recorder.apply(command, move, clock=False)
    for task in case.open_tasks:
        _rebind(recorder, task, new.steps[task.node])
    sql.execute("UPDATE cases_case SET service_key = %s WHERE id = %s", [key_to, case.id])
    recorder.record(
        "migrate", version_from=old.version, version_to=new.version, key_from=key_from, key_to=key_to,
        mapping=dict(mapping),
    )  # fmt: skip
    recorder.finish()


@command("cases.fill_apart", answer=lambda told: int(told["tasks"]))
def fill_apart(*, command_id: UUID, actor: Actor, now: datetime) -> int:
    """Write beside tasks that were open before a release kept it whose doers they are kept apart from; tells of how many.

    Without it, a task that is left only to somebody who is barred from it is not found as lost. Done twice it changes nothing.
    """
    wanted = [row for row in sql.rows(_WITHOUT) if _apart(*row)]
    if not wanted:
        return 0
    with once() as deed:
        count = sum(
            sql.execute(
                "UPDATE cases_task SET apart_from = %s WHERE state = 'open' AND apart_from = '' AND node = %s"
                " AND case_id IN (SELECT id FROM cases_case WHERE service_key = %s)",
                [_apart(service_id, key, node), node, key],
            )
            for service_id, key, node in wanted
        )
        deed.record("cases", "apart-filled", {"tasks": count})
        deed.answer = {"tasks": count}
    return count


_WITHOUT = """SELECT DISTINCT c.service_id, c.service_key, t.node FROM cases_task t JOIN cases_case c ON c.id = t.case_id
    WHERE t.state = 'open' AND t.apart_from = '' ORDER BY c.service_key, t.node"""


def _apart(service_id: str, key: str, node: str) -> str:
    step = catalogue.get_service(service_id, key).steps.get(node)
    return rules.apart_from(step) if step is not None else ""


def _keep_former(case: CaseRow, new: manifest.Service) -> None:
    """Lay answers to questions that are asked no more aside, sealed like the others: what was said is never lost."""
    former: dict[str, Any] = dict(case.data.get(_FORMER, {}))
    for key, stored in case.data.items():
        form = rules.form_of(new, key)
        if form is not None and isinstance(stored, Mapping):
            gone = {name: value for name, value in stored.items() if name not in form.fields}
            if gone:
                former[key] = {**former.get(key, {}), **gone}
    if former:
        case.data[_FORMER] = former


def _rename_rows(case: CaseRow, mapping: Mapping[str, str]) -> None:
    """Move what is stored beside the case to the new names: tasks of all rounds (four-eyes counts them), pauses, files."""
    for task in case.tasks:
        if task.node in mapping:
            task.node = mapping[task.node]
            sql.execute("UPDATE cases_task SET node = %s WHERE id = %s", [task.node, task.id])
    for row_id, node in sql.rows("SELECT id, node FROM cases_pause WHERE case_id = %s", [case.id]):
        if node in mapping:
            sql.execute("UPDATE cases_pause SET node = %s WHERE id = %s", [mapping[node], row_id])
    for row_id, place in sql.rows("SELECT id, place FROM cases_evidence WHERE case_id = %s", [case.id]):
        step, _, name = place.partition(".")
        if step in mapping and step not in _HOUSE_KEYS:
            sql.execute("UPDATE cases_evidence SET place = %s WHERE id = %s", [f"{mapping[step]}.{name}", row_id])


def _rebind(recorder: Recorder, task: TaskRow, step: manifest.Step) -> None:
    """Let an open task be what the new version says; it stays on its desk while its holder may still do it."""
    case = recorder.case
    task.operation = step.operation or ""
    barred = task.assignee_id is not None and task.assignee_id in case.barred(step)
    place = recorder.place(step, task.token)
    moved = place is not None and place.unit_id != task.unit_id  # where there is no such unit, it stays where it lies
    if place is not None and (step.role != task.role or moved or (barred and step.role != "applicant")):
        task.role, task.unit_path = step.role, place.path
        task.unit_id, task.assignee_id, unstaffed = recorder.staff(step, place)
        sql.execute("UPDATE cases_task SET unstaffed = %s WHERE id = %s", [unstaffed, task.id])
    sql.execute(
        "UPDATE cases_task SET role = %s, operation = %s, unit_id = %s, assignee_id = %s, apart_from = %s WHERE id = %s",
        [task.role, task.operation, task.unit_id, task.assignee_id, rules.apart_from(step), task.id],
    )
