"""A letter's tables, places to sign, stamp and signers: rows and fields that exist, steps in an order that can be."""

import re
from collections.abc import Iterator, Mapping

from balai.engine.forms import Field
from balai.engine.forms.branch import Branch, suggestion
from balai.engine.letters.sources import without_comments
from balai.engine.manifest.check_holes import always_asked, check_hole, field_of, form_at
from balai.engine.manifest.check_paths import ExpressionSite, all_types, check_expression, options_of
from balai.engine.manifest.datatypes import type_of_field
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.letter_parts import MOST_SIGNERS, STAMP, LetterTable, Parties, StampDuty
from balai.engine.manifest.operations import SEAL, SIGN
from balai.engine.manifest.service import LetterKind, find_text
from balai.engine.problems import Problem
from balai.engine.process import reached_without
from balai.engine.rules import Expression

_STORE = "document.store_returned"
_TABLE = re.compile(r"\btable-of\(\s*data\s*,\s*\"([^\"]+)\"")


def check_letter_parts(folder: Folder) -> None:
    """Tell everything that is wrong with the parts of the folder's letters."""
    for letter in folder.sheet.letters.values():
        for key, one in letter.parts.groups():
            _check_rows(folder, letter, key, one)
        for parties in letter.parts.parties.values():
            _check_party(folder, letter, parties)
        _check_drawn(folder, letter)
        if letter.parts.parties:
            _check_return(folder, letter)
        if letter.parts.stamp:
            _check_stamp(folder, letter, letter.parts.stamp)
        if letter.parts.signers:
            _check_signers(folder, letter)


def advise_stamps(folder: Folder) -> Iterator[Problem]:
    """Warn of a meterai where, as far as is known, the law asks for none: on what the office decides or gives a receipt for."""
    for letter in folder.sheet.letters.values():
        if letter.parts.stamp and letter.kind in ("refusal", "receipt"):
            place = folder.sheet.at("letters", letter.id, "meterai")
            yield Problem(
                f"A {letter.kind} of the office bears no meterai, as far as is known (UU 10/2020 ps. 3, not confirmed by an official).",
                "Ask the legal desk, or remove meterai.", place.file, place.line, place.name,
            )  # fmt: skip


def _check_rows(folder: Folder, letter: LetterKind, key: str, one: LetterTable | Parties) -> None:
    place = folder.sheet.at("letters", letter.id, key, one.id)
    field = _rows_field(folder, place, one.rows)
    if field is None:
        return
    named = one.columns if isinstance(one, LetterTable) else tuple(name for name in (one.name, one.role) if name)
    for name in named:
        if name not in field.fields:
            place.wrong(f'The rows of {one.rows} have no "{name}".', suggestion(name, field.fields))
    if isinstance(one, LetterTable) and not one.columns:
        place.wrong("The table has no columns.", f"Write columns: [{', '.join(field.fields)}].")
    if one.where:
        _check_where(folder, place, one.where, field)
    if isinstance(one, LetterTable):
        _check_none(folder, letter, one, field)
    elif (name_field := field.fields.get(one.name)) and not _sure(name_field):
        place.wrong(
            f'"{one.rows}.{one.name}" may stay unanswered, and nobody could tell whose place to sign it is.',
            "Make the field required, without show_if.",
        )


def _rows_field(folder: Folder, place: Branch, rows: str) -> Field | None:
    here = place.child("rows") or place
    key, _, name = rows.partition(".")
    form = form_at(folder, key)
    if form is None:
        known = [one for one in ("apply", *folder.sheet.steps, *folder.sheet.messages) if form_at(folder, one)]
        here.wrong(f'There are no answers "{key}".', suggestion(key, known) or f"Write one of {', '.join(known)}.")
        return None
    groups = [one.name for one in form.fields.values() if one.kind == "group"]
    field = field_of(folder, (key, name))
    if field is None or field.kind != "group":
        here.wrong(f'"{rows}" are no rows.', suggestion(name, groups) or "Name a field of type array of objects.")
        return None
    return field


def _check_where(folder: Folder, place: Branch, where: Expression, field: Field) -> None:
    here = place.child("where") or place
    row = type_of_field(field)
    own = row[0] if isinstance(row, list) and isinstance(row[0], Mapping) else {}
    options = options_of(folder)
    options |= {(name,): one.options for name, one in field.fields.items() if one.options}
    site = ExpressionSite({**all_types(folder), **own, "item": own}, options, here.file, here.line, here.name)
    folder.problems.extend(check_expression(where, site))


def _check_none(folder: Folder, letter: LetterKind, table: LetterTable, field: Field) -> None:
    """Tell a table that may have no row and does not say what then."""
    if always_asked(folder, field) and field.min_items >= 1 and table.where is None:
        return
    key = f"letters.{letter.id}.tables.{table.id}.none"
    for lang, tree in folder.text_trees.items():
        if not find_text(tree.value, key):
            line = (tree.child("letters") or tree).line
            message = f'The table "{table.id}" may have no row, and a letter is not set with a hole.'
            folder.problems.append(Problem(message, f"Write what stands there then: {key}, in texts/{lang}.yaml.", tree.file, line, key))  # fmt: skip


def _check_party(folder: Folder, letter: LetterKind, parties: Parties) -> None:
    if parties.who is None:
        return
    here = folder.sheet.at("letters", letter.id, "parties", parties.id, "name")
    site = ExpressionSite(all_types(folder), options_of(folder), here.file, here.line, here.name)
    folder.problems.extend(check_hole(folder, parties.who, site, whole=True))


