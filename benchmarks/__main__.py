"""Every benchmark, one after another, in one process: `.venv/bin/python -m benchmarks`."""

from benchmarks import bench_engine, bench_outcome


def main() -> None:
    bench_outcome.main()
    print()
    bench_engine.main()


if __name__ == "__main__":
    main()
