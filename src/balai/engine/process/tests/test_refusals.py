"""What cannot be executed is refused: all at once, with element, line and a way out."""

import pytest

from balai.engine import process
from balai.engine.problems import Problem, Problems
from balai.engine.process.tests.drawing import HEAD, compiled, drawing, elements, flow

S, E = elements(s="startEvent"), elements(e="endEvent")


def problems(xml: bytes, **options: object) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        compiled(xml, **options)
    for problem in caught.value.problems:
        assert problem.message and problem.fix, problem
    return caught.value.problems


def told(xml: bytes, **options: object) -> list[tuple[str, str]]:
    return [(p.element, p.message) for p in problems(xml, **options)]


@pytest.mark.parametrize("kind", ["complexGateway", "transaction", "adHocSubProcess", "callChoreography", "mystery"])
def test_other_elements_are_refused_with_a_way_out(kind: str) -> None:
    (problem,) = problems(drawing(S + E + f'\n<{kind} id="x"/>', "s -> e"), file="layanan.bpmn")
    assert problem.element == "x" and problem.line == 2 and problem.file == "layanan.bpmn" and kind in problem.message


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    body = S + E + '\n<complexGateway id="x"/>\n<userTask id="alone"/>\n<transaction id="y"/>\n<userTask/>'
    assert [p.line for p in problems(drawing(body, "s -> e"))] == [2, 4, 5]
    assert [p.element for p in problems(drawing(S + E + '<userTask id="alone"/>', "s -> e"))] == ["alone"]


JAVASCRIPT = '<scriptTask id="c" scriptFormat="javascript"><script>1</script></scriptTask>'
GATE = S + E + elements(g="exclusiveGateway", a="userTask")
WRONG = GATE.replace('id="g"', 'id="g" default="zz"')


