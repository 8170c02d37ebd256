"""What an operator may read of an error that a carrier gave."""

import pytest

from balai.base.outbox import black_out


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <siti@balai.example> unknown", "550 5.1.1 *** unknown"),
        ("{'siti@balai.example': (550, b'5.1.1 no such user')}", "*** (550, b'5.1.1 no such user')}"),
        ("400 to=+62 812 3456 7890 blocked", "400 to=*** blocked"),
        ("no route to 081234567890", "no route to ***"),
        ("number 6281234567890 is out of service", "number *** is out of service"),
        ("NIK 9901014101900001 refused", "NIK *** refused"),
        ("[Errno 111] Connection refused 127.0.0.1:2525", "[Errno 111] Connection refused 127.0.0.1:2525"),
        ("no letter 01234567-89ab-4cde-8f01-23456789abcd", "no letter 01234567-89ab-4cde-8f01-23456789abcd"),
    ],
)
def test_addresses_are_blacked_out_and_what_helps_stays(said: str, kept: str) -> None:
    assert black_out(said) == kept
