"""`balai conformance`: the suites' own files, where they lie beside the checkout, and what the command prints."""

import argparse
import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from balai.base.tlog import merkle
from balai.doors.console import tck, vectors
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


# ---- proofs of a log -------------------------------------------------------------------------------------------------

LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(8)]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def write_proofs(folder: Path) -> None:
    """Write proofs as the suite does: two that hold, two bent, one of an empty tree, one without a proof at all."""

    def span(low: int, high: int) -> bytes:
        return merkle.root_of(LEAVES[low:high])

    inclusion = {
        "leafIdx": 2, "treeSize": 7, "root": _text(span(0, 7)), "leafHash": _text(LEAVES[2]), "desc": "happy path",
        "proof": [_text(each) for each in merkle.prove_inclusion(2, 7, span)], "wantErr": False,
    }  # fmt: skip
    consistency = {
        "size1": 6, "size2": 8, "root1": _text(span(0, 6)), "root2": _text(span(0, 8)), "desc": "happy path",
        "proof": [_text(each) for each in merkle.prove_consistency(6, 8, span)], "wantErr": False,
    }  # fmt: skip
    written = {
        "inclusion/2/happy-path": inclusion,
        "inclusion/2/leafidx-+-1": inclusion | {"leafIdx": 3, "wantErr": True},
        "inclusion/0/huge": inclusion | {"leafIdx": 2**64 - 1, "wantErr": True},
        "consistency/1/happy-path": consistency,
        "consistency/1/swapped-roots": consistency
        | {"root1": consistency["root2"], "root2": consistency["root1"], "wantErr": True},
        "consistency/additional/empty": {
            "size1": 0,
            "size2": 1,
            "root1": "",
            "root2": _text(span(0, 1)),
            "proof": None,
            "wantErr": True,
        },
    }
    for name, told in written.items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(told))
    (folder / "readme.json").write_text('{"about": "no proof"}')


def test_proofs_are_judged_by_the_logs_own_functions(tmp_path: Path) -> None:
    write_proofs(tmp_path)
    target = tmp_path.parent / "out.json"
    assert call("tlog", str(tmp_path), "--json", str(target)) == 0
    result = json.loads(target.read_text())
    assert (result["passed"], result["total"], result["failures"]) == (6, 6, [])
    assert result["levels"] == {"inclusion": {"passed": 3, "total": 3}, "consistency": {"passed": 3, "total": 3}}


def test_a_proof_judged_wrongly_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_proofs(tmp_path)
    file = tmp_path / "inclusion/2/happy-path.json"
    file.write_text(file.read_text().replace('"wantErr": false', '"wantErr": true'))
    assert call("tlog", str(tmp_path)) == 1
    assert "FAILED inclusion/2/happy-path.json\n  expected refused\n  got      holds" in capsys.readouterr().out


def test_no_proofs_are_no_success(tmp_path: Path) -> None:
    assert call("tlog", str(tmp_path)) == 2


def test_the_published_proofs_are_judged_as_their_authors_say() -> None:
    suite = SHARED / "conformance" / "merkle"
    if not suite.exists():
        pytest.skip(f"the proofs of transparency-dev/merkle are not at {suite}")
    assert [one for one in vectors.run_folder(suite) if not one.passed] == []


@pytest.mark.skipif(
    not (SHARED / "conformance/bagit").is_dir(), reason="the suite of bags does not lie beside the checkout"
)
def test_every_bag_of_the_suite_is_judged_right(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert call("bagit", str(SHARED / "conformance" / "bagit"), "--json", str(target)) == 0
    result = json.loads(target.read_text())
    assert result["failures"] == []
    assert result["passed"] == result["total"] >= 60


def test_a_bag_that_is_judged_otherwise_is_told(tmp_path: Path) -> None:
    (tmp_path / "v1.0" / "valid" / "no-bag").mkdir(parents=True)
    (tmp_path / "v1.0" / "invalid" / "no-bag").mkdir(parents=True)
    target = tmp_path / "out.json"
    assert call("bagit", str(tmp_path), "--json", str(target)) == 1
    result = json.loads(target.read_text())
    assert (result["passed"], result["total"]) == (1, 2)
    assert [one["case"] for one in result["failures"]] == ["v1.0/valid/no-bag"]
