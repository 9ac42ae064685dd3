"""Where things are: points as columns, distances, areas, and the files that hold shapes.

Owns every line that knows whether PostGIS is there. Does not own the things that have a place (sites), nor what an
address means.
"""
