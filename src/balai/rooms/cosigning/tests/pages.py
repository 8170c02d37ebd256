"""The pages of co-signers that the suite looks at for barriers, by who opens them; `{number}` is a case of theirs."""

PAGES = {"budi": ("/meja/loket/persetujuan/",)}
