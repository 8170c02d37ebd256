"""`balai simulate SERVICE`: play a case at the terminal, with its clock wound forward."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from balai.base.clock import office_calendar
from balai.casework.catalogue import folders
from balai.doors.console.commands.check import town_beside
from balai.engine import forms, manifest, process
from balai.engine.manifest.periods import read_duration
from balai.engine.problems import Problems

HELP = "play a case of a service at the terminal, with the clock wound forward"
_WORDS = {
    "task": "task opens   ", "done": "task done    ", "rule": "rule decides ", "letter": "letter       ",
    "notice": "notice       ", "message": "message comes", "timer": "timer fires  ", "clock": "legal clock  ", "operation": "operation    ",
    "incident": "STUCK        ", "end": "the end      ",
}  # fmt: skip


_LAW: Mapping[str, tuple[str, Callable[..., None]]] = {
    "extend": ("extension", manifest.Rehearsal.extend),
    "allow return": ("second_return", manifest.Rehearsal.allow_return),
    "confirm": ("silence_review", manifest.Rehearsal.confirm),
}  # what the clock's law lets people do, where a service has it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("service", help="a service id under services/, or the path of a folder")
    parser.add_argument("--example", metavar="NAME", help="play this golden example (its name or number from 1)")
    parser.add_argument("--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: town)")
    parser.add_argument("--lang", choices=["id", "en"], default="id", help="language of the questions")


def run(args: argparse.Namespace) -> int:
    """Play an example, or ask at the terminal; the exit code is 1 when an expectation is not met."""
    folder = Path(args.service) if Path(args.service, "service.yaml").is_file() else Path("services", args.service)
    try:
        service = folders.read_folder(folder, args.town or town_beside(folder))
    except (Problems, OSError) as error:
        print(error)
        return 1
    if args.example is None and sys.stdin.isatty():
        return _ask_through(service, args.lang)
    return _play_examples(service, args.example)


def _play_examples(service: manifest.Service, wanted: str | None) -> int:
    chosen = [
        example for number, example in enumerate(service.examples, start=1)
        if wanted is None or wanted in (example.name, str(number))
    ]  # fmt: skip
    if not chosen:
        print(f"There is no example {wanted}; there are {', '.join(example.name for example in service.examples)}.")
        return 2
    return max(_play(service, example) for example in chosen)


def _play(service: manifest.Service, example: manifest.Example) -> int:
    played = manifest.play(service, example, calendar=office_calendar(service.zone))
    print(f"\n{example.name}: {example.story}")
    for place, code in played.refused.items():
        print(f"  refused: {place}: {code}")
    _print_log(service, played.log)
    if played.due:
        print(f"  due {played.due.isoformat()}")
    for problem in played.problems:
        print(f"  PROBLEM {problem}")
    return 1 if played.problems else 0


def _print_log(service: manifest.Service, log: tuple[manifest.RehearsedEvent, ...]) -> None:
    zone = ZoneInfo(service.zone)
    for one in log:
        title = _title_of(service, one)
        print(
            f"  {one.at.astimezone(zone):%Y-%m-%d %H:%M}  {_WORDS[one.kind]} {title}"
            + (f"  ({one.detail})" if one.detail else "")
        )
        if one.about is not None:
            print(f"{'':34}{manifest.say_notice(service, one.name, 'id', one.about)['subject']}")


def _title_of(service: manifest.Service, one: manifest.RehearsedEvent) -> str:
    part = {"task": "steps", "done": "steps", "end": "ends", "letter": "letters"}.get(one.kind)
    title = service.text(f"{part}.{one.name}.title", "id", "") if part else ""
    return f"{one.name}: {title}" if title else one.name


def _ask_through(service: manifest.Service, lang: str) -> int:
    """Play a case with the answers of whoever sits at the terminal."""
    applicant = dict(service.examples[0].applicant) if service.examples else {"name": "Siti"}
    now = datetime.now(ZoneInfo(service.zone)).replace(microsecond=0)
    case = manifest.Rehearsal(service, office_calendar(service.zone), now, applicant)
    print(f"{service.text('title', lang)}. An empty line leaves a question unanswered; Ctrl-D ends.")
    try:
        while errors := case.submit(_ask_form(service, service.forms["apply"], case, lang)):
            _print_errors(service, errors, lang)
        shown = _show_news(service, case, 0)
        while not case.outcome:
            _ask_next(service, case, lang)
            shown = _show_news(service, case, shown)
    except EOFError:
        print("\nLeft before the end.")
    return 0


def _show_news(service: manifest.Service, case: manifest.Rehearsal, shown: int) -> int:
    case.let_the_world_answer()
    _print_log(service, tuple(case.log[shown:]))
    return len(case.log)


def _ask_next(service: manifest.Service, case: manifest.Rehearsal, lang: str) -> None:
    news = {f"message {name}": name for name in process.awaited_messages(service.graph, case.state)}
    waiting = [*case.open_steps, *case.operations.values(), *news]
    law = {name: do for name, (key, do) in _LAW.items() if getattr(service.time.clock, key)}
    choice = input(f"\nWhat now? {' / '.join([*waiting, *law])} / wait P1D: ").strip()
    try:
        if choice in law:
            law[choice](case, by="Ratna")
        elif choice.startswith("wait"):
            case.wind_to(case.now + read_duration(choice.removeprefix("wait").strip() or "P1D"))
        elif choice in case.open_steps:
            _do(service, case, choice, lang)
        elif choice in news:
            _receive(service, case, news[choice], lang)
        elif choice in case.operations.values():
            _answer(service, case, choice)
    except (manifest.WrongStepError, ValueError) as wrong:
        print(wrong)


def _do(service: manifest.Service, case: manifest.Rehearsal, step_id: str, lang: str) -> None:
    step = service.steps[step_id]
    form = service.forms.get(step.form)
    answers = _ask_form(service, form, case, lang) if form else {}
    by = "applicant" if step.is_applicants else input("  as (Budi, Ratna): ").strip() or "Budi"
    _print_errors(service, case.do(step_id, answers, by=by), lang)


def _receive(service: manifest.Service, case: manifest.Rehearsal, name: str, lang: str) -> None:
    form = service.forms.get(service.messages[name].form) if name in service.messages else None
    answers = _ask_form(service, form, case, lang) if form else {}
    by = input("  as (api, case, or an officer's name): ").strip() or "Budi"
    _print_errors(service, case.receive(name, answers, by=by), lang)


def _answer(service: manifest.Service, case: manifest.Rehearsal, step_id: str) -> None:
    known = manifest.OPERATIONS[service.steps[step_id].operation]
    gives: dict[str, object] = {}
    for name, kind in known.outputs.items():
        typed = input(f"  {name} ({kind}): ").strip()
        gives[name] = typed.lower() in ("true", "yes", "ya", "1") if kind == "boolean" else typed
    case.answer(step_id, gives)


def _ask_form(service: manifest.Service, form: forms.Form, case: manifest.Rehearsal, lang: str) -> dict[str, object]:
    answers: dict[str, object] = {}
    for page in form.pages:
        for name in page.fields:
            visible = forms.visible_fields(form, page, answers, case.scope(form.name))
            field = form.fields[name]
            if field in visible and field.kind == "info":
                print("  " + service.text(f"{field.text_key}.text", lang, ""))
            elif field in visible and not field.is_computed and name not in case.scope(form.name).given:
                value = _ask_field(service, field, lang)
                if value not in (None, "", []):
                    answers[name] = value
    return answers


def _ask_field(service: manifest.Service, field: forms.Field, lang: str) -> object:
    label = service.text(f"{field.text_key}.label", lang, field.name)
    if field.kind == "group":
        rows = []
        while input(f"  {label}: one more? (y/n) ").strip().lower() in ("y", "ya", "yes"):
            rows.append(
                {name: _ask_field(service, inner, lang) for name, inner in field.fields.items() if inner.is_asked}
            )
        return rows
    hint = f" [{' | '.join(field.options)}]" if field.options else f" [{field.kind}]"
    typed = input(f"  {label}{hint}: ").strip()
    if field.holds_files and typed:
        kind = field.accept[0] if field.accept else "application/pdf"
        made = [{"file": name.strip(), "type": kind} for name in typed.split(",")]
        return made if field.kind == "files" else made[0]
    return typed.split(",") if field.kind == "choices" and typed else typed


def _print_errors(service: manifest.Service, errors: tuple[forms.FieldError, ...], lang: str) -> None:
    texts: Mapping[str, Mapping[str, object]] = service.texts
    for error in errors:
        print(f"  ! {forms.message(error, texts, lang)}")
