"""The planner: a greedy package made better, and how good it is proved to be. docs/FORCES.md, part 8.

It needs the extra `solver` (highspy and numpy) and is imported by what plans alone: a package is checked without it.

    supply     units, lines and arcs as columns of whole numbers
    program    the rules of a package as rows of a mixed-integer program over the arcs
    solve      one run of HiGHS: its limits, its progress, its best so far
    board      a package while units are moved about, and moves: simulated annealing of it
    ground     what is searched: lawful arcs, exact values, the program of an objective
    core       one objective made small: relaxation, annealing, a search tree on the arcs that matter
    stages     the objectives one after another
    improve    all of it, and nothing handed out that is not verified

Part 9 has its own:

    loosened   the packages of every changed case at once, in which one change may be made
    concession the cheapest change that fills a line
    replan     planning again with a line first
"""
