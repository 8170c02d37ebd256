"""A further language is only texts: with every text marked and lengthened, no page shows a word that is not marked.

The language is made here, out of English: the tables of the apps, the texts of a service folder, the town's life events, and the few
tables of the engine (months, periods, yes and no, messages). What else stands on a page must be data: names, numbers, codes.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from tests import cast as the_cast
from tests.sessions import sign_in

from balai.base.pages import texts
from balai.base.sheets import read_sheet
from balai.casework.catalogue import queries as catalogue
from balai.doors.console.demo.cast import Cast
from balai.engine import manifest
from balai.engine.forms import showing
from balai.engine.manifest import periods
from balai.engine.process import picture, steps_text
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion
from balai.records.offices.models import Unit
from balai.records.people.queries import list_names

OPEN, CLOSE = "⟦", "⟧"
TABLES: list[dict[str, Any]] = [  # where the engine keeps words of its own, by language
    showing._MONTHS, showing._YES_NO, periods._WORDS, steps_text.WORDS, picture.WORDS,
]  # fmt: skip
SAID = ("alt", "title", "aria-label", "placeholder", "data-label", "data-offline", "data-lose")
MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
WORD = re.compile(r"[^\W\d_]{2,}")
DATA = re.compile(
    r"\b[A-Z]{3}-\w{4}-\w{4}\b|\S+@\S+|\b\w+\.(?:pdf|jpg)\b"
)  # numbers of cases, addresses, names of files
SERVICE = "surat-keterangan-usaha"


def marked(node: Any) -> Any:
    """Mark every text of a tree, and make it half as long again."""
    if isinstance(node, str):
        return f"{OPEN}{node}{'~' * (len(node) // 2)}{CLOSE}" if node.strip() else node
    if isinstance(node, Mapping):
        return {key: marked(value) for key, value in node.items()}
    return type(node)(marked(value) for value in node) if isinstance(node, list | tuple) else node


@lru_cache(maxsize=1)
def table(lang: str) -> Mapping[str, Any]:
    """Give the words of the program in the made language."""
    real = TRUE_TABLE("en")
    return {
        key: " ".join(marked(word) for word in text.split())
        if isinstance(text, str) and key.endswith((".months", ".weekdays"))
        else marked(text)
        for key, text in real.items()
    }


TRUE_TABLE = texts.table


class Reader(HTMLParser):
    """Collects what a page says: its text, and the attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "code", "svg", "kbd")
        found = dict(attrs)
        self.said += [value for name in SAID if (value := found.get(name))]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "code", "svg", "kbd")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def unmarked(page: str, data: set[str]) -> list[str]:
    """List what a page says in words that are neither marked nor data."""
    reader = Reader()
    reader.feed(page)
    found = []
    for said in reader.said:
        left, before = DATA.sub(" ", said), ""
        while left != before:
            left, before = MARKED.sub(" ", left), left
        if strange := [word for word in WORD.findall(left) if word not in data]:
            found.append(f"{' '.join(strange)!r} in {said.strip()[:90]!r}")
    return found


@pytest.fixture
def cast(db: None) -> Cast:
    made = the_cast.make_cast(the_cast.NOW)
    files = the_cast.files_of(settings.BALAI_SERVICES / SERVICE)
    words = read_sheet(files["texts/en.yaml"])
    files = {**files, "texts/en.yaml": yaml.safe_dump(marked(words), allow_unicode=True, width=100_000).encode()}
    own = the_cast.files_of(settings.BALAI_TOWN_FOLDER)
    service = manifest.read_service(files, folder=SERVICE, town=manifest.read_town(own))
    FolderVersion.objects.create(
        key=service.key,
        kind="service",
        folder_id=SERVICE,
        version="9",
        files=packing.pack(files, own),
        published_at=the_cast.NOW,
    )
    catalogue.forget_current()
    return made


