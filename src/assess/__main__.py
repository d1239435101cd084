"""The command ``assess``, also ``python -m assess``."""

import pkgutil


def main() -> None:
    """Run the command line, found by its name: each worker process imports this module again, and needs none of all that."""
    pkgutil.resolve_name("assess.entry:assess")(prog_name="assess")


if __name__ == "__main__":
    main()
