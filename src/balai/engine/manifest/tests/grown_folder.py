"""A real folder with more in it: blocks of YAML and BPMN, as a handbook shows them, put into the files they name."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from balai.engine import manifest
from balai.engine.manifest.yaml_tree import read_yaml

ROOT = Path(__file__).parents[5]
SKU = ROOT / "services" / "surat-keterangan-usaha"
_BLOCK = re.compile(r"```(?:yaml|xml|csv|json|typst)\n(?:# (\S+)|<!-- (\S+) -->|// (\S+))\n(.*?)```", re.S)


def list_blocks(markdown: str, heading: str) -> list[tuple[str, str]]:
    """List the blocks under a heading of a handbook: (file, what is put into it)."""
    rest = markdown[markdown.index(f"\n### {heading}\n") + 1 :]
    section = re.split(r"\n#{2,3} ", rest, maxsplit=1)[0]
    return [(yaml_ or xml or typst, body) for yaml_, xml, typst, body in _BLOCK.findall(section)]


def grow(blocks: list[tuple[str, str]]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Put blocks into the folder's files and the town's; what is said in Indonesian alone is said in English too."""
    files = {path.relative_to(SKU).as_posix(): path.read_bytes() for path in sorted(SKU.rglob("*")) if path.is_file()}
    town = {path.relative_to(ROOT / "town").as_posix(): path.read_bytes()
            for path in sorted((ROOT / "town").rglob("*")) if path.is_file() and "pages" not in path.parts}  # fmt: skip
    named = {path for path, _ in blocks if path.startswith("examples/")}
    files = {path: content for path, content in files.items() if not path.startswith("examples/") or path in named}
    files["quality.yaml"] = files["quality.yaml"].replace(b"tier: silver", b"tier: bronze")  # of few examples
    for path, body in blocks:
        if path.startswith("town/"):
            town[path.removeprefix("town/")] = body.encode()
        elif path == "process.bpmn":
            _draw(files, body)
        elif path.endswith(".typ"):
            files[path] = files.get(path, b"") + b"\n" + body.encode()
        else:
            for one in [path, "texts/en.yaml"] if path == "texts/id.yaml" else [path]:
                files[one] = _merged(files.get(one, b"{}"), body, whole=one.startswith("examples/"))
    return files, town


def read_grown(blocks: list[tuple[str, str]]) -> manifest.Service:
    """Read the folder that blocks were put into."""
    files, town = grow(blocks)
    return manifest.read_service(
        files, folder="services/surat-keterangan-usaha", town=manifest.read_town(town) if town else None
    )


def _draw(files: dict[str, bytes], body: str) -> None:
    """Put elements into the drawing; a flow that is there already is drawn anew, `<remove id="…"/>` takes one away."""
    drawing = files["process.bpmn"].decode()
    for id in re.findall(r'<(?:sequenceFlow|remove) id="([^"]+)"', body):
        drawing = re.sub(
            rf'    <sequenceFlow id="{id}"(?:[^>]*/>|.*?</sequenceFlow>)\n', "", drawing, count=1, flags=re.S
        )
        drawing = re.sub(rf'      <bpmndi:BPMNEdge id="{id}_di".*?</bpmndi:BPMNEdge>\n', "", drawing, flags=re.S)
    outside = "".join(re.findall(r"<(?:message|error) [^>]*/>", body))
    inside = re.sub(r"<(?:message|error|remove) [^>]*/>", "", body)
    drawing = drawing.replace("  </process>", f"{inside}  </process>{outside}", 1)
    files["process.bpmn"] = drawing.encode()


def _merged(old: bytes, new: str, *, whole: bool) -> bytes:
    """Put one tree into another: lists are made longer; of an example, each key that is told takes the place of its own."""
    before, told = _tree(old), _tree(new.encode())
    merged = {**before, **told} if whole else _merge(before, told)
    return yaml.safe_dump(merged, allow_unicode=True, sort_keys=False, width=10_000).encode()


def _tree(content: bytes) -> Any:
    problems: list[Any] = []
    value = read_yaml(content, "block", problems).value
    assert problems == [], problems
    return json.loads(json.dumps(value, default=_number))


def _number(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _merge(old.get(key), value) for key, value in new.items()}}
    return [*old, *new] if isinstance(old, list) and isinstance(new, list) else new
