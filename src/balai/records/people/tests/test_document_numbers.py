"""Who is found by a document: the same passport is one, however it is written, and never somebody's NIK."""

from balai.records.people.rules import read_document


def test_the_same_passport_is_found_however_its_number_is_written() -> None:
    found = {
        one.looked_up
        for number, state in (("A1234567", "Malaysia"), ("a-123 4567", "malaysia"), ("A.1234567", "MALAYSIA"))
        if (one := read_document("passport", number, state)) is not None
    }
    assert found == {("document:passport", "malaysia:A1234567")}
    other = read_document("passport", "A1234567", "Singapura")
    nik = read_document("passport", "9901014101900001", "Malaysia")
    assert other is not None and other.looked_up not in found
    assert nik is not None and nik.looked_up[0] != "nik", "a number that looks like a NIK finds no NIK"
