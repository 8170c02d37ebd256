"""The pages of messages that the suite looks at for barriers, by who opens them; `{number}` is a case of theirs."""

PAGES = {
    "siti": ("/berkas/{number}/pesan/",),
    "budi": (
        "/meja/pesan/", "/meja/berkas/{number}/pesan/", "/meja/berkas/{number}/rembuk/", "/meja/loket/pesan/",
    ),
}  # fmt: skip
