"""Letters: each has a source, a number, someone who makes it, and the right to exist."""

from collections.abc import Callable
from dataclasses import replace

from balai.engine.forms.branch import suggestion
from balai.engine.letters import check_sources, check_template, find_prints
from balai.engine.manifest.check_paths import type_of
from balai.engine.manifest.datatypes import ANY, data_types
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import SEAL, SIGN
from balai.engine.problems import Problem, Problems

SYSTEMS = ("siak", "oss", "simbg", "sipp", "samsat")
_FITTING = {
    "granted": ("grant",),
    "deemed_granted": ("grant", "notice"),
    "refused": ("refusal",),
    "handed_over": ("receipt", "notice"),
}


def check_letters(folder: Folder) -> None:
    """Tell letters without source, number or maker, ends with the wrong one, and letters that would be a crime."""
    for name in folder.sheet.letters:
        _check_letter(folder, name)
    _check_files(folder)
    _check_ends(folder)
    _check_issuer(folder)
    _check_refusals(folder)
    _check_retention(folder)
    _check_validity(folder)
    _check_identity(folder)


def _check_letter(folder: Folder, name: str) -> None:
    sheet = folder.sheet
    letter, place = sheet.letters[name], sheet.at("letters", name)
    number = sheet.at("letters", name, "number")
    _told(folder, lambda: check_template(letter.number, file=number.file, line=number.line, element=number.name))
    if f"{name}.typ" not in folder.letter_files:
        place.wrong(f"The letter has no source letters/{name}.typ.", "Write it, or remove the letter.")
    makers = [step for step in sheet.steps.values() if step.letter == name and step.operation in (SIGN, SEAL)]
    if not makers:
        place.wrong(f'No step makes the letter "{name}".', f"Give a step operation: {SIGN} and letter: {name}.")
    for step in makers:
        wanted = "person" if step.operation == SIGN else "seal"
        if letter.signature != wanted:
            fix = f"Write signature: {wanted}, or another operation."
            place.wrong(
                f'"{step.id}" makes this letter by {step.operation}, but its signature is {letter.signature}.', fix
            )


def _check_identity(folder: Folder) -> None:
    """Tell where a letter prints its applicant in a way that cannot be followed, so that nobody could be asked for what lacks."""
    town = {f"town/{path}": content for path, content in folder.town.parts.items()} if folder.town else {}
    own = {path.removeprefix(folder.prefix): content for path, content in folder.letter_sources.items()}
    sources = {**town, **own}
    told = {problem for name in folder.sheet.letters for problem in find_prints(sources, name).unread}
    for problem in sorted(told, key=lambda one: (one.file, one.line)):
        known = f"{folder.prefix}{problem.file}"
        file = known if known in folder.letter_sources else problem.file
        folder.problems.append(replace(problem, file=file))


def _check_retention(folder: Folder) -> None:
    """Tell a retention that counts from the end of a validity which no letter has."""
    sheet = folder.sheet
    if sheet.archive.from_ == "valid_until" and not any(
        letter.valid or letter.until for letter in sheet.letters.values()
    ):
        sheet.at("archive", "from").wrong(
            "The file is kept from the end of a letter's validity, but no letter has one.",
            "Write valid: with the letter, or count from: closed or decided.",
        )


def _check_validity(folder: Folder) -> None:
    """Tell a letter that holds until something which is no date, or which may be missing."""
    types = data_types(
        folder.forms, folder.bound_steps(), folder.sheet.town_values, folder.rules, about=folder.sheet.about
    )
    for letter in folder.sheet.letters.values():
        if letter.until is None:
            continue
        place = folder.sheet.at("letters", letter.id, "valid", "until")
        given = type_of(letter.until, types)
        if given not in (ANY, "date"):
            place.wrong("A letter holds until a date, and this is none.", "Name an answer of format date.")
        for path in sorted(letter.until.paths):
            one = folder.forms["apply"].find(path[1]) if path[0] == "apply" and "apply" in folder.forms else None
            if letter.valid is None and one is not None and len(path) > 1 and (not one.required or one.show_if):
                place.wrong(
                    f'"{".".join(path)}" may stay unanswered, and then nobody knows how long the letter holds.',
                    "Make the field required, without show_if, or add at_most: 6 months.",
                )


def _told(folder: Folder, check: Callable[[], None]) -> None:
    try:
        check()
    except Problems as wrong:
        folder.problems.extend(wrong.problems)


def _check_files(folder: Folder) -> None:
    _told(folder, lambda: check_sources(folder.letter_sources))
    for file in sorted(folder.letter_files):
        name = file.removesuffix(".typ")
        source = folder.letter_sources[f"{folder.prefix}letters/{file}"]
        imported = any(file.encode() in other for other in folder.letter_sources.values() if other is not source)
        if name not in folder.sheet.letters and not imported:
            fix = suggestion(name, folder.sheet.letters) or "Name it under letters, or remove it."
            folder.problems.append(Problem("No letter uses this file.", fix, f"{folder.prefix}letters/{file}"))


def _check_ends(folder: Folder) -> None:
    for name, end in folder.sheet.ends.items():
        place = folder.sheet.at("ends", name)
        letter = folder.sheet.letters.get(end.letter)
        if end.letter and letter is None:
            place.wrong(f'There is no letter "{end.letter}".', suggestion(end.letter, folder.sheet.letters))
        elif letter is not None and letter.kind not in _FITTING.get(end.outcome, (letter.kind,)):
            place.wrong(
                f"The outcome {end.outcome} cannot be told by a letter of kind {letter.kind}.", "Name another letter."
            )
        elif end.outcome == "refused" and letter is None:
            place.wrong("A refusal must be a letter with its reasons.", "Add letter: refusal, and the letter.")


def _check_issuer(folder: Folder) -> None:
    sheet = folder.sheet
    if sheet.issuer == "this_office":
        if sheet.system:
            sheet.at("system").wrong("The document is made here, so no other system makes it.", "Remove system.")
        return
    if sheet.system not in SYSTEMS:
        fix = f"Add system: one of {', '.join(SYSTEMS)}."
        sheet.at("system").wrong("It is not said which system issues the document.", fix)
    for name, letter in sheet.letters.items():
        if letter.kind == "grant":
            sheet.at("letters", name).wrong(
                "Another system issues this document; to make one here without right is a crime (UU 24/2013 ps. 96).",
                "Keep refusal, receipt or notice letters only.",
            )


def _check_refusals(folder: Folder) -> None:
    sheet = folder.sheet
    lost = [one for one in sheet.letters.values() if one.kind == "refusal" or one.overturns == "annuls"]
    if sheet.objection is None and lost:
        fix = "Add objection: {to: …, within: …, basis: …, status: unconfirmed}."
        sheet.at("letters").wrong("A refusal must say where and until when one may object.", fix)
