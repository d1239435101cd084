"""SQLAlchemy's asyncio package as everybody knows it, but that its sessions, and the ORM, are imported when somebody asks."""

import subprocess
import sys

import pytest

CORE = "import assess.storage.core"
PACKAGE = "import sqlalchemy.ext.asyncio as package"
ORM = "import sys; print(any(name.startswith('sqlalchemy.orm') for name in sys.modules))"


def said(*lines: str) -> list[str]:
    """What a new process prints."""
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_engines_come_without_the_orm():
    assert said(CORE, ORM) == ["False"]


@pytest.mark.parametrize("first", [(CORE, PACKAGE), (PACKAGE, CORE)], ids=["engines first", "package first"])
def test_every_name_of_the_package_is_there_for_whoever_asks(first):
    names = said(PACKAGE, "print(*(name for name, value in vars(package).items() if hasattr(value, '__module__')))")
    assert {"AsyncSession", "async_scoped_session", "AsyncAttrs", "create_async_engine"} <= set(names)
    homes = f"print(*(getattr(package, name).__module__ for name in {names!r}))"
    assert said(*first, homes) == said(PACKAGE, homes)


def test_the_sessions_are_those_of_the_package():
    lines = [
        "from sqlalchemy.ext.asyncio import AsyncSession",
        "from sqlalchemy.ext.asyncio.session import AsyncSession as same",
    ]
    assert said(CORE, *lines, "print(AsyncSession is same)", ORM) == ["True", "True"]


def test_a_name_that_the_package_does_not_have_is_missing_as_ever():
    lines = ["try:", "    package.AsyncPlan", "except AttributeError as error:", "    print(error)"]
    assert said(CORE, PACKAGE, *lines) == said(PACKAGE, *lines)
