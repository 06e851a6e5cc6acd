"""Face systems under test: images, vectors or scores in; templates and failures out.

One file for each kind of system, behind the protocol ``FaceSystem``; ``registry`` holds the table.
"""
