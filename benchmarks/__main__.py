"""Every benchmark, one after another, in one process, or those that are named.

`.venv/bin/python -m benchmarks [outcome] [engine] [ledger] [group] [release] [centre] [web] [console]
[forces] [--full]`; --full with the 1,000,000 acts of the ledger's targets and the 100,000 of the centre's, which takes
a minute and 1 GB of /var/tmp.
"""

import argparse
from collections.abc import Callable
from functools import partial

from benchmarks import (
    bench_centre,
    bench_console,
    bench_engine,
    bench_forces,
    bench_group,
    bench_ledger,
    bench_outcome,
    bench_release,
    bench_web,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="outcome|engine|ledger|group|release|centre|web|console|forces",
        help="all, where none is named",
    )
    parser.add_argument("--full", action="store_true", help="the ledger with 1,000,000 acts, the centre with 100,000")
    wanted = parser.parse_args()
    benchmarks: dict[str, Callable[[], None]] = {
        "outcome": bench_outcome.main,
        "engine": bench_engine.main,
        "ledger": partial(bench_ledger.main, full=wanted.full),
        "group": bench_group.main,
        "release": bench_release.main,
        "centre": partial(bench_centre.main, full=wanted.full),
        "web": bench_web.main,
        "console": bench_console.main,
        "forces": partial(bench_forces.main, full=wanted.full),
    }
    for name in wanted.names or benchmarks:
        if name not in benchmarks:
            parser.error(f"there is no benchmark '{name}'; there are {', '.join(benchmarks)}")
        benchmarks[name]()
        print()


if __name__ == "__main__":
    main()
