"""The face of Balai: frames, components and form rendering that every door and room stands in.

Own CSS and a little script, no framework, nothing from another host; everything works without script. Words come from
`texts/<lang>.yaml` of each app through `{% say %}`; colours are custom properties that a town may set.
"""
