"""A plan of forces as pictures and as one page: deployment, requirement against supply, burden, lift.

Every picture is SVG, says in words what it shows, and stands beside a table with the same numbers. docs/FORCES.md,
part 13.
"""
