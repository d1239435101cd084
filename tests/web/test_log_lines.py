"""What the logs say, and what they never say."""

import json
import logging

import pytest

from assess.web.logs import JsonLines

pytestmark = pytest.mark.anyio


@pytest.fixture
def lines():
    """Everything logged during a test, as it would be written."""
    kept: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record):
            kept.append(JsonLines().format(record))

    root, keeper = logging.getLogger("assess"), Keeper()
    root.addHandler(keeper)
    before, root.level = root.level, logging.INFO
    logging.getLogger("assess.access").setLevel(logging.INFO)
    yield kept
    root.removeHandler(keeper)
    root.level = before


async def test_a_request_is_one_json_line_with_its_id(client, admin, lines):
    reply = await client.get("/v1/teams", headers=admin)
    (line,) = [json.loads(line) for line in lines if '"request"' in line]
    assert line["request_id"] == reply.headers["x-request-id"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/teams", 200)
    assert line["milliseconds"] > 0
    assert set(line) == {
        "time",
        "level",
        "logger",
        "message",
        "request_id",
        "method",
        "route",
        "status",
        "milliseconds",
    }


async def test_no_line_has_a_key_an_address_or_a_query(client, admin, lines):
    """A key would be masked; of an address and a query nothing is said in the first place."""
    secret = admin["Authorization"].removeprefix("Bearer ")
    for asked in (secret, "sieve7"):
        await client.get(f"/v1/teams?note={asked}", headers=admin)
        await client.get(f"/v1/teams/{asked}", headers=admin)
        assert lines
        assert asked not in "".join(lines)


async def test_nothing_is_logged_of_who_answers(client, lines):
    await client.get("/v1/respond", headers={"Authorization": "Bearer assess_resp_x"})
    await client.post("/v1/respond/exchange", json={"token": "assess_inv_x"})
    assert not [line for line in lines if "respond" in line or "assess_" in line.replace("assess.", "")]


def test_an_exception_is_told_without_its_secrets():
    try:
        raise ValueError("Bearer assess_live_0123456789")
    except ValueError as error:
        record = logging.LogRecord(
            "assess", logging.ERROR, "", 0, "failed", (), (ValueError, error, error.__traceback__)
        )
    line = json.loads(JsonLines().format(record))
    assert "assess_live_…" in line["exception"]
    assert "0123456789" not in line["exception"]
