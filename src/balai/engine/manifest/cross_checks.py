"""Comparing the parts of a folder with each other: everything that names something elsewhere must find it."""

from collections.abc import Iterator

from balai.engine.manifest.check_bindings import check_bindings
from balai.engine.manifest.check_connections import check_connections
from balai.engine.manifest.check_doors import check_doors
from balai.engine.manifest.check_duties import check_duties
from balai.engine.manifest.check_examples import check_examples
from balai.engine.manifest.check_holes import check_holes
from balai.engine.manifest.check_letter_parts import advise_stamps, check_letter_parts
from balai.engine.manifest.check_letters import check_letters
from balai.engine.manifest.check_messages import check_messages
from balai.engine.manifest.check_paths import all_types, check_paths
from balai.engine.manifest.check_phrases import check_phrases
from balai.engine.manifest.check_process import check_process
from balai.engine.manifest.check_promises import check_promises
from balai.engine.manifest.check_rules import check_rules
from balai.engine.manifest.check_telling import check_telling
from balai.engine.manifest.check_units import check_units
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.plain_words import advise
from balai.engine.manifest.texts import check_picture, check_placeholders, check_texts
from balai.engine.manifest.unready import list_unready
from balai.engine.problems import Problem


def check_all(folder: Folder, problems: list[Problem]) -> tuple[Problem, ...]:
    """Add every mismatch of the folder to `problems`; answer what is only worth a warning."""
    _check_identity(folder)
    check_bindings(folder)
    check_connections(folder)
    check_doors(folder)
    check_duties(folder)
    check_holes(folder)
    check_letters(folder)
    check_letter_parts(folder)
    check_messages(folder)
    check_paths(folder)
    check_phrases(folder)
    check_promises(folder)
    check_units(folder)
    check_telling(folder)
    check_examples(folder)
    problems += check_texts(folder.sheet, folder.forms, folder.text_trees, folder.graph)
    problems += check_picture(folder.graph, folder.text_trees)
    problems += check_placeholders(
        folder.sheet, folder.forms, folder.bound_steps(), folder.text_trees, all_types(folder)
    )
    root = {"": folder.sheet.root} if folder.sheet.root else {}
    unready = list_unready({**folder.text_trees, **root}, folder.own_letters)
    return (
        *check_process(folder),
        *check_rules(folder),
        *_unconfirmed(folder),
        *advise(folder.text_trees),
        *advise_stamps(folder),
        *unready,
    )


def _check_identity(folder: Folder) -> None:
    sheet = folder.sheet
    if sheet.id and sheet.id != folder.name:
        sheet.at("id").wrong(
            f'The id "{sheet.id}" is not the folder\'s name "{folder.name}".', f"Write id: {folder.name}."
        )
    if "apply" not in folder.forms:
        place = folder.prefix + "form.yaml"
        folder.problems.append(Problem('There is no form "apply".', "It holds what the applicant answers.", place))
    used = {step.form for step in sheet.steps.values()} | {"apply"}
    used |= {message.form for message in sheet.messages.values()}
    for name, form in folder.forms.items():
        if name not in used:
            line = next(iter(form.fields.values())).line if form.fields else 0
            problem = Problem("No step uses this form.", "Name it in a step, or remove it.", form.file, line, name)
            folder.problems.append(problem)


def _unconfirmed(folder: Folder) -> Iterator[Problem]:
    """Answer a warning for each piece of law that no official has confirmed yet."""
    sheet = folder.sheet
    marks = [(f"time.due.{at}" if one.id else "time", one.status) for at, one in enumerate(sheet.time.promises)]
    marks.append(("archive", sheet.archive.status))
    marks += [(f"legal_basis.{at}", basis.status) for at, basis in enumerate(sheet.legal_basis)]
    marks += [(f"town_values.{name}", one.status) for name, ones in sheet.town_values.items() for one in ones[:1]]
    marks += [(f"timers.{timer.id}", timer.status) for timer in sheet.timers.values()]
    marks += [(f"phrases.{one.id}", one.status) for one in sheet.phrases.values()]
    marks += [(f"time.{name}", one.status) for name, one in sheet.time.clock.rows()]
    if sheet.objection:
        marks.append(("objection", sheet.objection.status))
    if sheet.time.silence_basis:
        marks.append(("time.silence_basis", sheet.time.silence_basis.status))
    marks += [
        (f"letters.{one.id}.meterai", one.parts.stamp.status) for one in sheet.letters.values() if one.parts.stamp
    ]
    for key, status in marks:
        if status == "unconfirmed":
            place = sheet.at(*[int(part) if part.isdecimal() else part for part in key.split(".")])
            yield Problem("This law is not confirmed by an official yet.", "", place.file, place.line, key)
