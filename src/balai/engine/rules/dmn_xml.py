"""Read DMN files as XML, safely: no document type, no entities, no network, bounded size. Source: DMN 1.5, 12."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from balai.engine.problems import Problem, Unreadable
from balai.engine.rules.limits import MAX_ELEMENTS, MAX_FILE

_NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/20\d+/(MODEL/|dmn\.xsd)")
EXPRESSIONS = frozenset(
    {
        "literalExpression",
        "decisionTable",
        "context",
        "list",
        "relation",
        "invocation",
        "functionDefinition",
        "conditional",
        "filter",
        "for",
        "some",
        "every",
    }
)


class DmnElement:
    """One XML element of a DMN file: its name without namespace, attributes, children, text, and its line."""

    __slots__ = ("_children", "_xml", "line", "name")

    def __init__(self, xml: "etree._Element", namespace: str) -> None:
        self._xml = xml
        self.name = etree.QName(xml).localname
        self.line = _line(xml)
        self._children = [
            DmnElement(child, namespace)
            for child in xml
            if isinstance(child.tag, str) and etree.QName(child).namespace == namespace
        ]

    def __iter__(self) -> Iterator["DmnElement"]:
        return iter(self._children)

    def get(self, name: str, default: str = "") -> str:
        """Answer an attribute, without the white space around it."""
        return (self._xml.get(name) or default).strip()

    def child(self, name: str) -> "DmnElement | None":
        """Answer the first child of a name."""
        return next((child for child in self._children if child.name == name), None)

    def all(self, name: str) -> list["DmnElement"]:
        """Answer all children of a name."""
        return [child for child in self._children if child.name == name]

    def below(self, name: str) -> list["DmnElement"]:
        """Answer all elements of a name at any depth."""
        found = self.all(name)
        for child in self._children:
            found.extend(child.below(name))
        return found

    def text_of(self, name: str) -> str:
        """Answer the text of the first child of a name, "" where there is none."""
        found = self.child(name)
        return found.text if found is not None else ""

    @property
    def text(self) -> str:
        """The text directly inside the element, without the white space around it."""
        return _own_text(self._xml)

    @property
    def expression(self) -> "DmnElement | None":
        """The boxed expression directly inside the element."""
        return next((child for child in self._children if child.name in EXPRESSIONS), None)


def _line(xml: "etree._Element") -> int:
    line = xml.sourceline
    return line if isinstance(line, int) else 0


def _own_text(xml: "etree._Element") -> str:
    parts = [xml.text or ""]
    parts.extend(child.tail or "" for child in xml)
    return "".join(parts).strip()


@dataclass(frozen=True, slots=True)
class Source:
    """One DMN file: its name, its namespace, and its root element."""

    file: str
    namespace: str
    root: DmnElement


def read_source(file: str, data: bytes) -> Source | Problem:
    """Read one file, or answer what is wrong with it."""
    if len(data) > MAX_FILE:
        return Unreadable(f"The file is larger than {MAX_FILE // 1_000_000} MB.", "Split the model.", file)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return Unreadable("The file has a document type declaration (DOCTYPE).", "Save the model without it.", file)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        xml = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        return Unreadable(f"The file is no XML: {error.msg}.", "Save it again from a DMN editor.", file, line)
    if xml.getroottree().docinfo.internalDTD is not None:
        return Unreadable("The file has a document type declaration (DOCTYPE).", "Save the model without it.", file)
    if sum(1 for _ in xml.iter()) > MAX_ELEMENTS:
        return Unreadable(f"The file has more than {MAX_ELEMENTS} elements.", "Split the model.", file)
    namespace = etree.QName(xml).namespace or ""
    if etree.QName(xml).localname != "definitions" or not _NAMESPACE.fullmatch(namespace):
        message = "The file is no DMN model: its first element must be definitions, of DMN 1.1 to 1.5."
        return Unreadable(message, "Save it from a DMN editor.", file, _line(xml))
    try:
        return Source(file, (xml.get("namespace") or "").strip(), DmnElement(xml, namespace))
    except RecursionError:
        return Unreadable("The elements of the file are nested too deep.", "Split the model.", file)
