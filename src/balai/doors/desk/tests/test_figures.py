"""The figures show by which channel applications came, in a picture and a table, without telling of a handful of people."""

from django.test import Client

from balai.casework.cases.models import Case

from .conftest import Office


def test_take_up_stands_in_a_picture_and_a_table(office: Office, budi: Client) -> None:
    ids = [office.case().id for _ in range(8)]
    Case.objects.filter(id__in=ids[:2]).update(channel="counter")
    answer = budi.get("/meja/angka/")
    page = answer.content.decode()
    assert "Jalur masuk" in page and "&lt;5" in page
    columns, ((unit, *cells),) = answer.context["by_channel"]
    assert [one.text for one in cells] == ["≥5", "<5", "0", "8"] and unit.text == "Kelurahan Lempake"
    assert [bar.value for bar in answer.context["channels"]] == ["≥5", "<5", "0"]
    assert len(columns) == 5 and answer.context["from_afar"] == ()


def test_the_share_from_afar_is_told_from_twenty_applications_on(office: Office, budi: Client) -> None:
    ids = [office.case().id for _ in range(20)]
    Case.objects.filter(id__in=ids[:7]).update(channel="counter")
    answer = budi.get("/meja/angka/")
    (bar,) = answer.context["from_afar"]
    assert (bar.label, bar.value, bar.share) == ("Kelurahan Lempake", "60 %", 60.0)
