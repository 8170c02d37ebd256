"""YAML as a service folder may use it: plain data with line numbers, and none of the traps.

Plain scalars follow YAML 1.2: only `true`, `false`, `null`, decimal numbers and texts. What YAML 1.1 would silently
turn
into something else (`on`, `yes`, `no`, `off`, octal numbers) is told instead; dates stay texts. Anchors, aliases,
merge keys,
tags and duplicate keys are refused, so a file says what it says and cannot grow when read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import yaml

from balai.engine.forms.branch import Branch, Path
from balai.engine.problems import Problem, Unreadable

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,33})(\.[0-9]{1,33})?\Z")
_OCTAL = re.compile(r"[-+]?0(?:[0-9_]+|x[0-9a-fA-F]+|o[0-7]+|b[01]+)\Z")
_SWITCH = {"on", "off", "yes", "no", "y", "n"}
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(content: bytes, file: str, problems: list[Problem]) -> Branch:
    """Read one document into a branch at its root, adding what is wrong to `problems`."""
    reading = _Reading(file, problems)
    data: object = {}
    try:
        data = reading.document(content.decode("utf-8-sig")) if len(content) <= MAX_BYTES else reading.too_long()
    except UnicodeDecodeError as error:
        reading.unreadable("The file is not UTF-8 text.", line_of_byte(content, error), "Save it as UTF-8.")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reading.unreadable(
            f"This is not YAML: {error.problem or error.context}.", line, "Check indentation and quotes."
        )
    except yaml.YAMLError as error:
        reading.unreadable(f"This is not YAML: {str(error).splitlines()[0]}.", 0, "Remove control characters.")
    except _TooMuchError as error:
        reading.unreadable(str(error), error.line, "Make it smaller.")
    return Branch(data, (), file, reading.lines, problems)


def line_of_byte(content: bytes, error: UnicodeDecodeError) -> int:
    """Tell in which line the byte stands that is no UTF-8."""
    return content.count(b"\n", 0, error.start) + 1


class _TooMuchError(ValueError):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class _Reading:
    file: str
    problems: list[Problem]
    lines: dict[Path, int] = field(default_factory=dict)
    nodes: int = 0

    def wrong(self, message: str, line: int, fix: str = "") -> None:
        self.problems.append(Problem(message, fix, self.file, line))

    def unreadable(self, message: str, line: int, fix: str) -> None:
        self.problems.append(Unreadable(message, fix, self.file, line))

    def too_long(self) -> object:
        self.unreadable(f"The file is larger than {MAX_BYTES} bytes.", 1, "Split it, or move tables to data/*.csv.")
        return {}

    def document(self, text: str) -> object:
        events = yaml.parse(text, Loader=LOADER)
        data: object = {}
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.wrong("There is a second document.", _line(event), "Keep one document per file.")
                    break
                data = self.node(next(events), events, ())
        return {} if data is None and documents == 0 else data

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> object:
        self.nodes += 1
        line = _line(event)
        self.lines.setdefault(path, line)
        if len(path) > MAX_DEPTH or self.nodes > MAX_NODES:
            raise _TooMuchError("The file is nested too deeply or too long.", line)
        self._refuse_extras(event, line)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, path)
        return self.scalar(event) if isinstance(event, yaml.ScalarEvent) else None

    def _refuse_extras(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.wrong("Anchors (&) and aliases (*) are not used here.", line, "Write the value out.")
        if (tag := getattr(event, "tag", None)) not in (None, "!"):
            self.wrong(f"The tag {tag} is not used here.", line, "Remove the tag.")

    def mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, object]:
        result: dict[str, object] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.mapping_key(event, events, path)
            if key in result:
                self.wrong(f'The key "{key}" is here twice.', _line(event), "Keep one of the two.")
            self.lines[(*path, key)] = _line(event)
            value = self.node(next(events), events, (*path, key))
            result.setdefault(key, value)
        return result

    def mapping_key(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self.node(event, events, (*path, "?"))
            self.wrong("A key must be a plain word.", _line(event))
            return "?"
        self._refuse_extras(event, _line(event))
        if event.implicit[0] and event.value.lower() in _SWITCH:
            self.wrong(
                f'Many programs read the bare key {event.value} as true or false.', _line(event),
                f'Write "{event.value}" in quotes or choose another word.',
            )  # fmt: skip
        if event.implicit[0] and event.value == "<<":
            self.wrong("Merge keys (<<) are not used here.", _line(event), "Write the entries out.")
        return str(event.value)

    def sequence(self, events: Iterator[yaml.Event], path: Path) -> list[object]:
        result: list[object] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            result.append(self.node(event, events, (*path, len(result))))
        return result

    def scalar(self, event: yaml.ScalarEvent) -> object:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text.lower() in _WORDS and (text.islower() or text in ("~", "")):
            return _WORDS[text]
        if text.lower() in _SWITCH or text.lower() in _WORDS:
            self.wrong(f'"{text}" is ambiguous in YAML.', _line(event), "Write true or false, or put it in quotes.")
            return text
        if match := _NUMBER.match(text):
            return Decimal(text) if match.group(2) else int(text)
        if _OCTAL.match(text):
            self.wrong(f"The number {text} begins with a zero.", _line(event), f'Put it in quotes: "{text}".')
        return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
