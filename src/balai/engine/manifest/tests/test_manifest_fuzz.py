"""A folder damaged at random is a list of problems, never a crash; every problem has a place and words."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balai.engine import manifest
from balai.engine.manifest import scaffold
from balai.engine.problems import Problems

TEMPLATE = Path(manifest.__file__).parent / "template"
FILES = scaffold.fill_template(
    {str(path.relative_to(TEMPLATE)): path.read_bytes() for path in sorted(TEMPLATE.rglob("*")) if path.is_file()},
    id_="contoh", title="Contoh", title_en="Example", short="CTH",
)  # fmt: skip
YAML = sorted(path for path in FILES if path.endswith(".yaml"))
JUNK = st.sampled_from(
    [
        b"",
        b"[",
        b"{",
        b"}",
        b"]",
        b":",
        b"- ",
        b"null",
        b"true",
        b"1.5",
        b"[]",
        b"{}",
        b'""',
        b"x",
        b"[[a]]",
        b"{a: {b: c}}",
        b"'",
    ]
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damage_is_told(data: st.DataObject) -> None:
    files = dict(FILES)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(YAML))
        lines = files[path].split(b"\n")
        at = data.draw(st.integers(0, len(lines) - 1))
        head, colon, _tail = lines[at].partition(b": ")
        how = data.draw(st.sampled_from(["value", "gone", "line"]))
        lines[at] = {"value": head + colon + data.draw(JUNK), "gone": b"", "line": data.draw(JUNK)}[how]
        files[path] = b"\n".join(lines)
    try:
        manifest.read_service(files, folder="services/contoh")
    except Problems as wrong:
        for problem in wrong.problems:
            assert problem.message and problem.file.startswith("services/contoh/")
