"""A case with a signed letter, for tests that look into whole cases."""

from datetime import datetime
from uuid import UUID, uuid4

from tests.cast import Cast, apply_for_sku, sign_seen

from balai.base.outbox import Worker
from balai.casework.cases import actions, queries
from balai.casework.issuing import actions as issuing

PASSPHRASE = "empat kuda putih berlari"


def sign_case(cast: Cast, now: datetime) -> tuple[UUID, str]:
    """Let Siti apply, Budi check, Ratna grant and sign; gives the case's id and number."""
    issuing.enroll_signer(
        actor=cast.ratna.officer, now=now, name="Ratna Dewi Contoh", organisation="Kelurahan", passphrase=PASSPHRASE
    )
    made = apply_for_sku(cast, now=now)
    for member, data in (
        (cast.budi, {"result": "complete"}),
        (cast.ratna, {"outcome": "grant", "reason": "Sesuai berkas"}),
    ):
        token = queries.read_case(case_id=made.case_id).open_tasks[0].token
        actions.act(
            actions.Command(
                id=uuid4(),
                actor=member.officer,
                now=now,
                case_id=made.case_id,
                action="complete",
                token=token,
                data=data,
            )
        )
    row = queries.read_case(case_id=made.case_id)
    sign_seen(cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, now)
    Worker().drain(now)
    return made.case_id, made.number
