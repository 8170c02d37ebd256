"""The demonstration city: Kota Samarinda's real areas, synthetic people (area code 99), cases spread over time.

Only `balai demo` makes it, and only a demonstration home can hold it.
"""
