"""What the tests of this room share."""

from typing import Any

import pytest

from assess.storage.database import Database
from assess.storage.secrets import Secrets
from kept import Company, build_company


@pytest.fixture(scope="session")
async def bystander(client: Any, database: Database, secrets: Secrets) -> Company:
    """A company with rows in every table, which no test changes."""
    return await build_company(client, database, secrets, "bystander7")