def _check_drawn(folder: Folder, letter: LetterKind) -> None:
    """Tell tables that the letter never draws, and draws that are no table of it."""
    path = f"{folder.prefix}letters/{letter.id}.typ"
    source = without_comments(folder.letter_sources.get(path, b"").decode("utf-8", "replace"))
    drawn = {found[1]: source[: found.start()].count("\n") + 1 for found in _TABLE.finditer(source)}
    for name in letter.parts.tables:
        if path in folder.letter_sources and name not in drawn:
            folder.sheet.at("letters", letter.id, "tables", name).wrong(
                f'The letter never draws the table "{name}".', f'Write #table-of(data, "{name}") in letters/{letter.id}.typ.'
            )  # fmt: skip
    for name, line in drawn.items():
        if name not in letter.parts.tables:
            fix = suggestion(name, letter.parts.tables)
            fix = fix if fix.startswith("Did") else f"Name it in service.yaml: letters.{letter.id}.tables.{name}."
            folder.problems.append(Problem(f'The letter has no table "{name}".', fix, path, line))


def _makers(folder: Folder, letter: LetterKind) -> list[str]:
    steps = folder.sheet.steps.values()
    return [one.id for one in steps if one.letter == letter.id and one.operation in (SIGN, SEAL)]


def _check_return(folder: Folder, letter: LetterKind) -> None:
    """Tell a letter that is signed on paper and never comes back."""
    place = folder.sheet.at("letters", letter.id, "parties")
    stores = [one.id for one in folder.sheet.steps.values() if one.operation == _STORE]
    if not stores:
        place.wrong(
            "The letter is signed on paper, and nobody gives the signed one back into the file.",
            f"Let an officer give in the scan behind it, and add a step {{operation: {_STORE}, inputs: {{file: <step>.<field>}}}}.",
        )
    elif folder.graph is not None:
        early = reached_without(folder.graph, _makers(folder, letter))
        if all(one in early for one in stores):
            place.wrong("The signed paper would be filed before this letter is made.", f"Draw {stores[0]} behind it.")


def _check_stamp(folder: Folder, letter: LetterKind, stamp: StampDuty) -> None:
    place = folder.sheet.at("letters", letter.id, "meterai")
    if stamp.beside and stamp.beside not in letter.parts.parties:
        (place.child("beside") or place).wrong(
            f'There are no parties "{stamp.beside}".', suggestion(stamp.beside, letter.parts.parties)
        )
    if stamp.amount:
        here = place.child("amount") or place
        site = ExpressionSite(all_types(folder), options_of(folder), here.file, here.line, here.name)
        folder.problems.extend(check_expression(stamp.amount, site))
    if stamp.photo:
        _check_photo(folder, place.child("photo") or place, stamp.photo)
    if stamp.serial:
        _check_serial(folder, place.child("serial") or place, letter, stamp.serial)


def _check_photo(folder: Folder, place: Branch, photo: str) -> None:
    key, _, name = photo.partition(".")
    form, field = form_at(folder, key), field_of(folder, (key, name))
    if field is None or field.kind != "file":
        files = [one.name for one in form.fields.values() if one.kind == "file"] if form else []
        place.wrong(f'"{photo}" is no file that anybody gives.', suggestion(name, files) or "Name it <step>.<field>.")
    elif not field.required:
        place.wrong(f'The photo "{photo}" may be left out.', "Make the field required.")


def _check_serial(folder: Folder, place: Branch, letter: LetterKind, serial: str) -> None:
    name, _, output = serial.partition(".")
    step = folder.sheet.steps.get(name)
    if step is None or step.operation != STAMP or step.name_of("serial") != output:
        asking = [f"{one.id}.{one.name_of('serial')}" for one in folder.sheet.steps.values() if one.operation == STAMP]
        fix = suggestion(serial, asking) or f"Draw a service task before the letter: {{operation: {STAMP}}}."
        place.wrong(f'"{serial}" is no serial that the issuer of stamps gives; the office makes none itself.', fix)
    elif folder.graph is not None and set(_makers(folder, letter)) & set(reached_without(folder.graph, [name])):
        place.wrong(f'The letter can be made before "{name}" has its serial.', f"Draw {name} before it on every way.")


def _check_signers(folder: Folder, letter: LetterKind) -> None:
    place, signers = folder.sheet.at("letters", letter.id, "signers"), letter.parts.signers
    signing = [one.id for one in folder.sheet.steps.values() if one.operation == SIGN and one.letter == letter.id]
    for at, name in enumerate(signers):
        if name not in signing:
            here = place.child(at) or place
            here.wrong(f'"{name}" does not sign this letter.', suggestion(name, signing))
    if len(set(signers)) < len(signers):
        place.wrong("A step stands twice among the signers.", "Name each once.")
    if len(signers) < 2:
        place.wrong("One signer needs no order.", "Remove signers, or name who signs behind them.")
    if len(signers) > MOST_SIGNERS:
        place.wrong(f"A letter has at most {MOST_SIGNERS} electronic signatures.", "Let others give an opinion, or sign on paper (parties).")  # fmt: skip
    for name in sorted(set(signing) - set(signers)):
        place.wrong(f'"{name}" signs this letter too.', "Add it where it signs, or remove its letter.")


def _sure(field: Field) -> bool:
    return field.required and field.show_if is None