@pytest.mark.parametrize(
    ("body", "lines", "element", "words"),
    [
        (GATE, ["s -> g", "g -> a : x", "g -> e", "a -> e"], "g_e", "no condition"),
        (WRONG, ["s -> g", "g -> a : x", "g -> e : y", "a -> e"], "g", "does not leave"),
        (S + E + elements(f="parallelGateway"), ["s -> f", "f -> e : x"], "f", "never asked"),
        (S + E, ["s -> e", "e -> s"], "e", "leads on"),
        (S + E, ["s -> e", "s -> zz"], "s_zz", "not a step here"),
        (S + E + elements(w="intermediateCatchEvent"), ["s -> w -> e"], "w", "waits for nothing"),
        (S + E + elements(g="eventBasedGateway", a="userTask"), ["s -> g -> a -> e"], "a", "cannot wait"),
        (S + E + '<subProcess id="q"><userTask id="u"/></subProcess>', ["s -> q -> e"], "q", "exactly one start"),
        (S + E + '<boundaryEvent id="b" attachedToRef="e"/>', ["s -> e"], "b", "attached to nothing"),
        (S + E + '<callActivity id="c" calledElement="other"/>', ["s -> c -> e"], "c", "'other' is not there"),
        (S + E + '<scriptTask id="c"/>', ["s -> c -> e"], "c", "no script"),
        (S + E + JAVASCRIPT, ["s -> c -> e"], "c", "not run here"),
        (S + E + '<userTask id="c"><multiInstanceLoopCharacteristics/></userTask>', ["s -> c -> e"], "c", "how many"),
        (S + E + '<userTask id="c"><standardLoopCharacteristics/></userTask>', ["s -> c -> e"], "c", "never ends"),
        (S + E + '<endEvent id="x"><cancelEventDefinition/></endEvent>', ["s -> e", "s -> x"], "x", "'cancel'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_at_its_element(body: str, lines: list[str], element: str, words: str) -> None:
    found = told(drawing(body, *lines))
    assert any(id == element and words in message for id, message in found), found


def test_a_flow_across_the_border_of_a_part_is_told() -> None:
    inner = '<subProcess id="q">' + elements(s1="startEvent", u="userTask") + flow("f1", "s1", "u") + "</subProcess>"
    found = told(drawing(S + E + inner, "s -> q -> e", "u -> e"))
    assert found == [("u_e", "The flow crosses the border of a sub-process.")]


@pytest.mark.parametrize(
    ("text", "words"),
    [("${a == 1}", "not FEEL"), ("#{a}", "not FEEL"), ("a = = 1", ""), ('a = "x', "")],
)
def test_a_condition_that_is_no_feel_is_told_at_its_flow(text: str, words: str) -> None:
    found = problems(
        drawing(GATE.replace('id="g"', 'id="g" default="g_e"'), "s -> g", f"g -> a : {text}", "g -> e", "a -> e")
    )
    assert found[0].element == "g_a" and words in found[0].message


def test_feel_is_taken_with_an_equals_sign_and_under_any_harmless_label() -> None:
    for condition in ("= x = 1", "x = 1"):
        for language in ("", ' language="feel"', ' language="http://www.w3.org/1999/XPath"'):
            body = S + E + elements(a="userTask") + '<exclusiveGateway id="g" default="g_e"/>'
            inner = f"<conditionExpression{language}>{condition}</conditionExpression>"
            ask = f'<sequenceFlow id="c" sourceRef="g" targetRef="a">{inner}</sequenceFlow>'
            graph = compiled(drawing(body + ask, "s -> g -> e", "a -> e"))
            assert graph.nodes["g"].outgoing[0].condition_text == "x = 1"
    other = ask.replace(language, ' language="groovy"')
    assert "groovy" in told(drawing(body + other, "s -> g -> e", "a -> e"))[0][1]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("timeDuration", "10 days"), ("timeDuration", "-P1D"), ("timeDuration", ""), ("timeDate", "tomorrow"),
     ("timeDate", "2026-13-01"), ("timeCycle", "0 0 * * *"), ("timeCycle", "R/PT5S"), ("timeCycle", "R3/P0D"),
     ("timeCycle", "R3/2026-01-01/P1D")],
)  # fmt: skip
def test_a_timer_that_cannot_be_read_is_told(kind: str, text: str) -> None:
    timer = f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"
    event = f'<intermediateCatchEvent id="t">{timer}</intermediateCatchEvent>'
    found = told(drawing(S + E + event, "s -> t -> e"))
    assert found[0][0] == "t" and "timer" in found[0][1].lower()


# ---- hostile and foreign files


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + drawing(
        f'{S}{E}<userTask id="x" name="&b;"/>', "s -> x -> e"
    )
    assert "DOCTYPE" in told(bomb)[0][1]
    outside = b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + drawing(S + E, "s -> e")
    assert "DOCTYPE" in told(outside)[0][1]


@pytest.mark.parametrize(
    ("xml", "words"),
    [(b"", "well-formed"), (b"<a>", "well-formed"), (b"<a/>", "not BPMN"),
     (HEAD.encode() + b"</definitions>", "no process"),
     (b"\xff\xfe\x00", "well-formed"), (b"<" + b"a" * 6_000_000, "larger")],
)  # fmt: skip
def test_a_file_that_is_no_drawing_is_refused(xml: bytes, words: str) -> None:
    assert words in told(xml)[0][1]


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    deep = HEAD + '<process id="p">' + "<subProcess>" * 5000 + "</subProcess>" * 5000 + "</process></definitions>"
    with pytest.raises(Problems):
        process.read_model(deep.encode())


def test_an_id_used_twice_is_told() -> None:
    assert told(drawing(S + E + '<userTask id="s"/>', "s -> e"))[0][0] == "s"


def test_of_several_processes_the_executable_one_is_taken_or_the_one_that_is_named() -> None:
    one = '<process id="one">' + S + E + flow("f", "s", "e") + "</process>"
    two = one.replace("one", "two").replace('"s"', '"s2"').replace('"e"', '"e2"').replace('"f"', '"f2"')
    both = f"{HEAD}{one}{two}</definitions>".encode()
    assert "several processes" in told(both)[0][1]
    assert compiled(both, process_id="two").id == "two"
    assert compiled(both.replace(b'id="two"', b'id="two" isExecutable="true"')).id == "two"
    assert "no process 'three'" in told(both, process_id="three")[0][1]


def test_the_key_is_the_hash_of_the_file() -> None:
    import hashlib

    xml = process.standard_process()
    assert process.compile_bpmn(xml).key == hashlib.sha256(xml).hexdigest()


def test_lanes_names_and_documentation_are_kept() -> None:
    lanes = '<laneSet id="l"><lane id="l1" name="Kelurahan"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    task = '<userTask id="a" name="Periksa&#10;berkas"><documentation>Lihat asli.</documentation></userTask>'
    node = compiled(drawing(lanes + S + E + task, "s -> a -> e")).nodes["a"]
    assert (node.lane, node.title, node.documentation) == ("Kelurahan", "Periksa berkas", "Lihat asli.")


def advised(text: str) -> str:
    (problem,) = problems(drawing(GATE, "s -> g", f"g -> a : {text}", "g -> e : true", "a -> e"))
    assert "is not FEEL" in problem.message
    return problem.fix


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("${!approved}", "not(approved)"),
        ("${status == 'ok'}", 'status = "ok"'),
        ('${status eq "ok"}', 'status = "ok"'),
        ("#{x && y}", "x and y"),
        ("${!(a || !b) && c.d != 3}", "not(a or not(b)) and c.d != 3"),
        ("${!!a}", "not(not(a))"),
        ("${amount >= 1000.5}", "amount >= 1000.5"),
        ("${(a || b) && c}", "( a or b ) and c"),
    ],
)
def test_the_advice_for_a_framed_expression_is_feel_with_the_same_meaning(text: str, feel: str) -> None:
    assert advised(text).endswith(f": {feel}")
    compiled(drawing(GATE, "s -> g", f"g -> a : {feel}", "g -> e : true", "a -> e"))


@pytest.mark.parametrize(
    "text",
    [
        '${execution.getVariable("a") > 3}', "${a ? b : c}", "${empty a}", "${list[0] == 1}", "${a % 2 == 0}", "${!}",
        "${}", "${a ==}", "${name.equals('x')}", "${'it is \"so\"' == a}", "${(a}", "${!(a}", "${f(x)}", "${a && }",
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_said_to_be_so_with_an_example_that_works(text: str) -> None:
    fix = advised(text)
    assert "cannot be translated" in fix
    example = fix.rpartition("for example: ")[2]
    compiled(drawing(GATE, "s -> g", f"g -> a : {example}", "g -> e : true", "a -> e"))
