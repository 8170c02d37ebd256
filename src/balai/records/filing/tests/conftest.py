"""What the tests of filing share: the cast, and a cupboard with things that are no cases."""

from collections.abc import Iterator

import pytest
from tests.cast import NOW, Cast, make_cast

from balai.records.filing.tests.thing import Cupboard, opened


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


@pytest.fixture
def cupboard() -> Iterator[Cupboard]:
    with opened() as cupboard:
        yield cupboard
