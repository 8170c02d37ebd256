"""Pages speak to people: no word that only the program knows, such as a role's code, a topic or the code of a refusal."""

import ast
import html
import re

from tests.house.source import dotted, modules, nodes

from balai.base import errors
from balai.doors.desk.shown.leaving import name_check
from balai.records.offices import roles

# whose pages are read; tests/house/test_readings.py walks through them
READERS = ("guest", "siti", "budi", "counter", "ratna", "archivist", "auditor", "admin")
HIDDEN = re.compile(r"<(script|style|code|pre|svg|textarea)\b.*?</\1>|<!--.*?-->", re.DOTALL)
CODES = (set(roles.table()) | set(errors.MESSAGES)) - {
    "operator",
    "auditor",
    "kepala",
    "internal",
}  # words of the language too
TOPIC = re.compile(r"(?<![\w./-])(?:base|cases|people|issuing|documents|offices|notices|archive)\.[a-z][a-z_-]+")


def words_of(page: str) -> str:
    """Give what a reader sees of a page."""
    return html.unescape(re.sub(r"<[^>]*>", " ", HIDDEN.sub(" ", page)))


def found_in(page: str) -> set[str]:
    said = words_of(page)
    named = set(re.findall(r"(?<![\w./@-])[a-z]+(?:-[a-z]+)*(?![\w./@-])", said)) & CODES
    return named | set(TOPIC.findall(said))


def test_the_words_of_the_program_are_found_where_they_stand() -> None:
    page = "<p>Peran: clerk</p><b>base.post-owed</b> <code>head</code> <i title='head'>task-taken</i> a/head"
    assert found_in(page) == {"clerk", "base.post-owed", "task-taken"}


def test_whatever_the_doctor_looks_at_has_a_name_in_both_languages() -> None:
    """An administrator reads it on their first page, where the doctor's own word stood in its place."""
    calls = [node for path in modules() for node in nodes(path) if isinstance(node, ast.Call) and node.args]
    named = {
        part.value
        for call in calls
        if dotted(call.func).rpartition(".")[2] == "Finding"
        for part in (getattr(call.args[0], "body", call.args[0]), getattr(call.args[0], "orelse", None))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert {"log", "anchor", "disk"} <= named
    lacking = {name for name in named for lang in ("id", "en") if not name_check(name, lang)}
    assert lacking == set()
