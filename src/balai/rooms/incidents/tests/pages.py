"""The pages of the incident book that the suite looks at for barriers, by who opens them."""

PAGES = {"budi": ("/meja/kelola/insiden/",)}
