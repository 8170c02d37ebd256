"""Every example of the handbook page is played, every message it shows is the real one, every picture is up to date."""

import json
import re
from pathlib import Path

import pytest

from balai.engine import process
from balai.engine.problems import Problems
from balai.engine.process.tests.drawing import HEAD, Case

FOLDER = Path(__file__).parents[5] / "docs/handbook"
PAGE = (FOLDER / "draw-a-process.md").read_text(encoding="utf-8")
SISTER = (FOLDER / "gambar-proses.md").read_text(encoding="utf-8")
BLOCKS, SISTER_BLOCKS = (re.findall(r"^```(\w+) ([\w-]+)\n(.*?)^```", page, re.M | re.S) for page in (PAGE, SISTER))
MESSAGES = '<message id="payment" name="payment"/><message id="withdraw" name="withdraw"/>'
DRAWN = {
    name: f'{HEAD}{MESSAGES}<process id="service">\n{text}</process></definitions>'.encode()
    for kind, name, text in BLOCKS
    if kind == "bpmn"
} | {"standard": process.standard_process()}
STORIES = [(name, text) for kind, name, text in BLOCKS + SISTER_BLOCKS if kind == "story"]


def open_steps(case: Case) -> list[str]:
    """The steps a reader of the story sees: no watchers, no scopes, no tokens around instances."""
    watchers = ("boundaryEvent", "startEvent", "subProcess")
    steps = [t for t in case.state.tokens if case.graph.nodes[t.node].kind not in watchers]
    nodes = {t.id: t.node for t in case.state.tokens}
    gates = {t.id for t in steps if case.graph.nodes[t.node].kind == "eventBasedGateway"}
    around = {t.parent for t in steps if nodes.get(t.parent) == t.node}
    joins = {t.id for t in steps if case.graph.nodes[t.node].kind == "parallelGateway"}
    return sorted(t.node for t in steps if t.parent not in gates and t.id not in around | joins)


def test_the_page_has_its_examples() -> None:
    assert len(STORIES) >= 12 and {name for name, _ in STORIES} <= set(DRAWN)
    assert {name for kind, name, _ in BLOCKS if kind == "bpmn"} == set(DRAWN) - {"standard"}
    pictures = re.findall(r"pictures/([\w-]+)\.svg", PAGE)
    assert pictures == re.findall(r"pictures/([\w-]+)\.svg", SISTER), "both languages tell the same"
    assert len(re.findall("^## ", PAGE, re.M)) == len(re.findall("^## ", SISTER, re.M))


@pytest.mark.parametrize(("name", "story"), STORIES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(STORIES)])
def test_each_story_happens_as_it_is_told(name: str, story: str) -> None:
    case: Case | None = None
    for line in story.splitlines():
        deed, _, outcome = line.partition(" -> ")
        word, _, rest = deed.partition(" ")
        if word == "start":
            case = Case(DRAWN[name], json.loads(rest or "{}"))
        assert case is not None
        if word == "data":
            key, _, value = rest.partition(" ")
            assert case.data[key] == json.loads(value)
            continue
        _do(case, word, rest)
        if outcome.startswith("end "):
            assert case.state.done and case.state.ended[-1] == outcome[4:]
        else:
            assert open_steps(case) == sorted(outcome.split(", ")), line


def _do(case: Case, word: str, rest: str) -> None:
    if word == "complete":
        node, _, data = rest.partition(" ")
        case.complete(node, json.loads(data))
    elif word == "fire":
        case.fire(rest)
    elif word == "message":
        case.do(process.Message(rest))
    elif word == "fail":
        node, _, code = rest.partition(" ")
        case.do(process.Fail(case.token(node), code))
    else:
        assert word == "start", word


@pytest.mark.parametrize("name", [name for kind, name, _ in BLOCKS if kind == "told"])
def test_each_fault_is_told_in_these_words(name: str) -> None:
    expected = next(text for kind, other, text in BLOCKS if kind == "told" and other == name)
    with pytest.raises(Problems) as caught:
        process.compile_bpmn(DRAWN[name])
    assert str(caught.value) == expected.strip()


def test_what_is_proven_is_told_in_these_words() -> None:
    expected = next(text for kind, name, text in BLOCKS if kind == "proven")
    found = process.check(process.compile_bpmn(DRAWN["stuck"]))
    assert "\n".join(str(finding) for finding in found) == expected.strip()


@pytest.mark.parametrize("name", [name for name in DRAWN if f"pictures/{name}.svg" in PAGE])
def test_each_example_is_sound_and_its_picture_is_up_to_date(name: str) -> None:
    graph = process.compile_bpmn(DRAWN[name])
    assert [f for f in process.check(graph) if f.severity == "error"] == []
    picture = FOLDER / "pictures" / f"{name}.svg"
    assert picture.read_text(encoding="utf-8") == process.draw_svg(graph, lang="en") + "\n", (
        f"draw {picture.name} again"
    )


def test_every_refusal_the_page_promises_is_one() -> None:
    for kind in ("complexGateway", "transaction", "adHocSubProcess"):
        text = DRAWN["one-way"].decode().replace("</process>", f'<{kind} id="zz"/></process>')
        with pytest.raises(Problems, match=kind):
            process.compile_bpmn(text.encode())