def data_words(cast: Cast) -> set[str]:
    """Collect the words that no language changes: names, law and values as the folders write them, what Siti answered, what she asked."""
    place = settings.BALAI_TOWN_FOLDER
    written = [
        (place / name).read_text("utf-8")
        for name in ("town.yaml", "life-events.yaml", "face.yaml", "contact.yaml", "data/village.csv")
    ]
    written.append((settings.BALAI_SERVICES / SERVICE / "service.yaml").read_text("utf-8"))
    own = "ID EN WhatsApp NIK PDF JPEG KB SIAK Balai RT RW Jl Jalan Nomor usaha Contoh"
    names = [name for _, name in settings.LANGUAGES] + [one.name for one in Unit.objects.all()]
    people = list_names([cast.siti.person_id, cast.budi.person_id]).values()
    return set(WORD.findall(" ".join([*written, *names, *people, own, "Warung Siti"])))


def test_a_further_language_is_only_texts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    data = data_words(cast)
    for one in TABLES:
        monkeypatch.setitem(one, "en", marked(one["en"]))
    with mock.patch.object(texts, "table", table):
        sent = the_cast.apply_for_sku(cast)
        siti, guest, budi = sign_in(cast.siti), Client(), sign_in(cast.budi)
        found: dict[str, list[str]] = {}
        for client, paths in (
            (guest, ("/", "/layanan/", "/layanan/?q=usaha", f"/layanan/{SERVICE}/", f"/layanan/{SERVICE}/proses/", f"/layanan/{SERVICE}/ajukan/",
                     f"/layanan/{SERVICE}/formulir/", "/lacak/", "/lanjut/", "/v/", "/aksesibilitas/", "/design", "/tidak/ada/")),
            (siti, ("/", "/berkas-saya/", "/kuasa/", "/akun-saya/", f"/berkas/{sent.number}/", f"/berkas/{sent.number}/tarik/",
                    f"/berkas/{sent.number}/dilihat/", f"/layanan/{SERVICE}/ajukan/")),
            (budi, ("/meja/", f"/meja/berkas/{sent.number}/", "/meja/cari/")),
        ):  # fmt: skip
            client.cookies["bahasa"] = "en"
            for path in paths:
                if strange := unmarked(client.get(path).content.decode(), data):
                    found[path] = strange
        assert found == {}, yaml.safe_dump(found, allow_unicode=True, width=200)


def test_every_page_of_accounts_is_in_our_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    at = re.compile(r'^"(/akun/[^"]*)":', re.M).findall(Path(__file__).with_name("matrix.yaml").read_text("utf-8"))
    at.append(at.pop(at.index("/akun/logout/")))  # whoever leaves sees no more
    made = Authenticator.objects.create(
        user_id=cast.budi.account_id, type="webauthn", data={"name": "Siti", "credential": {}}
    )
    password = "kereta-biru-41-lewat"
    for one in TABLES:
        monkeypatch.setitem(one, "en", marked(one["en"]))
    data, found = data_words(cast) | set(WORD.findall(password)), {}
    with mock.patch.object(texts, "table", table):
        key, budi, by_phone, by_mail = made.pk, sign_in(cast.budi), Client(), Client()
        budi.cookies["bahasa"] = "en"
        for path in ("", f"keys/{key}/edit/", f"keys/{key}/remove/"):
            page = budi.get(f"/akun/2fa/webauthn/{path}")
            assert page.status_code == 200 and unmarked(page.content.decode(), data) == [], path
        made.delete()
        seen = set()
        for who, client, paths in (
            ("guest", Client(), at), ("siti", sign_in(cast.siti), at), ("budi", budi, at),
            ("phone", by_phone, ["/akun/phone/verify/"]), ("mail", by_mail, ["/akun/confirm-email/"]), ("reset", Client(), ["/akun/password/reset/kode/"]),
        ):  # fmt: skip
            client.cookies["bahasa"] = "en"
            if who in ("phone", "mail"):
                given = {"phone": "081334567890"} if who == "phone" else {"email": "joko.baru@balai.example"}
                client.post("/akun/signup/", {"name": "Siti", "password1": password, **given})
            elif who == "reset":
                client.post("/akun/password/reset/", {"email": "081334567891"})
            for path in paths:
                for page in (
                    client.get(path),
                    client.post(path, {"email": "x", "phone": "x", "code": "x", "password1": "x"}),
                ):
                    if page.status_code in (200, 401, 422):
                        seen.add(path)
                        if strange := unmarked(page.content.decode(), data):
                            found[f"{who} {path}"] = strange
    assert found == {}, yaml.safe_dump(found, allow_unicode=True, width=200)
    assert len(seen) > 24, seen
