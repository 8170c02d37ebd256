"""The author's preview: a folder as a hall would show it, without publishing it.

A throwaway hall in a temporary home, on this machine alone, whose folder comes into force each time it is saved. Its pages are the
doors' own; only the map of the author's day stands here. A real hall never loads this package.
"""
