"""Files that travel with the code: beside ``src`` in a checkout, inside the package in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder ``migrations``, ``questionnaires`` or ``examples``, wherever this code is installed."""
    installed = PACKAGE / f"_{name}"
    return installed if installed.is_dir() else PACKAGE.parents[1] / name
