"""Several deeds at the same moment, as several browsers would do them."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do several deeds at the same moment, each on a connection of its own; give what each came to."""
    gate, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, do: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[place] = do()
        except Exception as error:  # noqa: BLE001 (what came of it is judged by the test)
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, do)) for place, do in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
