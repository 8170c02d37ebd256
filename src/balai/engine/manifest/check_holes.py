"""Holes in words must lead somewhere: names that exist, rows that are there, and in a letter answers that are surely given."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from balai.engine.forms import Field, Form
from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.check_paths import ExpressionSite, all_types, check_expression, options_of, path_of
from balai.engine.manifest.datatypes import ANY, Type, find_type, notice_types, shown_types
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.letter_words import HOLE
from balai.engine.manifest.texts import is_plain_hole, leaves
from balai.engine.problems import Problem, Problems
from balai.engine.rules import Expression, compile_expression, nodes

_SURE = ("name",)  # of the applicant


def check_holes(folder: Folder) -> None:
    """Tell every hole in the words of letters and notices that leads nowhere, and in letters those that may come to nothing."""
    data = all_types(folder)
    rows = _shown_with_rows(folder)
    letters = {**data, "data": data, "shown": rows}
    notices = {
        **data,
        **notice_types(data, shown_types(folder.forms, folder.bound_steps(), folder.sheet.messages)),
        "shown": rows,
    }
    for tree in folder.text_trees.values():
        for key, types, whole in (("letters", letters, True), ("notices", notices, False)):
            words = tree.child(key)
            for leaf in leaves(words) if words else ():
                folder.problems.extend(_check_leaf(folder, leaf, types, whole=whole))


def _check_leaf(folder: Folder, leaf: Branch, types: Mapping[str, Type], *, whole: bool) -> Iterator[Problem]:
    for text in HOLE.findall(str(leaf.value)):
        if whole and leaf.path[2:] == ("title",):
            fix = "Say it in the letter's other words."
            yield Problem("The title of a letter is the same for everybody.", fix, leaf.file, leaf.line, leaf.name)
            continue
        if not whole and is_plain_hole(text):
            continue  # told where notices are checked
        try:
            expression = compile_expression(text.strip(), file=leaf.file, line=leaf.line, element=leaf.name)
        except Problems as wrong:
            yield from wrong.problems
            continue
        site = ExpressionSite(types, options_of(folder), leaf.file, leaf.line, leaf.name)
        yield from check_hole(folder, expression, site, whole=whole)


def check_hole(folder: Folder, expression: Expression, site: ExpressionSite, *, whole: bool) -> Iterator[Problem]:
    """Tell what is wrong with one hole; with `whole` also that it may come to nothing, or is no single value."""

    def wrong(message: str, fix: str) -> Problem:
        return Problem(message, fix, site.file, site.line, site.element)

    found = [*check_expression(expression, site)]
    for message, fix in _walk(folder, expression.node, site.types, guarded=not whole):
        found.append(wrong(message, fix))
    if not found and isinstance(kind := _type_of(expression.node, site.types), list | Mapping):
        what = "several rows" if isinstance(kind, list) else "several answers at once"
        fix = "Name one, as in {shown.apply.members[1].name}; many are drawn by tables under the letter."
        found.append(wrong(f'"{expression.text}" is {what}, and a hole takes one value.', fix))
    yield from dict.fromkeys(found)


def _walk(
    folder: Folder, node: nodes.FeelNode, types: Mapping[str, Type], *, guarded: bool
) -> Iterator[tuple[str, str]]:
    """Tell rows that may be missing and answers that may be left out; inside `if` nobody can know."""
    guarded = guarded or isinstance(node, nodes.If)
    if isinstance(node, nodes.Path) and isinstance(node.base, nodes.FilterExpression):
        if misfit := _member_misfit(node, types):
            yield misfit
            return
        yield from () if guarded else _may_be_empty(folder, node)
        yield from _walk(folder, node.base, types, guarded=guarded)
    elif path_of(node):
        yield from () if guarded else _may_be_empty(folder, node)
    elif isinstance(node, nodes.FilterExpression):
        yield from _row_misfits(folder, node, guarded=guarded)
        if not isinstance(node.condition, nodes.Literal):
            yield from _walk(folder, node.base, types, guarded=guarded)
    else:
        for one in nodes.children(node):
            yield from _walk(folder, one, types, guarded=guarded)


def _member_misfit(node: nodes.Path, types: Mapping[str, Type]) -> tuple[str, str] | None:
    """Tell a field that the rows do not have: below a filter no path is known to whoever reads the expression alone."""
    base = _type_of(node.base, types)
    if isinstance(base, list):
        base = base[0]
    if isinstance(node.base, nodes.FilterExpression) and isinstance(base, Mapping) and node.member not in base:
        return f'The rows have no "{node.member}".', suggestion(node.member, base) or f"They have {', '.join(base)}."
    return None


def _row_misfits(folder: Folder, node: nodes.FilterExpression, *, guarded: bool) -> Iterator[tuple[str, str]]:
    field = field_of(folder, path_of(node.base))
    number = node.condition.value if isinstance(node.condition, nodes.Literal) else None
    if field is None or field.kind != "group" or not isinstance(number, Decimal):
        return
    name = ".".join(path_of(node.base))
    if number == 0:
        yield f"Rows are counted from 1, so there is no {name}[0].", f"Write {name}[1] for the first."
    elif number > 0 and field.max_items and number > field.max_items:
        yield f"There are never more than {field.max_items} rows.", f"Write {name}[{field.max_items}] at most."
    elif not guarded and (not always_asked(folder, field) or abs(number) > field.min_items):
        least = abs(int(number))
        yield (
            f"Row {number} of {name} may be missing, and no letter is set with a hole.",
            f"Give the field minItems: {least} and make it required, or write {{if count({name}) >= {least} then … else …}}.",
        )


def _may_be_empty(folder: Folder, node: nodes.FeelNode) -> Iterator[tuple[str, str]]:
    path = path_of(node)
    inner = node.base if isinstance(node, nodes.Path) and isinstance(node.base, nodes.FilterExpression) else None
    if inner is not None and isinstance(node, nodes.Path):
        group = field_of(folder, path_of(inner.base))  # that its rows are there is told with them
        field = group.fields.get(node.member) if group else None
        name = f"{'.'.join(path_of(inner.base))}[…].{node.member}"
    else:
        field, name = field_of(folder, path), ".".join(path)
        if path[:1] == ("data",):
            path = path[1:]
        if path[:1] == ("applicant",) and len(path) == 2 and path[1] not in _SURE:
            yield _maybe(name)
    if field is not None and not (_always(field) if inner is not None else always_asked(folder, field)):
        yield _maybe(name)


def _maybe(name: str) -> tuple[str, str]:
    return (
        f'"{name}" may stay unanswered, and no letter is set with a hole.',
        f'Make the field required, without show_if, or write {{if {name} = null or {name} = "" then "…" else {name}}}.',
    )


def _always(field: Field) -> bool:
    """Tell whether an answer is surely there: what is worked out may come to nothing too."""
    return (field.required and field.show_if is None and field.compute is None) or field.must_be_true


def always_asked(folder: Folder, field: Field) -> bool:
    """Tell whether an answer of a form is surely there: required, and on a page that everybody sees."""
    form = folder.forms.get(field.form)
    pages = [page for page in form.pages if field.name in page.fields] if form else []
    return _always(field) and not any(page.show_if for page in pages)


def field_of(folder: Folder, path: tuple[str, ...]) -> Field | None:
    """Find the field that a path names: `apply.x`, `data.apply.x` or `shown.apply.x`."""
    if path[:1] in (("data",), ("shown",)):
        path = path[1:]
    form = form_at(folder, path[0]) if len(path) == 2 else None
    return form.fields.get(path[1]) if form else None


def form_at(folder: Folder, key: str) -> Form | None:
    """Find the form whose answers stand under a key of the case's data."""
    sheet = folder.sheet
    if key == "apply":
        return folder.forms.get("apply")
    step, message = sheet.steps.get(key), sheet.messages.get(key)
    return folder.forms.get(step.form if step and step.form != "apply" else message.form if message else "")


def _shown_with_rows(folder: Folder) -> dict[str, Type]:
    """Answer the type of `shown` as holes see it: every answer as text, rows field by field."""
    made: dict[str, Type] = {}
    for key in ("apply", *folder.sheet.steps, *folder.sheet.messages):
        if form := form_at(folder, key):
            made[key] = {
                name: [dict.fromkeys(field.fields, "text")] if field.kind == "group" else "text"
                for name, field in form.fields.items() if field.kind != "info"
            }  # fmt: skip
    return made


def _type_of(node: nodes.FeelNode, types: Mapping[str, Type]) -> Type:
    """Answer the type of a path, through filters too; ANY for what nobody knows before it is worked out."""
    if path := path_of(node):
        return find_type(types, path) or ANY
    if isinstance(node, nodes.FilterExpression):
        base = _type_of(node.base, types)
        numbered = isinstance(node.condition, nodes.Literal)
        return base[0] if isinstance(base, list) and numbered else base
    if isinstance(node, nodes.Path):
        return find_type(_type_of(node.base, types), [node.member]) or ANY
    return ANY
