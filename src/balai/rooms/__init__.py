"""Rooms: what a hall does beside casework, each one folder that can be closed, retired and deleted.

A room stands on base, engine, records and the front of casework; it knows no door and no other room. What two rooms need is no
room but an app below. `balai.base.rooms` finds them; nothing else names one.
"""
