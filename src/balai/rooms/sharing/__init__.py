"""A holder shows a letter to a bank, a school or another office by a link that ends.

The link's secret is drawn at random and kept only as a keyed hash; it opens without an account, for one, seven or thirty days, or until it is
withdrawn. Each opening stands among the readings of the letter, where its holder sees it, and is counted beside the link.
"""
