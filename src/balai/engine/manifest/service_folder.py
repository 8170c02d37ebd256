"""Reading a whole service folder: all files to one frozen `Service`, or all problems at once."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from balai.engine.forms import Form, form_of
from balai.engine.forms.branch import Branch, describe
from balai.engine.forms.form import Field
from balai.engine.letters import applicant_words, find_prints
from balai.engine.manifest.applicants import prefills_of
from balai.engine.manifest.check_units import units_of
from balai.engine.manifest.cosigners import bind_cosigners
from balai.engine.manifest.cross_checks import check_all
from balai.engine.manifest.decisions import read_rules
from balai.engine.manifest.examples import EXAMPLE_PATH, read_example
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.letter_words import HOLE
from balai.engine.manifest.operations import shapes_of
from balai.engine.manifest.payments import expand_payments
from balai.engine.manifest.quality import read_quality
from balai.engine.manifest.service import LANGS, Example, LetterKind, Service
from balai.engine.manifest.service_yaml import read_sheet
from balai.engine.manifest.texts import leaves
from balai.engine.manifest.town import Town, TownValue, read_tables
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem, Problems, Unreadable
from balai.engine.process import Graph, bind_timers, compile_bpmn, standard_process

# counter.yaml: what the folder was before it went online; it stays, and is read no more.
KNOWN_FILES = ("service.yaml", "form.yaml", "process.bpmn", "rules.dmn", "quality.yaml", "README.md", "counter.yaml")
KNOWN_FOLDERS = {"letters": (".typ", ".svg", ".png"), "texts": (".yaml",), "examples": (".yaml",), "data": (".csv",)}
MAX_FILE = 5_000_000
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_service(
    files: Mapping[str, bytes], *, folder: str, town: Town | None = None, published: bool = False
) -> Service:
    """Read a service out of its files (path inside the folder to bytes), with the town's values where one is given.

    Golden examples are read and their data typed, but not played: that is `play`.
    :raises Problems: every fault of the folder at once, each with file and line.
    """
    found = bind_cosigners(expand_payments(read_parts(files, folder, town)))
    problems = found.problems
    if unread := {one.file for one in problems if isinstance(one, Unreadable)}:
        # Compared with a file that cannot be read, all others would be at fault.
        own = [one for one in problems if isinstance(one, Unreadable) or one.file not in unread]
        raise Problems(sorted(dict.fromkeys(own), key=lambda one: (one.file not in unread, one.file, one.line)))
    # A published version was checked by the program of its day; stricter checks since must not shut its cases out.
    # The rules of the tiers are today's: what they called a rule then keeps nothing from being read.
    warnings = () if published else check_all(found, problems)
    if published:
        problems = [one for one in problems if one.file != f"{found.prefix}quality.yaml"]
    if problems:
        raise Problems(sorted(dict.fromkeys(problems), key=lambda one: (one.file, one.line)))
    assert found.graph is not None, "a graph that could not be read is a problem"
    return _service_of(found, found.graph, files, warnings)


def read_parts(files: Mapping[str, bytes], folder: str, town: Town | None) -> Folder:
    """Read the files of a folder, not compared with each other yet; what is wrong with each stands in its problems.

    :raises Problems: there is no service.yaml.
    """
    problems: list[Problem] = []
    prefix = folder.rstrip("/") + "/"
    _check_names(files, prefix, problems)
    if "service.yaml" not in files:
        fix = "Begin with ./balai new-service."
        problems.append(Problem("The folder has no service.yaml.", fix, prefix + "service.yaml"))
        raise Problems(problems)
    return _read_parts(files, prefix, town, problems)


def _check_names(files: Mapping[str, bytes], prefix: str, problems: list[Problem]) -> None:
    for path, content in files.items():
        top, _, rest = path.partition("/")
        endings = KNOWN_FOLDERS.get(top, ())
        if path not in KNOWN_FILES and not (rest and "/" not in rest and path.endswith(endings)):
            problems.append(
                Problem(
                    "This file does not belong in a service folder.", "Remove it, or correct its name.", prefix + path
                )
            )
        if len(content) > MAX_FILE:
            problems.append(Problem(f"The file is larger than {MAX_FILE} bytes.", "Make it smaller.", prefix + path))


def _read_parts(files: Mapping[str, bytes], prefix: str, town: Town | None, problems: list[Problem]) -> Folder:
    def tree(path: str) -> Branch | None:
        return _tree_of(files[path], prefix + path, problems) if path in files else None

    root = tree("service.yaml")
    assert root is not None
    return Folder(
        name=prefix.rstrip("/").rpartition("/")[2],
        prefix=prefix,
        sheet=read_sheet(root),
        forms=_forms_of(tree("form.yaml"), prefix, problems),
        graph=_graph_of(files, prefix, problems),
        rules=_told(lambda: read_rules(files, prefix), problems),
        rules_given="rules.dmn" in files,
        text_trees={lang: found for lang in LANGS if (found := tree(f"texts/{lang}.yaml"))},
        examples=_examples_of(files, tree, prefix, problems),
        quality=read_quality(tree("quality.yaml"), prefix, problems),
        tables={**(town.tables if town else {}), **read_tables(files, prefix, problems)},
        letter_sources={prefix + path: content for path, content in files.items() if path.startswith("letters/")},
        town=town,
        problems=problems,
    )


def _tree_of(content: bytes, file: str, problems: list[Problem]) -> Branch:
    """Read a file of keys; one that holds none cannot be compared with anything."""
    before = len(problems)
    root = read_yaml(content, file, problems)
    if len(problems) == before and not (isinstance(root.value, Mapping) and root.value):
        message = (
            "The file is empty." if root.value in (None, {}) else f"The file holds {describe(root.value)}, no keys."
        )
        problems.append(Unreadable(message, "Write key: value lines, or put the saved file back.", file, 1))
    return root


def _told(read: Callable[[], Any], problems: list[Problem]) -> Any:
    try:
        return read()
    except Problems as wrong:
        problems.extend(wrong.problems)
        return None


def _forms_of(root: Branch | None, prefix: str, problems: list[Problem]) -> dict[str, Form]:
    if root is None:
        problems.append(
            Unreadable("The folder has no form.yaml.", "Write at least the form apply.", prefix + "form.yaml")
        )
        return {}
    return {one.key: form_of(one.key, one) for one in root.entries()}


def _graph_of(files: Mapping[str, bytes], prefix: str, problems: list[Problem]) -> Graph | None:
    if "process.bpmn" in files:
        graph: Graph | None = _told(lambda: compile_bpmn(files["process.bpmn"], file=prefix + "process.bpmn"), problems)
        return graph
    return compile_bpmn(standard_process(), file="process.bpmn (standard)")


def _examples_of(
    files: Mapping[str, bytes], tree: Callable[[str], Branch | None], prefix: str, problems: list[Problem]
) -> tuple[Example, ...]:
    paths = sorted(path for path in files if path.startswith("examples/"))
    for path in paths:
        if not EXAMPLE_PATH.match(path):
            problems.append(
                Problem("An example's file name has small letters, digits, dots and hyphens.", "", prefix + path)
            )
    trees = [(path, found) for path in paths if (found := tree(path)) is not None]
    return tuple(read_example(root, path) for path, root in trees)


def _service_of(folder: Folder, graph: Graph, files: Mapping[str, bytes], warnings: tuple[Problem, ...]) -> Service:
    sheet = folder.sheet
    values = _resolved(sheet.town_values, folder.town)
    letter_sources = _letter_sources(files, folder.town)
    # A refusal letter tells what the rules read, too.
    words = {f"letters.{one.id}": _letter_words(folder, one).encode() for one in sheet.letters.values()}
    printing = {**letter_sources, **words, "rules.dmn": files.get("rules.dmn", b"")} if sheet.letters else {}
    return Service(
        id=sheet.id,
        version=sheet.version,
        key=_key_of({**files, **_schemas_of(folder)}, folder.town, values),
        short=sheet.short,
        in_force=sheet.in_force,
        issuer=sheet.issuer,
        system=sheet.system,
        who=sheet.who,
        identity=sheet.identity,
        on_behalf=sheet.on_behalf,
        ask=sheet.ask,
        documents=sheet.documents,
        life_events=sheet.life_events,
        icon=sheet.icon,
        keywords=sheet.keywords,
        handled_by=sheet.handled_by,
        legal_basis=sheet.legal_basis,
        prefill=prefills_of(folder),
        once_only=sheet.once_only,
        time=sheet.time,
        fee=sheet.fee,
        town_values=values,
        roles=sheet.roles,
        steps=folder.bound_steps(),
        timers=sheet.timers,
        ends=sheet.ends,
        letters=sheet.letters,
        notify=sheet.notify,
        archive=sheet.archive,
        privacy=sheet.privacy,
        figures=sheet.figures,
        objection=sheet.objection,
        standard=sheet.standard,
        phrases=sheet.phrases,
        messages=sheet.messages,
        about=sheet.about,
        amended_by=sheet.amended_by,
        records=shapes_of(folder.bound_steps(), folder.town.connections if folder.town else {}),
        forms={
            name: mark_printed(mark_sensitive(form, sheet.privacy.sensitive), printing)
            for name, form in folder.forms.items()
        },
        graph=bind_timers(graph, {name: timer.period for name, timer in sheet.timers.items()}),
        rules=folder.rules,
        texts={lang: _mapping(tree.value) for lang, tree in folder.text_trees.items()},
        examples=folder.examples,
        quality=folder.quality,
        letter_sources=letter_sources,
        prints={
            name: find_prints(letter_sources, name).fields | applicant_words(words[f"letters.{name}"].decode())
            for name in sheet.letters
        },
        tables=folder.tables,
        zone=folder.town.zone if folder.town else "Asia/Makassar",
        units=units_of(folder),
        second_person=sheet.second_person,
        warnings=warnings,
    )


def mark_sensitive(form: Form, paths: Iterable[str]) -> Form:
    """Answer the form with the fields marked that `privacy.sensitive` names as `<form>.<field>`."""
    names = {path.partition(".")[2] for path in paths if path.partition(".")[0] == form.name}
    fields = {name: replace(one, sensitive=one.sensitive or name in names) for name, one in form.fields.items()}
    return replace(form, fields=fields)


def mark_printed(form: Form, sources: Mapping[str, bytes]) -> Form:
    """Answer the form with the fields marked that a letter names, in groups too; nothing where there is no letter."""
    words = {word for source in sources.values() for word in _WORD.findall(source.decode("utf-8", "replace"))}

    def marked(fields: Mapping[str, Field]) -> dict[str, Field]:
        return {
            name: replace(one, printed=name in words, fields=marked(one.fields) if one.fields else one.fields)
            for name, one in fields.items()
        }

    return replace(form, fields=marked(form.fields))


def _letter_words(folder: Folder, letter: LetterKind) -> str:
    """Answer what a letter prints without its source naming it: the holes of its words, and its parts' fields."""
    words = [one for tree in folder.text_trees.values() if (one := tree.child("letters"))]
    leaves_ = [str(leaf.value) for one in words if (own := one.child(letter.id)) for leaf in leaves(own)]
    return " ".join([letter.parts.words(), *(hole for text in leaves_ for hole in HOLE.findall(text))])


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _resolved(values: Mapping[str, tuple[TownValue, ...]], town: Town | None) -> dict[str, tuple[TownValue, ...]]:
    own = town.values if town else {}
    return {name: own.get(name, defaults) for name, defaults in values.items()}


