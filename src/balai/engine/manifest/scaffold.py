"""The first files of a new service: a whole working folder that passes its check at once and is then edited."""

import re
from collections.abc import Mapping

from balai.engine.process import standard_process

_WORDS = ("dan", "dari", "di", "ke", "untuk", "atas", "karena", "yang")


def fill_template(
    template: Mapping[str, bytes], *, id_: str, title: str, title_en: str, short: str
) -> dict[str, bytes]:
    """Answer the template's files with the service's own names in place of @ID@, @TITLE@, @TITLE_EN@ and @SHORT@."""
    names = {"@ID@": id_, "@TITLE@": _quoted(title), "@TITLE_EN@": _quoted(title_en), "@SHORT@": short}
    files = {path: _replaced(content.decode(), names).encode() for path, content in template.items()}
    return {"process.bpmn": standard_process(), **files}


def rename_folder(
    files: Mapping[str, bytes], *, old: str, id_: str, title: str, title_en: str, short: str
) -> dict[str, bytes]:
    """Answer another service's files under a new id, version 1, not in force, with its own title."""
    renamed = dict(files)
    sheet = files["service.yaml"].decode()
    for key, value in (("id", id_), ("version", '"1"'), ("short", short), ("in_force", "false")):
        sheet = re.sub(rf"(?m)^{key}:[ \t]*[^#\n]*", f"{key}: {value} ", sheet, count=1)
    renamed["service.yaml"] = re.sub(r"(?m)[ \t]+$", "", sheet.replace(old, id_)).encode()
    for lang, words in (("id", title), ("en", title_en)):
        path = f"texts/{lang}.yaml"
        if path in files:
            text = re.sub(r"(?m)^title:.*$", f'title: "{_quoted(words)}"', files[path].decode(), count=1)
            renamed[path] = text.encode()
    return renamed


def short_of(id_: str) -> str:
    """Answer 2 to 5 capitals made of the words of an id: surat-keterangan-usaha gives SKU."""
    words = [word for word in id_.split("-") if word not in _WORDS and word[:1].isalpha()]
    letters = "".join(word[0] for word in words).upper()
    return letters[:5] if len(letters) >= 2 else (words[0] if words else "xx").upper()[:3].ljust(2, "X")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _replaced(text: str, names: Mapping[str, str]) -> str:
    for mark in sorted(names, key=len, reverse=True):
        text = text.replace(mark, names[mark])
    return text
