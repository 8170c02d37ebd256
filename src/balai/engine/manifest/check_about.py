"""Cases about cases: an objection, a correction, an annulment; where each leads, and what becomes of the letter it is about."""

from collections.abc import Collection, Iterator, Mapping

from balai.engine.forms.branch import Branch, suggestion
from balai.engine.forms.form_yaml import OBJECTED as NAME
from balai.engine.manifest.check_paths import all_types
from balai.engine.manifest.check_units import Doubt
from balai.engine.manifest.datatypes import OBJECTED, find_type
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.service import Objection

SERVICES = "services"
_ABOUT = "Add about: {case: objection}, or correction, or annulment."
_UNTOLD = ("file", "files", "info", "group", "place")


def check_about(folder: Folder) -> None:
    """Tell what names a case that this one is not about, and doors that lead to no service."""
    _check_way(folder)
    _check_amending(folder)
    if folder.sheet.about is None:
        _check_alone(folder)
    else:
        _check_overturning(folder)


def _check_way(folder: Folder) -> None:
    """Tell an objection that leads to no service, gives no reason that there is, or shares what nobody answered."""
    way = folder.sheet.objection
    if way is None:
        return
    if way.service:
        _check_service(folder, folder.sheet.at("objection", "service"), way.service)
    elif way.late == "judged" or way.shares or way.reason:
        folder.sheet.at("objection").wrong(
            "It says how an objection is taken here, but no service takes it.", "Add service: <the id of its folder>."
        )
    _check_above(folder, way)
    if way.reason and (found := find_type(all_types(folder), way.reason)) != "text":
        folder.sheet.at("objection", "reason").wrong(
            f'"{".".join(way.reason)}" is {"no text" if found else "not there"}.',
            "Name the text in which the decision says why, as in decide.reason.",
        )
    fields = folder.forms["apply"].fields if "apply" in folder.forms else {}
    for at, name in enumerate(way.shares):
        one, place = fields.get(name), folder.sheet.at("objection", "shares", at)
        if one is None:
            place.wrong(f'The form apply has no field "{name}".', suggestion(name, fields) or "Name a field of apply.")
        elif one.kind in _UNTOLD:
            place.wrong(f'"{name}" cannot go along: it is no answer in words.', "Share answers that people read.")


def _check_above(folder: Folder, way: Objection) -> None:
    """Doubt that somebody is left to answer an objection: whoever worked on the decision has no part in it."""
    for step in folder.sheet.steps.values():
        if step.role != way.role or step.unit is None or step.unit.code != way.unit or step.operation:
            continue
        place = folder.sheet.at("steps", step.id, "unit")
        unsure = (
            f'The {step.role} of "{way.unit}" does this step, so they have no part in the objection that goes to them.'
        )
        fix = "Let another post there do it (role: section-head), or let the objection go to another unit."
        folder.doubts.append(Doubt(unsure, fix, place.file, place.line, place.name))


def _check_service(folder: Folder, place: Branch, id: str) -> None:
    known = folder.town.folders.get(SERVICES) if folder.town else None
    if known is None or id in known:
        return
    if known <= {folder.sheet.id}:  # a folder that stands alone: the hall may have it all the same
        unsure = f'Whether there is a service "{id}" cannot be known here: this folder stands alone.'
        folder.doubts.append(
            Doubt(unsure, f"Without {id} in force no way leads there.", place.file, place.line, place.name)
        )
        return
    place.wrong(f'There is no service "{id}".', suggestion(id, known) or f"Write services/{id}, or name another.")


def _check_amending(folder: Folder) -> None:
    for kind, id in folder.sheet.amended_by.items():
        _check_service(folder, folder.sheet.at("amended_by", kind), id)


def _check_alone(folder: Folder) -> None:
    """Tell letters and units of another case where there is none."""
    for letter in folder.sheet.letters.values():
        if letter.overturns:
            folder.sheet.at("letters", letter.id, letter.overturns).wrong(
                "The case is about no other one, so there is no letter to overturn.", _ABOUT
            )
    if folder.sheet.handled_by.unit == NAME:
        folder.sheet.at("handled_by", "unit").wrong("The case is about no other one, so nobody decided it.", _ABOUT)


def _check_overturning(folder: Folder) -> None:
    """Tell a granted objection, a correction or an annulment after which the letter it is about would still hold."""
    sheet, about = folder.sheet, folder.sheet.about
    assert about is not None, "told apart by its caller"
    if any(step.operation == "message.send" for step in sheet.steps.values()):
        return  # it tells the other case, which does the rest
    wanted = "annuls" if about.kind == "annulment" else "replaces"
    for end in sheet.ends.values():
        letter = sheet.letters.get(end.letter)
        if end.outcome == "granted" and (letter is None or not letter.overturns):
            sheet.at("ends", end.id).wrong(
                "Here the other case's letter was wrong, and would still hold.",
                f"Name a letter with {wanted}: {NAME}.",
            )


def about_faults(folder: Folder, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Answer what a story tells of the case it is about, and the folder cannot know; or lacks."""
    about = folder.sheet.about
    if about is None:
        if given:
            yield "The case is about no other one.", _ABOUT
        return
    if not given:
        yield "It is not said which case this one is about.", "Add objected: {number: …, letter_number: …, reason: …}."
    yield from _unknown(given, (*OBJECTED, "answers", "done_by"), "objected")
    answers = given.get("answers")
    yield from _unknown(answers if isinstance(answers, Mapping) else {}, about.answers, "objected.answers")


def _unknown(given: Mapping[str, object], known: Collection[str], where: str) -> Iterator[tuple[str, str]]:
    for name in given:
        if name not in known:
            yield f'There is no "{where}.{name}".', suggestion(name, known) or "Name it under about.answers."
