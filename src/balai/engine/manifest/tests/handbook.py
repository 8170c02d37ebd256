"""The service author's handbook as files: each block names its file, and is laid into the template's folder."""

import re
from pathlib import Path

from balai.engine import manifest
from balai.engine.manifest import scaffold

ROOT = Path(__file__).parents[5]
TEMPLATE = Path(manifest.__file__).parent / "template"
_BLOCK = re.compile(r"```yaml\n# (\S+)\n(.*?)```", re.DOTALL)
APPLICANT = (
    '{name: Siti, nik: "9901014101900001", birth_date: "1990-01-01", birth_place: Samarinda, address: Jl. Contoh 1}'
)
STORY = f"""story: Sebuah cerita
now: "2026-03-02T09:00:00+08:00"
applicant: {APPLICANT}
apply:
  village: "64.72.05.1003"
  reason: Melengkapi berkas di bank
  document: {{file: dokumen.pdf, type: application/pdf}}
  phone: 0812 0000 0001
  true_statement: "ya"
"""


def template() -> dict[str, bytes]:
    """Give the template's folder, as `new-service` writes it."""
    files = {
        str(path.relative_to(TEMPLATE)): path.read_bytes() for path in sorted(TEMPLATE.rglob("*")) if path.is_file()
    }
    return scaffold.fill_template(files, id_="contoh", title="Contoh", title_en="Example", short="CTH")


def blocks(heading: str) -> list[tuple[str, str]]:
    """Give the blocks of a section of the handbook: (file, what is written into it)."""
    page = (ROOT / "docs/handbook/service-author.md").read_text("utf-8")
    section = re.search(rf"### {re.escape(heading)}\n(.*?)(?=\n##)", page, re.DOTALL)
    assert section, heading
    return _BLOCK.findall(section[1])


def grow(files: dict[str, bytes], heading: str) -> dict[str, bytes]:
    """Lay a section's blocks into a folder: lines under a key that is there go under it, a story gets a beginning."""
    made = dict(files)
    for path, words in blocks(heading):
        for part in re.split(r"(?m)^(?=\S)", words):
            made[path] = _laid(made.get(path, STORY.encode()), part)
        if path == "texts/id.yaml":
            made["texts/en.yaml"] = _laid(made["texts/en.yaml"], words)
    return made


def _laid(before: bytes, part: str) -> bytes:
    key, _, rest = part.partition("\n")
    text = before.decode()
    there = re.search(rf"(?m)^{re.escape(key.partition(':')[0])}:.*$", text)
    if not part.strip():
        return before
    if there is None or not rest.strip():
        return (text.rstrip("\n") + "\n" + part).encode()
    return (text[: there.end()] + "\n" + rest.rstrip("\n") + text[there.end() :]).encode()