def _letter_sources(files: Mapping[str, bytes], town: Town | None) -> dict[str, bytes]:
    own = {path: content for path, content in files.items() if path.startswith("letters/")}
    shared = {f"town/{path}": content for path, content in town.parts.items()} if town else {}
    return {**shared, **own}


def _schemas_of(folder: Folder) -> dict[str, bytes]:
    """Answer the schemas of the registries that the folder asks: what they tell is part of what it says."""
    asked = {step.inputs["registry"].text for step in folder.sheet.steps.values() if "registry" in step.inputs}
    connections = folder.town.connections if folder.town else {}
    return {f"{id}.schema.json": one.schema for id, one in connections.items() if f'"{id}"' in asked}


def _key_of(files: Mapping[str, bytes], town: Town | None, values: Mapping[str, tuple[TownValue, ...]]) -> str:
    """Answer the SHA-256 over every file (path, length, bytes), the town's letterhead and the resolved town values."""
    digest = hashlib.sha256()
    parts = {**{f"town/{path}": content for path, content in (town.parts if town else {}).items()}, **files}
    for path in sorted(parts):
        digest.update(f"{path}\0{len(parts[path])}\0".encode())
        digest.update(parts[path])
    for name in sorted(values):
        for value in values[name]:
            digest.update(
                f"{name}={value.type}:{value.value}:{_day(value.valid_from)}:{_day(value.valid_to)}\0".encode()
            )
    return digest.hexdigest()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
