"""`balai conformance dmn`: the kit's own files, where they lie beside the checkout, and what the command prints."""

import argparse
import json
import os
from pathlib import Path

import pytest

from balai.doors.console import tck
from balai.doors.console.commands import conformance

SHARED = Path(os.environ.get("BALAI_SHARED") or Path(__file__).parents[6] / "shared")
KIT = SHARED / "conformance" / "dmn-tck"

_MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" name="n" id="n">
<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>
<decision id="d" name="d"><variable name="d"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<literalExpression><text>n / 2</text></literalExpression></decision></definitions>"""
_TESTS = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>
<testCase id="1"><inputNode name="n"><value xsi:type="xsd:decimal">4</value></inputNode>
<resultNode name="d"><expected><value xsi:type="xsd:decimal">2</value></expected></resultNode></testCase>
<testCase id="2"><inputNode name="n"><value xsi:type="xsd:decimal">4</value></inputNode>
<resultNode name="d"><expected><value xsi:type="xsd:decimal">3</value></expected></resultNode></testCase>
<testCase id="3"><resultNode name="d" errorResult="true">
<expected><value xsi:nil="true"/></expected></resultNode></testCase>
<testCase id="4"><resultNode name="absent"><expected><value xsi:nil="true"/></expected></resultNode></testCase>
</testCases>"""


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    conformance.add_arguments(parser)
    return conformance.run(parser.parse_args(words))


def test_it_counts_and_tells_each_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "compliance-level-3" / "0001-half"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_text(_MODEL)
    (folder / "m-test-01.xml").write_text(_TESTS)
    target = tmp_path / "out.json"
    assert call("dmn", str(tmp_path), "--json", str(target)) == 1
    result = json.loads(target.read_text())
    assert (result["passed"], result["total"]) == (2, 4)
    assert result["levels"]["level 3"] == {"passed": 2, "total": 4}
    assert result["levels"]["level 3 non-null"] == {"passed": 1, "total": 2}
    assert result["levels"]["level 2"] == {"passed": 0, "total": 0}
    assert [failure["case"] for failure in result["failures"]] == ["0001-half 2 d", "0001-half 4 absent"]
    assert (result["failures"][0]["expected"], result["failures"][0]["got"]) == ("3", "2")
    printed = capsys.readouterr().out
    assert "total: 2/4" in printed
    assert "FAILED 0001-half 2 d" in printed


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    assert call("dmn", str(tmp_path)) == 2


@pytest.mark.skipif(not KIT.is_dir(), reason="the conformance kit is not beside the checkout")
def test_the_kit_passes() -> None:
    result = conformance.summary(list(tck.run_folder(KIT)))
    assert result["failures"] == []
    assert result["levels"]["level 2"] == {"passed": 116, "total": 116}
    assert result["levels"]["level 3"] == {"passed": 2553, "total": 2553}
    assert result["levels"]["level 3 non-null"] == {"passed": 1314, "total": 1314}
