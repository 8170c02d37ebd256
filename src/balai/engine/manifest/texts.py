"""The words people read: which keys a service must have in both languages, and which nobody would ever read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from balai.engine.forms import Field, Form
from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.datatypes import Type, find_type, known_at, notice_types, shown_types
from balai.engine.manifest.service import LANGS, Step, find_text
from balai.engine.manifest.service_yaml import Sheet
from balai.engine.problems import Problem
from balai.engine.process import Graph

STANDARD_PUBLISHED = ("requirements", "procedure", "products", "complaints")  # components 1, 2, 5, 6; 3 and 4 are data
STANDARD_MORE = (
    "facilities",
    "competence",
    "supervision",
    "staff",
    "guarantee",
    "safety",
    "evaluation",
    "time",
    "fee",
    "legal",
)
_HOLE = re.compile(r"\{([^{}]+)\}")
_PLAIN = re.compile(r"[A-Za-z_0-9.]+")
_STANDARD_NOTE = "Components 1 to 6 of the service standard must be filled before a service is published."
_NOTICE_WAYS = {
    "email": ("subject", "body"),
    "portal": ("subject", "body"),
    "desk": ("subject", "body"),
    "sms": ("sms",),
    "whatsapp": ("sms",),
    "post": ("subject", "body"),
}


def required_keys(sheet: Sheet, forms: Mapping[str, Form], graph: Graph | None = None) -> Iterator[str]:
    """Answer every text key that people will read, so that it must exist in both languages."""
    yield from ("title", "summary")
    for form in forms.values():
        yield from _form_keys(form)
    for step in sheet.steps.values():
        if step.role:
            yield from (f"steps.{step.id}.title", f"steps.{step.id}.public")
        if step.pauses_clock:
            yield f"steps.{step.id}.reason"
        if step.cosigners:
            yield from (f"steps.{step.id}.title", f"steps.{step.id}.statement")
    yield from (f"phrases.{phrase}" for phrase in sheet.phrases)
    yield from (f"time.{promise.id}" for promise in sheet.time.promises if promise.id)
    yield from (f"messages.{one.id}.title" for one in sheet.messages.values() if "officer" in one.from_)
    yield from _event_keys(sheet, graph)
    for end in sheet.ends:
        yield from (f"ends.{end}.title", f"ends.{end}.public")
    for notify in sheet.notify:
        for way in notify.by:
            yield from (f"notices.{notify.when}.{part}" for part in _NOTICE_WAYS[way])
    for letter in sheet.letters.values():
        yield f"letters.{letter.id}.title"
        yield from (f"letters.{letter.id}.parties.{parties}" for parties in letter.parts.parties)
    yield from (f"standard.{key}" for key in (*STANDARD_PUBLISHED, *sheet.standard.values()))


def _event_keys(sheet: Sheet, graph: Graph | None) -> Iterator[str]:
    """Answer the text that tells a person why a failure has brought them a step (again)."""
    for node in graph.nodes.values() if graph else ():
        people = [sheet.steps[flow.target] for flow in node.outgoing if flow.target in sheet.steps]
        if node.kind == "boundaryEvent" and node.event_kind == "error" and any(step.role for step in people):
            yield f"events.{node.id}.why"


def _form_keys(form: Form) -> Iterator[str]:
    yield from (f"forms.{form.name}.pages.{page.id}.title" for page in form.pages)
    for field in form.fields.values():
        yield from _field_keys(field)
    yield from (f"forms.{form.name}.checks.{check.id}" for check in form.checks)


def _field_keys(field: Field) -> Iterator[str]:
    yield f"{field.text_key}.{'text' if field.kind == 'info' else 'label'}"
    yield from (f"{field.text_key}.options.{option}" for option in field.options)
    if field.kind == "group":
        yield f"{field.text_key}.item"
    for inner in field.fields.values():
        yield from _field_keys(inner)


def optional_keys(sheet: Sheet, forms: Mapping[str, Form]) -> Iterator[str]:
    """Answer every text key that people read where it is there."""
    for form in forms.values():
        yield from (f"forms.{form.name}.{part}" for part in ("title", "intro", "submit"))
        yield from (f"forms.{form.name}.pages.{page.id}.intro" for page in form.pages)
        for field in form.walk():
            parts = ("label",) if field.kind == "info" else ("help", "hint", "example", "unit", "add")
            yield from (f"{field.text_key}.{part}" for part in parts)
    for step in sheet.steps:
        yield from (f"steps.{step}.{part}" for part in ("title", "public", "reason", "help"))
    for end in sheet.ends:
        yield f"ends.{end}.help"
    for notify in sheet.notify:
        yield from (f"notices.{notify.when}.{part}" for part in ("subject", "body", "sms"))
    yield from (f"standard.{key}" for key in STANDARD_MORE)
    yield from ("prefill", "once_only")


def free_keys(forms: Mapping[str, Form], letters: Mapping[str, Any]) -> Iterator[str]:
    """Answer the keys under which anything may stand: a letter's words, a rule's sentences, a field's errors."""
    yield from (f"letters.{letter}" for letter in letters)
    yield from ("rules", "prefill", "once_only", "picture")
    for form in forms.values():
        yield from (f"{field.text_key}.errors" for field in form.walk())


