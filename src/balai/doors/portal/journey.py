"""The way of a case as its holder reads it: what is done, where it is now, what comes next and what may come.

Drawn from the service's own process, so a new drawing needs no new page. Stages are named by the texts `picture`; steps of
the machine without such a name, officers, answers and error codes stay inside.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from balai.base.pages.parts import Waypoint
from balai.base.pages.texts import say
from balai.casework.cases.queries import CaseView, Happening
from balai.doors.portal import progress
from balai.engine import manifest, process
from balai.engine.process.process_graph import WORK

HOPED = frozenset({"granted", "handed_over"})


@dataclass(frozen=True, slots=True)
class Stages:
    """How a service's elements are called in one language, and which of them are stages to its applicants."""

    labels: Mapping[str, str]
    shown: frozenset[str]

    def names(self, ids: Iterable[str], without: Collection[str]) -> tuple[str, ...]:
        """Name those of some elements that are stages, each name once, some names left out."""
        named = (self.labels[id] for id in ids if id in self.shown)
        return tuple(dict.fromkeys(name for name in named if name not in without))


def stages(service: manifest.Service, lang: str) -> Stages:
    """Tell which elements are stages: what people do, the ends, and what else the texts name for the public."""
    labels, named = service.labels(lang, public=True), service.pictured(lang)
    shown = {
        node.id
        for node in service.graph.nodes.values()
        if node.id in labels
        if node.kind in WORK or node.id in service.ends or (node.id in service.steps and node.id in named)
    }
    return Stages(labels, frozenset(shown))


def waypoints(view: CaseView, lang: str) -> tuple[Waypoint, ...]:
    """Tell the way of a case: stages done, where it is, the straight way from here, and what may come instead."""
    known = stages(view.service, lang)
    done = tuple(_done(view, known, lang))
    if view.row.status == "closed":
        return (*done, _end(view, lang))
    return (*done, *_from_here(view, known, {point.title for point in done}, lang))


def _done(view: CaseView, known: Stages, lang: str) -> Iterator[Waypoint]:
    zone = ZoneInfo(view.service.zone)
    start = next(iter(view.service.graph.starts), "")
    submitted = progress.moment_text(view.row.submitted_at, zone, lang, time=False)
    yield Waypoint(known.labels.get(start) or say("portal.timeline.submitted", lang), "done", submitted)
    for happening in view.course:
        for id in _completed(view, happening):
            if id in known.shown:
                yield Waypoint(known.labels[id], "done", progress.moment_text(happening.at, zone, lang, time=False))


def _completed(view: CaseView, happening: Happening) -> Iterator[str]:
    """Yield the steps that one move of a case finished: tasks that people completed, and what the machine passed."""
    for move in happening.body.get("moves", ()):
        if move[0] == "close" and move[2] == "completed":
            yield move[1]
    for id in happening.body.get("passed", ()):
        step = view.service.steps.get(id)
        if step is not None and not step.role and id not in view.row.state.live:
            yield id


def _end(view: CaseView, lang: str) -> Waypoint:
    row = view.row
    word, tone = progress.status(view, lang)
    at = progress.moment_text(row.closed_at, ZoneInfo(view.service.zone), lang, time=False) if row.closed_at else ""
    title = view.service.text(f"ends.{row.end_event}.title", lang, word)
    return Waypoint(title, "done", at, view.service.text(f"ends.{row.end_event}.public", lang, ""), end=True, tone=tone)


def _from_here(view: CaseView, known: Stages, done: Collection[str], lang: str) -> Iterator[Waypoint]:
    """Yield where the case is and the way from there; what may come again is not told a second time."""
    graph, live = (
        view.service.graph,
        [task.node for task in view.row.open_tasks if task.node in view.service.graph.nodes],
    )
    wished = [id for id, end in view.service.ends.items() if end.outcome in HOPED]
    outlook = process.look_ahead(graph, live or sorted(view.row.state.live), wished)
    stops = [id for id in outlook.way if id in known.shown]
    beside = _gathered(outlook, stops)
    here = list(_now(view, lang))
    for at, point in enumerate(here):
        yield Waypoint(
            point.title, point.state, point.at, point.text, known.names(beside[""], done) if at == len(here) - 1 else ()
        )
    for at, id in enumerate(stops):
        yield Waypoint(
            known.labels[id], "later", aside=known.names(beside[id], done), end=id in view.service.ends, next=at == 0
        )


def _gathered(outlook: process.Outlook, stops: list[str]) -> dict[str, list[str]]:
    """Hang what may come instead on the last stage before it; "" is where the case stands."""
    found: dict[str, list[str]] = {"": [], **{id: [] for id in stops}}
    last = ""
    for id in outlook.way:
        last = id if id in found else last
        found[last] += outlook.aside.get(id, ())
    found[""] += [other for id, others in outlook.aside.items() if id not in outlook.way for other in others]
    return found


def _now(view: CaseView, lang: str) -> Iterator[Waypoint]:
    """Yield the stages the case is at; what the machine does meanwhile is told in the office's general words."""
    known, zone, row = stages(view.service, lang), ZoneInfo(view.service.zone), view.row
    for task in row.open_tasks:
        since = progress.moment_text(task.opened_at, zone, lang, time=False)
        yield Waypoint(
            known.labels.get(task.node) or say("portal.status.open", lang),
            "wait" if task.role == "applicant" else "now",
            say("portal.timeline.since", lang, at=since),
            view.service.text(f"steps.{task.node}.public", lang, ""),
        )
    if not row.open_tasks:
        public = [view.service.text(f"steps.{id}.public", lang, "") for id in sorted(row.state.live)]
        text = next((words for words in public if words), "")
        yield Waypoint(say("portal.status.open", lang), "now", text=text)


def picture(view: CaseView, lang: str) -> str:
    """Draw the whole process with the live position, in the applicant's words."""
    live = view.row.state.live
    return process.draw_svg(
        view.service.graph,
        live=live,
        done=view.done_nodes - live,
        title=say("portal.journey.picture", lang),
        lang=lang,
        labels=view.service.labels(lang, public=True),
    )
