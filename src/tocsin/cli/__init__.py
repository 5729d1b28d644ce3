"""The command line: `./tocsin`, `python -m tocsin`, and the script `tocsin` of an installed wheel."""


def main() -> None:
    """Run the command in sys.argv and leave with its exit code."""
    from tocsin.cli.app import app

    app(prog_name="tocsin")
