"""The pages of the improvement log that the suite looks at for barriers, by who opens them."""

PAGES = {"guest": ("/perbaikan/", "/perbaikan/lapor/"), "budi": ("/meja/kelola/perbaikan/",)}
