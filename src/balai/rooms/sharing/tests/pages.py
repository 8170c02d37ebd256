"""The pages of shared letters that the suite looks at for barriers, by who opens them."""

PAGES = {"guest": ("/bagikan/00000000000000000000000000",)}
