"""Which extras are installed that forces can do without."""

from importlib.util import find_spec


def has_solver() -> bool:
    """Whether the extra 'solver' is: HiGHS and numpy. It is looked for, not loaded."""
    return find_spec("highspy") is not None and find_spec("numpy") is not None
