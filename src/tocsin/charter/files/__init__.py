"""Charters as files: reading, locating mistakes, the shipped ones, the schema, the user's own treaty texts."""