def check_texts(
    sheet: Sheet, forms: Mapping[str, Form], trees: Mapping[str, Branch], graph: Graph | None = None
) -> list[Problem]:
    """Tell every text that people read and is missing, empty or of the wrong kind, and every one that nobody reads."""
    problems: list[Problem] = []
    required = tuple(dict.fromkeys(required_keys(sheet, forms, graph)))
    known = {*required, *optional_keys(sheet, forms)}
    for lang in LANGS:
        tree = trees.get(lang)
        if tree is None:
            problems.append(
                Problem(
                    "This file of texts is missing.",
                    "Every service speaks Indonesian and English.",
                    f"texts/{lang}.yaml",
                )
            )
            continue
        problems += _missing(tree, required)
        problems += _superfluous(tree, known, tuple(free_keys(forms, sheet.letters)))
    return problems


def check_picture(graph: Graph | None, trees: Mapping[str, Branch]) -> Iterator[Problem]:
    """Tell every `picture` text that names nothing in the drawing."""
    if graph is None:
        return
    known = {*graph.nodes, *(flow.id for node in graph.nodes.values() for flow in node.outgoing)}
    for tree in trees.values():
        words = tree.child("picture")
        for leaf in words.entries() if words else ():
            if leaf.key not in known:
                yield Problem(
                    "The drawing has no such element.", suggestion(leaf.key, known), leaf.file, leaf.line, leaf.name
                )


def check_placeholders(
    sheet: Sheet,
    forms: Mapping[str, Form],
    steps: Mapping[str, Step],
    trees: Mapping[str, Branch],
    data: Mapping[str, Type],
) -> Iterator[Problem]:
    """Tell every {dotted.name} in a notice that leads nowhere in the case's data, whose types are `data`."""
    types = notice_types(data, shown_types(forms, steps, sheet.messages))
    for tree in trees.values():
        notices = tree.child("notices")
        for leaf in leaves(notices) if notices else ():
            for name in _HOLE.findall(str(leaf.value)):
                path = name.split(".")
                if is_plain_hole(name) and find_type(types, path) is None:
                    in_data = find_type(types, ["data", *path]) is not None
                    fix = f"Write {{data.{name}}}." if in_data else suggestion(path[-1], known_at(types, path))
                    yield Problem(f'The placeholder "{{{name}}}" leads nowhere.', fix, leaf.file, leaf.line, leaf.name)


def is_plain_hole(text: str) -> bool:
    """Tell whether a hole is a dotted name; everything else in one is an expression."""
    return _PLAIN.fullmatch(text) is not None


def _missing(tree: Branch, required: tuple[str, ...]) -> Iterator[Problem]:
    for key in required:
        found = find_text(tree.value, key)
        words = found if isinstance(found, list) and key.startswith("standard.") else [found]
        if not words or not all(isinstance(word, str) and word.strip() for word in words):
            note = _STANDARD_NOTE if key.startswith("standard.") else "Write it: people read it."
            message = "This text is missing." if found is None else "This text is empty or not a text."
            yield Problem(message, note, tree.file, _line_of(tree, key), key)


def _line_of(tree: Branch, key: str) -> int:
    here = tree
    for part in key.split("."):
        below = here.child(part)
        if below is None:
            break
        here = below
    return here.line


def _superfluous(tree: Branch, known: set[str], free: tuple[str, ...]) -> Iterator[Problem]:
    for leaf in leaves(tree):
        name = leaf.name
        if name in known or any(name == key or name.startswith(key + ".") for key in free):
            continue
        near = suggestion(name, known)
        fix = near if near.startswith("Did") else "Remove it, or correct the key."
        yield Problem("Nobody would ever read this text.", fix, leaf.file, leaf.line, name)


def leaves(branch: Branch) -> Iterator[Branch]:
    """Answer every text of a file of texts, with its place."""
    if isinstance(branch.value, Mapping) and branch.value:
        for one in branch.entries():
            yield from leaves(one)
    elif branch.path:
        yield branch


def leaves_of(tree: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Answer every text of a language with its dotted key."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves_of(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
