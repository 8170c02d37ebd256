"""What a public service owes: someone who may do each step, a unit, notice of each outcome, once only, privacy."""

from balai.engine.forms import Field, Form
from balai.engine.forms.branch import suggestion
from balai.engine.forms.form_yaml import OBJECTED
from balai.engine.manifest.check_paths import all_types
from balai.engine.manifest.check_units import check_unit
from balai.engine.manifest.clock_law import LEGAL
from balai.engine.manifest.datatypes import find_type, known_at
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.periods import is_longer
from balai.engine.problems import Problem


def check_duties(folder: Folder) -> None:
    """Tell duties that the folder does not keep."""
    _check_roles(folder)
    _check_unit(folder)
    _check_privacy(folder)
    _check_time(folder)
    _check_clock(folder)
    _check_tables(folder)
    _check_town(folder)
    if not folder.sheet.legal_basis:
        folder.sheet.at("legal_basis").wrong("No legal basis is named.", "Add at least one, unconfirmed if need be.")
    if folder.sheet.fee is None and "fee" not in _keys(folder):
        folder.sheet.at().wrong(
            "The fee is not said (component 4 of the standard).", "Add fee: {amount: 0}, or {amount: town.…}."
        )


def _keys(folder: Folder) -> set[str]:
    root = folder.sheet.root
    return set(root.value) if root is not None and isinstance(root.value, dict) else set()


def _check_roles(folder: Folder) -> None:
    sheet = folder.sheet
    used = {step.role for step in sheet.steps.values()} | ({sheet.objection.role} if sheet.objection else set())
    used |= {message.role for message in sheet.messages.values()}
    for at, role in enumerate(sheet.roles):
        if role == "applicant":
            sheet.at("roles", at).wrong("The applicant is no role of the office.", "Remove it from roles.")
        elif role not in used:
            sheet.at("roles", at).wrong(f'No step is done by the role "{role}".', "Remove it, or use it.")
    if sheet.objection and sheet.objection.role not in sheet.roles:
        sheet.at("objection", "to", "role").wrong(
            f'There is no role "{sheet.objection.role}".', suggestion(sheet.objection.role, sheet.roles)
        )


def _check_unit(folder: Folder) -> None:
    by = folder.sheet.handled_by
    place = folder.sheet.at("handled_by")
    if by.unit == OBJECTED and folder.sheet.about:
        return
    if by.unit and not by.is_own:
        check_unit(folder, place, by.unit, f'The town has no unit "{by.unit}".')
    if not by.area:
        return
    first, _, name = by.area.partition(".")
    form = folder.forms.get("apply")
    field = form.fields.get(name) if form and first == "apply" else None
    if by.area == "applicant.village":
        return
    if field is None:
        names = [f"apply.{one.name}" for one in form.fields.values() if one.kind == "village"] if form else []
        place.wrong(f'"{by.area}" is no answer that names an area.', suggestion(by.area, [*names, "applicant.village"]))
    elif field.kind != "village":
        place.wrong(f'"{by.area}" is not a village.', "Give the field format: village.")
    elif not field.required or field.show_if:
        place.wrong(
            f'"{by.area}" may stay unanswered, and then no unit would handle the case.',
            "Make the field required, without show_if.",
        )


def _check_privacy(folder: Folder) -> None:
    sheet = folder.sheet
    types = all_types(folder)
    for at, path in enumerate(sheet.privacy.sensitive):
        parts = path.split(".")
        if find_type(types, parts) is None:
            sheet.at("privacy", "sensitive", at).wrong(
                f'The case holds no "{path}".', suggestion(parts[-1], known_at(types, parts))
            )


def _check_time(folder: Folder) -> None:
    sheet = folder.sheet
    for at, promise in enumerate(sheet.time.promises):
        place = sheet.at("time", "due", at, "due") if promise.id else sheet.at("time", "due")
        if promise.due.unit not in ("working-days", "working-hours", "days", "hours"):
            place.wrong("A service time is counted in working-days, working-hours, days or hours.", "Write it so.")
    remind = sheet.time.remind
    if remind is not None and all(is_longer(remind, promise.due) for promise in sheet.time.promises):
        sheet.at("time", "remind").wrong("The reminder lies before the beginning.", "Make it shorter than due.")


def _check_clock(folder: Folder) -> None:
    """Tell who may not do what the clock's law lets them, and periods that no clock of theirs counts."""
    sheet, clock = folder.sheet, folder.sheet.time.clock
    for name, one in clock.rows():
        place = sheet.at("time", name, "by")
        known = (LEGAL,) if name == "silence_review" else sheet.roles
        if one.by and one.by not in known:
            place.wrong(f'There is no role "{one.by}" that could do this.', suggestion(one.by, known))
    if clock.silence_review and sheet.time.silence != "deemed-granted":
        sheet.at("time", "silence_review").wrong("Silence decides nothing here.", "Remove silence_review.")
    if clock.second_return and not any(step.is_correction for step in sheet.steps.values()):
        fix = "Remove second_return, or give the applicant a step with form: apply."
        sheet.at("time", "second_return").wrong("No case ever goes back to its applicant.", fix)
    kinds = {promise.due.unit for promise in sheet.time.promises}
    if clock.extension and clock.extension.period.unit not in kinds:
        sheet.at("time", "extension", "for").wrong(
            "Working days, calendar days and hours are different clocks, and this case has none of this kind.",
            f"Count the extension in {' or '.join(sorted(kinds))}, as due is.",
        )
    for at, promise in enumerate(sheet.time.promises):
        if promise.rolls and promise.due.unit != "days":
            place = sheet.at("time", "due", at, "ends_on") if promise.id else sheet.at("time", "ends_on")
            place.wrong(
                f"Only calendar days can end on a closed day, and this counts {promise.due.unit}.", "Remove ends_on."
            )


def _check_tables(folder: Folder) -> None:
    for form in folder.forms.values():
        for field in form.walk():
            if field.source and field.source not in folder.tables:
                fix = suggestion(field.source, folder.tables) or f"Add data/{field.source}.csv."
                message = f'There is no table "{field.source}".'
                folder.problems.append(Problem(message, fix, form.file, field.line, f"{form.name}.{field.key}"))
            elif field.source:
                _check_options(folder, form, field)


def _check_options(folder: Folder, form: Form, field: Field) -> None:
    """Tell a filter by a column that the table does not have, and a default that it does not hold."""
    table, place = folder.tables[field.source], f"{form.name}.{field.key}"
    columns = {column for row in table.rows for column in row.more}
    for column, _ in field.filter:
        if column not in columns:
            fix = suggestion(column, columns) or f"Add the column {column} to data/{field.source}.csv."
            message = f'The table "{field.source}" has no column "{column}".'
            folder.problems.append(Problem(message, fix, form.file, field.line, place))
    if field.default is not None and field.default not in table.by_code:
        message = f'The table "{field.source}" has no "{field.default}".'
        folder.problems.append(Problem(message, "Write one of its codes.", form.file, field.line, place))


def _check_town(folder: Folder) -> None:
    sheet, town = folder.sheet, folder.town
    if town is None:
        return
    for at, event in enumerate(sheet.life_events):
        if town.life_events and event not in town.life_events:
            sheet.at("life_events", at).wrong(
                f'The town has no life event "{event}".', suggestion(event, town.life_events)
            )
    for name, defaults in sheet.town_values.items():
        own = town.values.get(name)
        if own and defaults and own[0].type != defaults[0].type:
            sheet.at("town_values", name).wrong(
                f"The town gives this value as {own[0].type}, the folder as {defaults[0].type}.", "Make them agree."
            )
