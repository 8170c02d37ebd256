"""The rows of a list of work, drawn in one go: a page of them through the template took longer than all its queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from balai.base.pages import icons
from balai.base.pages.texts import say
from balai.doors.desk.shown.inbox import InboxLine, Stack


@dataclass(frozen=True, slots=True)
class RowDrawing:
    """How rows are drawn: whose desk it is, whether several can be ticked, and where *take* leads and comes back to."""

    mine: bool
    many: bool
    several_units: bool
    claim: str
    here: str
    token: str  # against forged forms


def draw(stacks: Sequence[Stack], how: RowDrawing) -> SafeString:
    """Draw the bodies of the table, one for each stack; every value is escaped."""
    made = []
    words = {name: escape(say(f"desk.inbox.column.{name}")) for name in ("task", "holder", "due", "taker")}
    for stack in stacks:
        head = f"{escape(stack.title)}: {len(stack.lines)}"
        made.append(
            f'<tbody id="{stack.group}"><tr class="vh"><th scope="rowgroup" colspan="{4 if how.mine else 5}">{head}</th></tr>'
        )
        made += [_row(line, how, words) for line in stack.lines]
        made.append("</tbody>")
    return mark_safe("".join(made))


def _row(line: InboxLine, how: RowDrawing, words: dict[str, str]) -> str:
    due, number = line.due, escape(line.number)
    tone = "" if line.parked else f" {due.tone}"
    holder = escape(line.holder) or "—"
    exact = f"{escape(due.exact)} · {escape(say('desk.inbox.since', when=line.since))}"
    taker = "" if how.mine else f'<td data-label="{words["taker"]}">{_taker(line, how)}</td>'
    return (
        f'<tr data-row>\n<th scope="row">{_box(line, how)}<a href="{escape(line.url)}" class="num">{number}</a></th>\n'
        f'<td data-label="{words["task"]}" title="{escape(line.tip)}">{_task(line, how)}</td>\n'
        f'<td data-label="{words["holder"]}">{holder}</td>\n'
        f'<td data-label="{words["due"]}" class="when{tone}">{icons.svg(due.icon, 16)}'
        f' <time datetime="{escape(due.iso)}" title="{exact}">{escape(due.text)}</time></td>\n{taker}</tr>'
    )


def _box(line: InboxLine, how: RowDrawing) -> str:
    if not how.many:
        return ""
    label = escape(say("desk.many.pick", number=line.number))
    return f'<input type="checkbox" form="sekaligus" name="task" value="{escape(str(line.task_id))}" aria-label="{label}"> '


def _task(line: InboxLine, how: RowDrawing) -> str:
    again = f'<strong class="tag info">{escape(say("desk.inbox.returned"))}</strong> ' if line.returned else ""
    unit = f" · {escape(line.unit)}" if how.several_units else ""
    notes = "".join(
        f'<small class="soft">{icons.svg(icon, 14)} {escape(said)}</small>'
        for icon, said in (("pause", line.waits), ("calendar", line.parked))
        if said
    )
    return f'{again}<b>{escape(line.step)}</b> <span class="soft">{escape(line.service)}{unit}</span>{notes}'


def _taker(line: InboxLine, how: RowDrawing) -> str:
    if line.mine:
        return f'<strong class="tag ok">{escape(say("desk.inbox.yours"))}</strong>'
    if line.taker:
        return escape(line.taker)
    if not line.claimable:
        return f'<span class="soft">{escape(say("desk.inbox.nobodys"))}</span>'
    sent = (("csrfmiddlewaretoken", how.token), ("case", line.case_id), ("token", line.token), ("next", how.here))
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(str(value))}">' for name, value in sent)
    return (
        f'<form method="post" action="{escape(how.claim)}">{hidden}<button class="button quiet small">'
        f'{escape(say("desk.task.claim"))}<span class="vh"> {escape(line.number)}</span></button></form>'
    )
