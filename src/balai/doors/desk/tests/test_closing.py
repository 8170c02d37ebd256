"""An administrator closes a unit or a post: the page says what lies there and where it goes, and it can be undone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.costs import count

from balai.doors.console import __main__ as console
from balai.records.offices import queries
from balai.records.offices.models import Appointment

from .conftest import Office
from .test_costs import administrator

HERE = "kel-64.72.05.1003"
AT, UNIT = f"/meja/kelola/unit/{HERE}/tutup/", f"/meja/kelola/unit/{HERE}/"


def end_all() -> None:
    """Let every appointment of the unit have ended yesterday."""
    Appointment.objects.filter(post__unit__code=HERE).update(to_date=timezone.localdate() - timedelta(days=1))


def test_what_lies_in_a_unit_is_said_with_where_it_is_moved_and_keeps_it_open(office: Office) -> None:
    office.case()
    admin = administrator(office)
    page = admin.get(AT)
    said = page.content.decode()
    assert "1 berkas masih terbuka" in said and "pejabat menjabat" in said
    assert f'href="{UNIT}"' in said and 'name="reason"' not in said, "it leads there, and asks for nothing yet"
    assert admin.post(AT, {"do": "close", "reason": "Perwali 1"}).status_code == 409
    assert queries.get_unit(HERE).closed_on is None


def test_a_unit_is_closed_with_a_reason_and_opened_again(office: Office) -> None:
    admin = administrator(office)
    end_all()
    refused = admin.post(AT, {"do": "close", "reason": " "})
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.content.decode()
    done = admin.post(AT, {"do": "close", "reason": "Perwali 1"}, follow=True).content.decode()
    assert "ditutup." in done and "1 unit yang ditutup" in done
    shown = admin.get(UNIT).content.decode()
    assert "Ditutup sejak" in shown and 'name="role"' not in shown and 'name="basis"' not in shown, (
        "nothing comes to it"
    )
    assert "Perwali 1" in admin.get(AT).content.decode()
    assert admin.post(AT, {"do": "reopen", "reason": "Perwali 2"}).status_code == 302
    assert queries.get_unit(HERE).closed_on is None and 'name="role"' in admin.get(UNIT).content.decode()


def test_a_post_is_closed_while_another_can_do_its_open_tasks(office: Office) -> None:
    office.case()
    admin, unit = administrator(office), queries.get_unit(HERE)
    end_all()
    (clerk,) = [one for one in queries.list_posts(unit.id) if one.role == "clerk"]
    at = f"{AT}?jabatan={clerk.id}"
    assert "1 tugas peran ini masih terbuka" in admin.get(at).content.decode()
    assert admin.post(at, {"do": "close", "reason": "Perwali 1"}).status_code == 409
    admin.post(f"{UNIT}jabatan/", {"role": "clerk", "title": "Petugas Baru", "seats": "1"})
    assert admin.post(at, {"do": "close", "reason": "Perwali 1"}).status_code == 302
    assert re.search(r"1 jabatan yang ditutup", admin.get(UNIT).content.decode())
    assert admin.get(f"/meja/kelola/unit/kel-64.72.01.1001/tutup/?jabatan={clerk.id}").status_code == 404, "of another"
    assert admin.post(at, {"do": "reopen", "reason": "Perwali 2"}).status_code == 302
    assert clerk.id in [one.id for one in queries.list_posts(unit.id)]


def test_the_command_says_what_lies_there_and_closes_what_is_empty(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: str) -> tuple[int, str]:
        code = console.main(["unit", *words])
        return code, capsys.readouterr().out

    monkeypatch.setattr("balai.doors.console.installation.load", lambda *args, **more: None)
    office.case()
    code, said = run("close", HERE, "--reason", "Perwali 1")
    assert code == 1 and "1 case is open here" in said and "still in use" in said
    assert run("close", "tidak-ada", "--reason", "x")[0] == 1
    empty = "kel-64.72.01.1001"
    end: Any = Appointment.objects.filter(post__unit__code=empty)
    end.update(to_date=timezone.localdate() - timedelta(days=1))
    assert run("close", empty)[0] == 1, "a reason is asked"
    assert run("close", empty, "--reason", "Perwali 1") == (0, f"{empty} is closed.\n")
    assert "closed since" in run("list", empty)[1]
    assert run("reopen", empty, "--reason", "Perwali 2") == (0, f"{empty} is open again.\n")


def test_the_page_asks_as_much_whatever_lies_there(office: Office) -> None:
    admin = administrator(office)
    few = count(admin, AT)
    for _ in range(3):
        office.case()
    assert count(admin, AT) == few
