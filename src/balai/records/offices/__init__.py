"""Offices: the tree of units, their posts and roles, who holds them and since when, and when each unit works.

A role is held through a post in a unit and reaches down the tree. Deputies (Plh) and acting holders (Plt) are dated.
"""
