"""What was typed stands in its form again: in that form alone, of each kind of field, and nothing of it is lost."""

import pytest
from django.utils import translation

from balai.base.pages import refill

PAGE = """<!doctype html><html><body><form method="get" action="/cari"><input name="alasan"></form>
<main id="main"><h1>Berkas</h1>
<form method="post" action="/meja/1/catat"><input type="hidden" name="token" value="a"><textarea name="alasan"></textarea></form>
<form method="post" action="/meja/1/catat" id="dua"><input type="hidden" name="token" value="b"><input name="nama" value="lama &amp; tua" required>
<textarea name="alasan" rows="3">dulu</textarea>
<input type="radio" name="putusan" value="setuju" checked><input type="radio" name="putusan" value="tolak">
<input type="checkbox" name="syarat" value="ktp"><input type="checkbox" name="syarat" value="kk" checked>
<select name="sebab"><option value="" selected>-</option><option value="kurang">Kurang</option></select>
<input type="password" name="passphrase"><button name="apa" value="kirim">Kirim</button></form>
<input name="lain" form="dua"></main></body></html>"""


@pytest.fixture(autouse=True)
def indonesian() -> object:
    with translation.override("id"):
        yield


def filled(fields: refill.Fields, target: str = "/meja/1/catat") -> str:
    return refill.fill(PAGE, "/meja/1", target, fields)


def test_each_kind_of_field_holds_what_was_typed() -> None:
    page = filled(
        {"token": ["b"], "nama": ['Siti "Aminah" <b>'], "alasan": ["Baris satu\nbaris </textarea> dua"], "putusan": ["tolak"],
         "syarat": ["ktp"], "sebab": ["kurang"], "lain": ["di luar"], "apa": ["kirim"]}
    )  # fmt: skip
    assert '<input name="nama" value="Siti &quot;Aminah&quot; &lt;b&gt;" required>' in page
    assert '<textarea name="alasan" rows="3">\nBaris satu\nbaris &lt;/textarea&gt; dua</textarea>' in page
    assert (
        '<input type="radio" name="putusan" value="setuju"><input type="radio" name="putusan" value="tolak" checked>'
        in page
    )
    assert 'value="ktp" checked><input type="checkbox" name="syarat" value="kk">' in page
    assert '<option value="">-</option><option value="kurang" selected>' in page
    assert '<input name="lain" form="dua" value="di luar">' in page


def test_the_form_that_was_sent_is_known_by_what_it_hides() -> None:
    page = filled({"token": ["b"], "alasan": ["Kurang lengkap"]})
    assert '<textarea name="alasan"></textarea>' in page, "its neighbour stays empty"
    assert "\nKurang lengkap</textarea>" in page and '<input name="alasan">' in page
    assert 'name="token" value="b"' in page and page.count('value="b"') == 1


def test_a_word_says_that_nothing_was_sent() -> None:
    page = filled({"alasan": ["x"]})
    assert '<main id="main"><div class="notice" role="status"><p>Yang Anda tulis' in page


def test_what_has_no_place_any_more_is_told_and_what_the_page_carried_for_itself_is_not() -> None:
    gone = filled({"alasan": ["Sudah <i>saya</i> tulis"], "kept": ["x" * 400]}, target="/meja/1/lain")
    assert "<li>Sudah &lt;i&gt;saya&lt;/i&gt; tulis</li>" in gone and "xxxx" not in gone
    assert "Formulir yang Anda isi sudah tidak ada" in gone
    assert "<li>tambahan</li>" in filled({"alasan": ["x"], "baru": ["tambahan"]})


LIVE = """<main id="main"><form method="post" action="kerjakan/"><input type="hidden" name="csrfmiddlewaretoken" value="c">
<input type="hidden" name="command" value="new"><input type="hidden" name="token" value="t"><div data-live>
<label data-asks><input type="radio" name="result" value="incomplete"></label></div><button name="refresh" value="1">x</button></form></main>"""


def test_answers_to_questions_that_are_asked_only_then_go_along_while_the_task_is_the_same() -> None:
    sent = {"command": ["old"], "token": ["t"], "result": ["incomplete"], "missing": ["Foto"], "refresh": ["1"]}
    page = refill.fill(LIVE, "/meja/berkas/1/", "/meja/berkas/1/kerjakan/", sent)
    assert (
        '<div data-live><input type="hidden" data-typed name="missing" value="Foto">' in page
        and "<li>Foto</li>" in page
    )
    assert 'value="incomplete" checked' in page and page.count("data-typed") == 1
    moved = refill.fill(LIVE, "/meja/berkas/1/", "/meja/berkas/1/kerjakan/", sent | {"token": ["former"]})
    assert "data-typed" not in moved and "<li>Foto</li>" in moved, "of another task nothing is sent unseen"


def test_all_else_of_the_page_stays_letter_by_letter() -> None:
    page = refill.fill(PAGE, "/meja/1", "/nowhere", {})
    start = page.index('<div class="notice"')
    assert page[:start] + page[page.index("</div>", start) + 6 :] == PAGE
