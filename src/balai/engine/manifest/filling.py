"""Filling in the texts that a folder lacks, each marked TODO, without touching what its author wrote."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from balai.engine.manifest.cosigners import bind_cosigners
from balai.engine.manifest.service import LANGS
from balai.engine.manifest.service_folder import read_parts
from balai.engine.manifest.texts import leaves, required_keys
from balai.engine.manifest.town import Town
from balai.engine.manifest.yaml_tree import LOADER
from balai.engine.problems import Problems, Unreadable

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOT_PLAIN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def fill_texts(files: Mapping[str, bytes], folder: str, town: Town | None = None) -> dict[str, bytes]:
    """Answer the files of texts that lack something, with each missing text as `TODO` and its key.

    :raises Problems: a file that cannot be read, so that nobody knows what is missing.
    """
    found = bind_cosigners(read_parts(files, folder, town))  # the end of their term is no error that leads to a person
    if unread := [one for one in found.problems if isinstance(one, Unreadable)]:
        raise Problems(unread)
    wanted = tuple(dict.fromkeys(required_keys(found.sheet, found.forms, found.graph)))
    # What one language says, such as the own words of a letter, the other must say too.
    said = [
        ".".join(map(str, leaf.path))
        for tree in found.text_trees.values()
        for leaf in leaves(tree)
        if isinstance(leaf.value, str)
    ]
    changed = {}
    for lang in LANGS:
        path = f"texts/{lang}.yaml"
        filled = fill_keys(files.get(path, b""), dict.fromkeys((*wanted, *said)))
        if filled != files.get(path, b""):
            changed[path] = filled
    return changed


def fill_keys(content: bytes, keys: Iterable[str]) -> bytes:
    """Answer a YAML file of texts with `TODO` wherever one of the dotted keys has no text; the rest stays as it is."""
    text = content.decode("utf-8-sig")
    root = yaml.compose(text, Loader=LOADER)
    missing: dict[str, Any] = {}
    for key in keys:
        if not (isinstance(root, yaml.MappingNode) and _has(root, key.split("."))):
            _enter(missing, key.split("."), f"TODO {key}")
    if not missing:
        return content
    if not isinstance(root, yaml.MappingNode):
        return (text + ("\n" if text and not text.endswith("\n") else "") + _block(missing)).encode()
    cuts = sorted(_cuts(root, missing, text), key=lambda cut: cut[0], reverse=True)
    for start, end, words in cuts:
        text = text[:start] + words + text[end:]
    return text.encode()


def _has(node: yaml.Node | None, path: list[str]) -> bool:
    """Tell whether a text stands there; what is no text where one belongs is left for the check to tell."""
    for part in path:
        if isinstance(node, yaml.ScalarNode) and node.value:
            return True
        node = _below(node, part)
    return node is not None and bool(node.value)


def _below(node: yaml.Node | None, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _enter(tree: dict[str, Any], path: list[str], text: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = text


def _cuts(node: yaml.MappingNode, missing: Mapping[str, Any], text: str) -> Iterator[tuple[int, int, str]]:
    """Answer what to put where: (from, to, words), by the places of the nodes that are there."""
    new: dict[str, Any] = {}
    for name, value in missing.items():
        below = _below(node, name)
        if below is None:
            new[name] = value
        elif isinstance(below, yaml.MappingNode) and below.value and isinstance(value, Mapping):
            yield from _cuts(below, value, text)
        else:
            start, end = below.start_mark.index, below.end_mark.index
            yield start, end, ("" if text[start - 1 : start].isspace() else " ") + _flow(value)
    if not new:
        return
    if node.flow_style:
        end = node.end_mark.index - 1
        before = text[:end].rstrip()
        yield len(before), len(before), (", " if not before.endswith(("{", ",")) else " ") + _flow(new)[1:-1]
        return
    first = node.value[0][0].start_mark
    yield first.index - first.column, first.index - first.column, _lines(new, first.column)


def _lines(tree: Mapping[str, Any], column: int) -> str:
    return "".join(f"{' ' * column}{_key(name)}: {_flow(value)}\n" for name, value in tree.items())


def _block(tree: Mapping[str, Any], column: int = 0) -> str:
    """Write a tree as lines, its lowest groups in braces."""
    found = ""
    for name, value in tree.items():
        if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
            found += f"{' ' * column}{_key(name)}:\n{_block(value, column + 2)}"
        else:
            found += _lines({name: value}, column)
    return found


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)}: {_flow(one)}" for name, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name.lower() not in _NOT_PLAIN else json.dumps(name)
