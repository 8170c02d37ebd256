"""Who may come in at the officers' door."""

from django.test import Client

from balai.records.people.models import Account

from .conftest import Office


def test_anonymous_is_led_to_the_login_and_back(db: None) -> None:
    response = Client().get("/meja/?meja=unit")
    assert response.status_code == 302
    assert response.headers["Location"].endswith("?next=%2Fmeja%2F%3Fmeja%3Dunit")


def test_a_citizen_finds_nothing_here(office: Office) -> None:
    for address in ("/meja/", "/meja/cari/", "/meja/kelola/", f"/meja/berkas/{office.case().number}/"):
        assert office.enter(office.cast.siti).get(address).status_code == 404, address


def test_without_a_second_factor_no_page_opens(office: Office) -> None:
    client = office.enter(office.cast.budi, second_factor=False)
    for address in ("/meja/", "/meja/tanda-tangan/", f"/meja/berkas/{office.case().number}/"):
        response = client.get(address)
        assert response.status_code == 302, address
        assert "/2fa/" in response.headers["Location"]


def test_officers_without_the_keys_do_not_see_the_administration(office: Office) -> None:
    client = office.enter(office.cast.budi)
    assert client.get("/meja/kelola/").status_code == 404
    assert "/meja/kelola/" not in client.get("/meja/").content.decode()


def test_an_administrator_without_a_post_comes_in_to_administer(office: Office) -> None:
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    client = office.enter(office.cast.joko)
    assert client.get("/meja/kelola/").status_code == 200
    assert client.get(f"/meja/berkas/{office.case().number}/").status_code == 404
