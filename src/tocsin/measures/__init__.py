"""Measures of an alliance: burden, concentration, similarity, cohesion, distance.

Pure functions on numbers, exact fractions wherever whole numbers come in; data that ships lies in data/ with its
version and citation, other data is read from the user's file. What the data does not cover is None, never 0.
"""
