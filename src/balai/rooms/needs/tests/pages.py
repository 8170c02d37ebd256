"""The pages of needs that the suite looks at for barriers, by who opens them."""

PAGES = {"siti": ("/kebutuhan/",)}
