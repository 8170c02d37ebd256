"""The hall's own pages: how it is reached, what it does with data, help, and what is new, with a feed.

They are folders of Markdown in the town's, judged, versioned and published as services are. Whoever runs the hall writes them; an
administrator publishes them and takes them down.
"""
