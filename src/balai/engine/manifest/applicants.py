"""Who applies: what a service asks about them, which identity documents it takes, and what it knows without asking.

An answer is known by what it *means*, not by what its field is called: `meaning: applicant.phone`, or the field's own name where
it says nothing. What is looked up (`once_only`) and what is filled in (`prefill`) are both meanings.
"""

import re
from collections.abc import Iterator, Mapping

from balai.engine.forms import Field
from balai.engine.forms.branch import suggestion
from balai.engine.letters import DOCUMENTS, find_prints
from balai.engine.manifest.check_paths import list_expressions
from balai.engine.manifest.datatypes import APPLICANT, OFFICER
from balai.engine.manifest.folder_parts import Folder
from balai.engine.problems import Problem

ABOUT = "applicant."
_NIK = re.compile(r"""\.at\(\s*"nik"|\bapplicant\.nik\b|\ba\.nik\b""")
TOLD = (
    "name", "nik", "birth_date", "birth_place", "address", "village", "phone", "email", "nationality",
)  # fmt: skip


def prefills_of(folder: Folder) -> dict[str, str]:
    """Answer the questions of the application that are filled in with what is known, and from where: told apart, or by their meaning."""
    form = folder.forms.get("apply")
    meant = {one.name: one.meaning for one in form.fields.values() if one.meaning.startswith(ABOUT)} if form else {}
    return {**meant, **folder.sheet.prefill}


def check_applicant(folder: Folder) -> None:
    """Tell what is asked twice, documents that a letter cannot print, and officers where the public applies."""
    _check_meanings(folder)
    _check_once_only(folder)
    _check_documents(folder)
    _check_ask(folder)
    _check_officers(folder)


def meaning_of(field: Field, prefill: Mapping[str, str]) -> str:
    """Answer which fact a question asks for."""
    return field.meaning or prefill.get(field.name, "") or f"{ABOUT}{field.name}"


def _check_meanings(folder: Folder) -> None:
    for form in folder.forms.values():
        for field in form.walk():
            if not field.meaning.startswith(ABOUT):
                continue
            place = f"{form.name}.{field.key}"
            fact = field.meaning.removeprefix(ABOUT)
            if form.name != "apply" or "." in field.key:
                fix = "Take meaning out, or write whose it is, as in partner.nik."
                message = "Only a question of the application itself, outside rows, can be about the applicant."
                folder.problems.append(Problem(message, fix, form.file, field.line, place))
            elif fact not in TOLD:
                message = f'"{field.meaning}" is no fact that an applicant tells.'
                folder.problems.append(Problem(message, suggestion(fact, TOLD), form.file, field.line, place))
            elif folder.sheet.prefill.get(field.name, field.meaning) != field.meaning:
                message = f'The question means "{field.meaning}", and prefill fills in something else.'
                folder.problems.append(Problem(message, "Keep one of the two.", form.file, field.line, place))


def _check_once_only(folder: Folder) -> None:
    sheet, form = folder.sheet, folder.forms.get("apply")
    fields = form.fields if form else {}
    for name, path in sheet.prefill.items():
        place = sheet.at("prefill", name)
        if name not in fields:
            place.wrong(f'The form apply has no field "{name}".', suggestion(name, fields))
        first, _, rest = path.partition(".")
        if first != "applicant" or rest not in APPLICANT:
            place.wrong(
                f'"{path}" is not known of an applicant.', suggestion(path, [f"applicant.{one}" for one in APPLICANT])
            )
    known = prefills_of(folder)
    for at, name in enumerate(sheet.once_only):
        looked_up = name if "." in name else f"{ABOUT}{name}"
        for field in fields.values():
            if meaning_of(field, sheet.prefill) != looked_up or field.name in known:
                continue
            fix = f"Remove the field, or add prefill: {{{field.name}: applicant.{name}}}, to ask only when unknown."
            if looked_up == name:
                fix = "Remove the field, or take it out of once_only."
            fix += f" If it asks for something else, say so in form.yaml: meaning: other.{field.name}."
            sheet.at("once_only", at).wrong(
                f'The form asks for "{field.name}", which the office can look up itself (once only).', fix
            )


