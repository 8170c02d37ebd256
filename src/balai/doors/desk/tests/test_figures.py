"""The figures show by which channel applications came, in a picture and a table, without telling of a handful of people."""

import csv
import io

import pytest
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


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_take_up_goes_along_as_it_is_shown(office: Office, budi: Client) -> None:
    ids = [office.case().id for _ in range(8)]
    Case.objects.filter(id__in=ids[:2]).update(channel="counter")
    heading, row = rows_of(budi.get("/meja/angka/jalur.csv").content)
    assert heading[0] == "Menurut unit" and heading[-1] == "Masuk"
    assert row == ["Kelurahan Lempake", "≥5", "<5", "0", "8"]


@pytest.mark.parametrize(
    ("table", "first"), [("layanan", "Surat Keterangan Usaha"), ("unit", "Kelurahan Lempake"), ("bulan", None)]
)
def test_each_table_goes_along_with_its_counts(office: Office, budi: Client, table: str, first: str | None) -> None:
    done = [office.case().id for _ in range(3)]
    Case.objects.filter(id__in=done[:1]).update(sent_back=1)
    heading, row = rows_of(budi.get(f"/meja/angka/{table}.csv").content)
    assert len(heading) == len(row) == 8
    assert row[0] == first if first else row[0].startswith("20")
    assert row[1:5] == ["3", "0", "3", "0"] and row[5:] == ["", "", "1"]


def test_what_goes_along_is_what_was_chosen_on_the_page(office: Office, budi: Client) -> None:
    office.case()
    page = budi.get("/meja/angka/?rentang=30&layanan=tidak-ada-yang-ini").content.decode()
    assert "/meja/angka/jalur.csv" not in page, "nothing came in, so there is nothing to take along"
    page = budi.get("/meja/angka/?rentang=30&layanan=surat-keterangan-usaha").content.decode()
    assert "/meja/angka/jalur.csv?rentang=30&amp;unit=" in page and "layanan=surat-keterangan-usaha" in page
    assert len(rows_of(budi.get("/meja/angka/jalur.csv?layanan=tidak-ada").content)) == 1
