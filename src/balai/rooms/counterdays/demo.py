"""A counter's day without a line in the demonstration city: numbers drawn this morning, and one application that waits in the tray."""

from collections.abc import Iterator

from balai.base import stories
from balai.base.actors import Actor
from balai.casework.catalogue import queries as catalogue
from balai.rooms.counterdays import actions

SERVICE = "surat-keterangan-usaha"
CARD = {
    "nik": "9901015206880042", "name": "Warga Loket Contoh", "birth_place": "Samarinda", "birth_date": "1988-06-12",
    "sex": "P", "address": "Jalan Contoh 9 RT 01", "village": "64.72.05.1003", "phone": "", "email": "",
}  # fmt: skip


@stories.story("room_counterdays.day", order=70)
def day(stage: stories.Stage) -> Iterator[None]:
    """Draw five numbers, and bring an application whose papers did not come along."""
    if not stage.first("day") or SERVICE not in catalogue.current_keys():
        return
    counter = Actor("officer", "counter", person_id=stage.cast.budi.person_id, second_factor=True)
    drawn = actions.stock_up(
        command_id=stage.id("drawn"), actor=counter, now=stage.ago(hours=5), count=5, device_at=stage.ago(hours=5)
    )
    yield
    code = drawn.numbers[0].code
    told = {
        "card": CARD, "service": SERVICE, "key": catalogue.current_keys()[SERVICE],
        "answers": {"business_name": "Kios Loket", "kind": "kuliner", "business_address": "Jalan Contoh 9"},
        "number": f"{catalogue.get_service(SERVICE).short}-{code[:4]}-{code[4:]}", "code": drawn.numbers[0].track_code,
    }  # fmt: skip
    actions.take_in(
        actions.Brought(
            id=stage.id("brought"), actor=counter, now=stage.ago(hours=1), supply_id=drawn.supply_id, told=told,
            taken=stage.ago(hours=4), sent=stage.ago(hours=1),
        )
    )  # fmt: skip