def _check_documents(folder: Folder) -> None:
    sheet = folder.sheet
    for at, name in enumerate(sheet.documents):
        place = sheet.at("applicant", "documents", at)
        if name in sheet.documents[:at]:
            place.wrong(f'The document "{name}" is here twice.', "Keep one.")
        if name == "none" and sheet.identity in ("seen", "national"):
            fix = "Remove none, or write identity: contact."
            place.wrong(f"Whoever has no document cannot be known as surely as identity: {sheet.identity} asks.", fix)
        elif name in DOCUMENTS and not DOCUMENTS[name].holds_nik and sheet.identity == "national":
            fix = "Remove it, or write identity: seen."
            place.wrong("The national provider vouches for a NIK alone, and this document has none.", fix)
    if sheet.documents and sheet.who in ("business", "officer"):
        fix = "Remove documents, or write who: anyone."
        sheet.at("applicant", "documents").wrong("Firms and officers show no identity document here.", fix)
    others = [name for name in sheet.documents if name in DOCUMENTS and not DOCUMENTS[name].holds_nik]
    if others:
        _check_printed(folder, others)


def _check_printed(folder: Folder, others: list[str]) -> None:
    """Tell a letter that prints a NIK where some applicants have none: its place would stay empty."""
    own = {path.removeprefix(folder.prefix): content for path, content in folder.own_letters.items()}
    for name in folder.sheet.letters:
        if "nik" not in find_prints(own, name).fields:
            continue
        lines = own.get(f"letters/{name}.typ", b"").decode("utf-8", "replace").splitlines()
        line = next((at for at, text in enumerate(lines, 1) if _NIK.search(text)), 0)
        folder.problems.append(
            Problem(
                f"This letter prints a NIK, and whoever applies with {', '.join(others)} has none.",
                'Print what is there: (a.at("document_name", default: ""), a.at("document_number", default: "")).',
                f"{folder.prefix}letters/{name}.typ",
                line,
            )
        )


def _check_ask(folder: Folder) -> None:
    sheet = folder.sheet
    if sheet.ask is None:
        return
    place = sheet.at("applicant", "ask")
    for at, name in enumerate(sheet.ask):
        if name in sheet.ask[:at]:
            sheet.at("applicant", "ask", at).wrong(f'"{name}" is here twice.', "Keep one.")
    if sheet.who == "officer":
        place.wrong("The hall knows its officers.", "Remove ask.")
    elif sheet.identity != "none" and not {"phone", "email"} & set(sheet.ask):
        place.wrong("Whoever must be reached has to say how.", "Add phone or email, or write identity: none.")


def _check_officers(folder: Folder) -> None:
    """Tell facts about an officer where the public applies, and what officers cannot do."""
    sheet = folder.sheet
    if sheet.who == "officer":
        if sheet.on_behalf:
            fix = "Remove on_behalf."
            sheet.at("applicant", "on_behalf").wrong("An officer applies in their own right alone.", fix)
        return
    way = "Write who: officer, or name a unit."
    if sheet.handled_by.is_own:
        sheet.at("handled_by").wrong("Only an applicant who works here has a unit.", way)
    for file, line, name in _officers_paths(folder):
        message = f'"{ABOUT}{name}" is known of an officer alone, and here the public applies.'
        folder.problems.append(Problem(message, "Write who: officer, or take it out.", file, line))


def _officers_paths(folder: Folder) -> Iterator[tuple[str, int, str]]:
    for place, expression in list_expressions(folder):
        for path in expression.paths:
            if path[0] == "applicant" and len(path) > 1 and path[1] in OFFICER:
                yield place.file, place.line, path[1]
