"""The questionnaire of the authors' guide: a small valid document that tests break in one place at a time."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "questionnaires.md"


@pytest.fixture(scope="session")
def example() -> bytes:
    """The example of the guide, as YAML."""
    block = re.search(r"```yaml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert block
    return block[1].encode()


@pytest.fixture
def document(example: bytes) -> dict[str, Any]:
    """The example as plain values, new for each test."""
    plain: dict[str, Any] = yaml.safe_load(example)
    return plain
