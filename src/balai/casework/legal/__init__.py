"""Changes of the law a hall applies: what a new version of a service would have done to past cases, and its publishing by a second person.

Somebody proposes the folder as it lies on disk; the worker replays past cases under it and keeps counts alone; another natural person
publishes. It also tells the legal officers of confirmations that are to be reviewed.
"""
