"""Writes the bill of materials of what `./balai` installs to run a hall: CycloneDX 1.6 as JSON, from the lock file, without network.

    .venv/bin/python tools/sbom.py -o balai.cdx.json

Each package with its version, every hash by which it may be installed, its licence as it says itself, and who wants it. The same
lock file gives the same bill. Where a package is not installed here (another system's), its licence is left out.
"""

import argparse
import json
import re
import tomllib
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "runtime.txt"
SPACE = uuid.UUID("6f1f5f0e-5a3c-5c62-9d0e-0b5f6a7c1d2e")


def make(lock: str) -> dict[str, Any]:
    """Make the bill of a lock file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = [read(entry) for entry in re.split(r"\n(?=[A-Za-z0-9])", lock) if not entry.startswith("#")]
    references = {name: f"pkg:pypi/{name}@{version}" for name, version, *_ in entries}
    hall = f"pkg:generic/balai@{project['version']}"
    wanted: dict[str, list[str]] = {reference: [] for reference in (hall, *references.values())}
    for name, _, _, _, wanting in entries:
        for who in wanting:
            wanted[references.get(who, hall)].append(references[name])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": hall, "name": "balai", "version": project["version"],
                "licenses": [{"license": {"id": project["license"]["text"]}}],
            }
        },
        "components": [component(references[name], *rest) for name, *rest in ((e[0], *e) for e in entries)],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(set(needs))} if needs else {"ref": reference}
            for reference, needs in wanted.items()
        ],
    }  # fmt: skip


def read(entry: str) -> tuple[str, str, str, list[str], list[str]]:
    """Read one package of a lock file: name, version, for which systems, hashes, and who wants it."""
    head = entry.split("\n", 1)[0].removesuffix(" \\")
    pinned, _, marker = head.partition(" ; ")
    name, _, version = pinned.partition("==")
    via = [line.strip(" #") for line in entry.partition("# via")[2].splitlines()]
    wanting = [
        "" if word.startswith("-r ") else word.split("[")[0] for word in via if word
    ]  # a name, or the file of ours
    return name.split("[")[0], version, marker, re.findall(r"sha256:([0-9a-f]{64})", entry), wanting


def component(reference: str, name: str, version: str, marker: str, hashes: list[str], _: list[str]) -> dict[str, Any]:
    """Make the entry of one package."""
    made: dict[str, Any] = {
        "type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference,
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
    }  # fmt: skip
    if licences := licences_of(name):
        made["licenses"] = licences
    if marker:
        made["properties"] = [{"name": "balai:only-for", "value": marker}]
    return made


def licences_of(name: str) -> list[dict[str, Any]]:
    """Tell what a package says of its licence: an expression, or in its own words."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expression := told.get("License-Expression"):
        return [{"expression": expression}]
    named = [word.rsplit(" :: ", 1)[-1] for word in told.get_all("Classifier") or [] if word.startswith("License ::")]
    words = named or [line for line in (told.get("License") or "").splitlines()[:1] if line]
    return [{"license": {"name": word}} for word in words]


def main() -> None:
    """Write the bill, or print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", type=Path)
    args = parser.parse_args()
    text = json.dumps(make(LOCK.read_text("utf-8")), indent=1, ensure_ascii=False) + "\n"
    if args.out is None:
        print(text, end="")
        return
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(text, encoding="utf-8")
    print(f"{args.out}: {text.count('bom-ref') - 1} packages")


if __name__ == "__main__":
    main()
