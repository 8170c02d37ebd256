"""How long one decision takes: a table of 12 rules and 4 inputs, here and in zen-engine, in the same run."""

import json
from time import process_time
from typing import Any

from balai.engine import rules

_BANDS = [("< 20", "x < 20"), ("[20..60)", "x >= 20 and x < 60"), (">= 60", "x >= 60")]
_KINDS = ["micro", "small", "medium", "large"]
_ROWS = [(kind, band) for kind in _KINDS for band in _BANDS]
_HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="bench" name="bench" id="bench">'
    '<inputData id="kind" name="kind"><variable name="kind" typeRef="string"/></inputData>'
    '<inputData id="age" name="age"><variable name="age" typeRef="number"/></inputData>'
    '<inputData id="resident" name="resident"><variable name="resident" typeRef="boolean"/></inputData>'
    '<inputData id="turnover" name="turnover"><variable name="turnover" typeRef="number"/></inputData>'
)
QUESTION: dict[str, Any] = {"kind": "large", "age": 61, "resident": True, "turnover": 1_500_000}


def dmn_model() -> bytes:
    """Answer the table as DMN."""
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name in QUESTION
    )
    inputs = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in QUESTION)
    rows = "".join(_dmn_row(number, kind, band[0]) for number, (kind, band) in enumerate(_ROWS, 1))
    table = f'<decisionTable id="t" hitPolicy="FIRST">{inputs}<output name="fee"/>{rows}</decisionTable>'
    return (
        f'{_HEAD}<decision id="fee" name="fee"><variable name="fee"/>{needs}{table}</decision></definitions>'.encode()
    )


def _dmn_row(number: int, kind: str, band: str) -> str:
    cells = (f'"{kind}"', band.replace("<", "&lt;"), "true", "&gt; 1000")
    entries = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
    return f'<rule id="r{number}">{entries}<outputEntry><text>{number * 1000}</text></outputEntry></rule>'


def zen_model() -> str:
    """Answer the same table as zen-engine's JSON."""
    inputs = [{"id": name, "name": name, "field": name} for name in QUESTION]
    rows = [
        {"_id": f"r{n}", "kind": f'"{kind}"', "age": band[1].replace("x", "$"), "resident": "true",
         "turnover": "> 1000", "fee": str(n * 1000)}
        for n, (kind, band) in enumerate(_ROWS, 1)
    ]  # fmt: skip
    table = {"hitPolicy": "first", "inputs": inputs, "outputs": [{"id": "fee", "name": "fee", "field": "fee"}]}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": {**table, "rules": rows}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def _cpu_us(ask: Any, rounds: int, repeats: int = 7) -> float:
    """Answer the CPU microseconds of one call, the best of several rows of calls."""
    best = float("inf")
    for _ in range(repeats):
        start = process_time()
        for _ in range(rounds):
            ask()
        best = min(best, (process_time() - start) / rounds)
    return best * 1e6


def run(rounds: int = 2000) -> dict[str, float]:
    """Answer the CPU microseconds per decision of both; both are checked to answer the same."""
    import zen

    model = rules.load_dmn({"bench.dmn": dmn_model()})
    decision = zen.ZenEngine().create_decision(zen_model())
    ours = model.decide("fee", QUESTION).value
    theirs = decision.evaluate(QUESTION)["result"]["fee"]
    assert ours == theirs == 12_000, (ours, theirs)
    return {
        "balai_us": round(_cpu_us(lambda: model.decide("fee", QUESTION), rounds), 2),
        "zen_us": round(_cpu_us(lambda: decision.evaluate(QUESTION), rounds), 2),
    }


if __name__ == "__main__":
    print(run())  # noqa: T201
