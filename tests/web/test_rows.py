"""Rows that are sent to be imported: a sheet, a JSON list, or a MessagePack list that is as good as the JSON."""

import json
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.app import handlers_of
from assess.sheets import MAX_ROWS
from assess.web.requests import ROWS, PackedUnreadable, unpacked
from campaign.company import ANY, done, drafted, refused
from world import INDICATOR

pytestmark = pytest.mark.anyio
PACKED = {"Content-Type": "application/msgpack"}
TEAM = {"key": "nice", "name": "Nice", "functions": ["sales", "data"], "capacity_days": 5, "lead": None}
ANA = {"name": "Ana", "email": "ana@example.com", "language": "fr", "perspective": "member", "team": "lyon"}
PLACE = {"team": "lyon", "kpi": INDICATOR["kpi"], "period_end": "2025-03-31"}
VALUE = {**PLACE, "numerator": 7, "denominator": 20, "measured_on": "2025-04-03"}
ANSWER = {"team": "lyon", "respondent": "r1", "item": "off-listen-insight"}

CELLS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
CELLS |= st.text(st.characters(exclude_categories=["Cs"]))


@given(rows=st.lists(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), CELLS | st.lists(CELLS))))
def test_what_is_unpacked_says_what_was_packed(rows):
    assert json.loads(unpacked(msgspec.msgpack.encode(rows))) == rows


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x91", id="cut short"),
        pytest.param(b"\x90\x90", id="more behind it"),
        pytest.param(b"\xc1", id="what nothing begins with"),
        pytest.param(b"\x91\x81\xa1\xff\x01", id="no UTF-8"),
        pytest.param(b"\xdd\x00\x00\x01\x00", id="longer in words than in bytes"),
        pytest.param(b"\x91\x81\xa1v\xcb" + struct.pack(">d", float("nan")), id="NaN"),
        pytest.param(b"\x91\x81\xa1v\xcb" + struct.pack(">d", float("inf")), id="infinite"),
    ],
)
def test_what_cannot_be_read_is_refused(packed):
    with pytest.raises(PackedUnreadable):
        unpacked(packed)


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"\x80", id="no list"),
        pytest.param(b"\x91\x01", id="of numbers"),
        pytest.param(b"\x91" * 100_000, id="of lists without end"),
        pytest.param(b"\x91\x81\x01\x01", id="a name that is no text"),
        pytest.param(b"\x91\x81\xa1v\xc4\x01a", id="bytes"),
        pytest.param(b"\x91\x81\xa1v\xd4\x05a", id="an extension"),
        pytest.param(b"\x91\x81\xa1v\xd6\xff\x00\x00\x00\x00", id="a moment"),
        pytest.param(b"\x91\x81\xa1v\x81\xa1w\x01", id="something in something"),
        pytest.param(b"\xdd" + (MAX_ROWS + 1).to_bytes(4) + b"\x80" * (MAX_ROWS + 1), id="too many"),
    ],
)
def test_what_is_no_list_of_flat_rows_is_told(packed):
    with pytest.raises(msgspec.ValidationError):
        unpacked(packed)


async def test_whatever_takes_rows_takes_them_in_every_form(application):
    takes = {handler.operation_id: handler.opt.get("takes", ()) for handler in handlers_of(application.litestar)}
    imports = {name: media for name, media in takes.items() if str(name).startswith("import")}
    assert len(imports) == 4
    assert set(imports.values()) == {ROWS}


@pytest.fixture
async def company(client, admin):
    """Where a company imports: a draft with a team and a record sheet, and a campaign of that team that is open."""
    at, opened = [await drafted(client, admin, {"lyon": 0}, key=key) for key in ("spring", "autumn")]
    chosen = [{"team": "lyon", "questionnaires": [{"key": "offer", "version": "1.0.0"}], "asked_elsewhere": 6}]
    done(await client.put(f"{opened}/assessments", headers={**admin, **ANY}, json={"items": chosen}))
    done(await client.post(f"{opened}/launch", headers=admin))
    sheet = {"owner": "Ana", "baseline": 20, "target": 50}
    done(await client.put(f"/v1/kpi-sheets/{INDICATOR['kpi']}", headers=admin, json=sheet))
    return {"draft": at, "opened": opened}


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        pytest.param("/v1/teams/import", TEAM, {**TEAM, "key": "Nice!"}, id="teams"),
        pytest.param("{draft}/people/import", ANA, {**ANA, "email": "nobody"}, id="people"),
        pytest.param("/v1/measures/import", VALUE, {**VALUE, "numerator": 21}, id="measures"),
        pytest.param("{opened}/responses/import", {**ANSWER, "answer": 3}, {**ANSWER, "answer": 9}, id="answers"),
    ],
)
async def test_a_packed_list_is_answered_as_the_same_list_in_json(client, admin, company, path, good, bad):
    for rows in ([good], [good, bad], [], [{}], "rows"):
        packed = msgspec.msgpack.encode(rows)
        replies = [
            await client.post(f"{path.format(**company)}?dry_run=true", headers={**admin, **said}, content=content)
            for said, content in (({"Content-Type": "application/json"}, json.dumps(rows)), (PACKED, packed))
        ]
        plain, other = [
            {name: said for name, said in reply.json().items() if name != "request_id"} for reply in replies
        ]
        assert plain == other, rows
        statuses = {reply.status_code for reply in replies}
        assert statuses == {200 if rows == [good] else 422} or not rows, plain


async def test_a_packed_list_is_imported_once_and_a_broken_one_is_not(client, admin):
    once = {**admin, **PACKED, "Idempotency-Key": "once"}
    for replayed in (None, "true"):
        reply = await client.post("/v1/teams/import", headers=once, content=msgspec.msgpack.encode([TEAM]))
        assert (reply.status_code, reply.json()["created"]) == (200, 1)
        assert reply.headers.get("idempotent-replayed") == replayed
    broken = await client.post("/v1/teams/import", headers={**admin, **PACKED}, content=b"\x91\x81\xa1")
    assert refused(broken) == (400, "packed_unreadable")
