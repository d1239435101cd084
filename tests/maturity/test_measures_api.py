"""Measured values and reviews over HTTP: one by one, as a sheet, and what was known when."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from assess.maturity.kpis.model import Measure
from assess.maturity.kpis.records import factual
from assess.maturity.kpis.store import add_measures, lock_teams, records_at
from assess.tenancy.model import Role
from tenants import key_for

pytestmark = pytest.mark.anyio

WIN, COST = "kpi-acq-win-rate", "kpi-acq-leads-channel"
END = date(2025, 3, 31)
TODAY = datetime.now(UTC).date()
SHARE = {"measured_on": "2025-04-03", "numerator": 9, "denominator": 20}
LOCKED = "select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and usename = current_user"
CSV = {"Content-Type": "text/csv"}
HEADER = "team,kpi,period_end,value,numerator,denominator,measured_on\n"


@pytest.fixture(scope="module")
def client(whole: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of the whole application."""
    return whole


@pytest.fixture
async def teams(client, admin) -> dict[str, str]:
    """Ids by key of house, shop (below house) and kiosk; of two indicators there is a record sheet."""
    made = {}
    for key, parent in (("house", None), ("shop", "house"), ("kiosk", None)):
        team = {"key": key, "name": key.title(), "parent": parent}
        made[key] = (await client.post("/v1/teams", headers=admin, json=team)).json()["id"]
    for kpi in (WIN, COST):
        reply = await client.put(f"/v1/kpi-sheets/{kpi}", headers=admin, json={"owner": "Ana Petit"})
        assert reply.status_code == 201
    return made


@pytest.fixture
async def lead(database, secrets, organisation, teams) -> dict[str, str]:
    """The key of the lead of house, and so of shop."""
    return await key_for(database, secrets, organisation, Role.TEAM_LEAD, UUID(teams["house"]))


def at(team: str, kpi: str = WIN, end: Any = END) -> str:
    return f"/v1/teams/{team}/measures/{kpi}/{end}"


def said(reply: httpx.Response) -> Any:
    """Status, code and the place of each finding."""
    found = reply.json()
    return reply.status_code, found["code"], [each["pointer"] for each in found.get("errors", ())]


async def imported(client, headers, lines, **more) -> httpx.Response:
    body = HEADER + "\n".join(lines)
    return await client.post("/v1/measures/import", headers={**headers, **CSV}, content=body, **more)


async def listed(client, headers, query="") -> list[Any]:
    return (await client.get(f"/v1/measures{query}", headers=headers)).json()["items"]


# One value.


async def test_a_share_is_recorded_by_its_cases_with_its_interval(client, admin, teams):
    reply = await client.put(at(teams["shop"]), headers=admin, json=SHARE)
    measure = reply.json()
    assert (reply.status_code, measure["value"], measure["team"], measure["revision"]) == (201, 45.0, "shop", 1)
    assert measure["interval"] == {"low": pytest.approx(25.81978582556243), "high": pytest.approx(65.79146575496577)}
    assert measure["benchmark_gap"] == pytest.approx(-0.1)
    there = await client.get(at(teams["shop"]), headers=admin)
    assert (there.json(), there.headers["etag"]) == (measure, reply.headers["etag"])


async def test_a_plain_number_has_no_interval_and_here_no_benchmark(client, admin, teams):
    reply = await client.put(at(teams["shop"], COST), headers=admin, json={"measured_on": "2025-04-03", "value": 12.5})
    assert (reply.json()["value"], reply.json()["interval"], reply.json()["benchmark_gap"]) == (12.5, None, None)


async def test_a_benchmark_holds_for_the_library_s_own_unit_only(client, admin, teams):
    own = {"owner": None, "unit": "percent"}
    assert (await client.put(f"/v1/kpi-sheets/{WIN}", headers={**admin, "If-Match": "*"}, json=own)).status_code == 200
    reply = await client.put(at(teams["shop"]), headers=admin, json={"measured_on": "2025-04-03", "value": 45})
    assert (reply.status_code, reply.json()["benchmark_gap"]) == (201, None)


async def test_a_value_under_an_earlier_formula_is_held_against_no_benchmark(client, admin, teams):
    await client.put(at(teams["shop"]), headers=admin, json=SHARE)
    own = {"owner": None, "formula": {"fr": "Les gagnés.", "en": "Those won."}}
    assert (await client.put(f"/v1/kpi-sheets/{WIN}", headers={**admin, "If-Match": "*"}, json=own)).status_code == 200
    before = (await client.get(at(teams["shop"]), headers=admin)).json()
    assert (before["value"], before["formula_revision"], before["benchmark_gap"]) == (45.0, 1, None)
    after = (await client.put(at(teams["shop"]), headers=admin, json=SHARE)).json()
    assert (after["formula_revision"], after["benchmark_gap"]) == (2, pytest.approx(-0.1))


async def test_the_same_value_again_changes_nothing_and_another_is_a_correction(client, admin, teams):
    first = await client.put(at(teams["shop"]), headers=admin, json=SHARE)
    again = await client.put(at(teams["shop"]), headers=admin, json=SHARE)
    assert (again.status_code, again.json()) == (200, first.json())
    corrected = await client.put(at(teams["shop"]), headers=admin, json={**SHARE, "numerator": 10})
    assert (corrected.status_code, corrected.json()["value"], corrected.json()["revision"]) == (200, 50.0, 2)
    assert [each["revision"] for each in await listed(client, admin)] == [2]


async def test_who_says_which_value_is_corrected_is_heard(client, admin, teams):
    etag = (await client.put(at(teams["shop"]), headers=admin, json=SHARE)).headers["etag"]
    other = {**SHARE, "numerator": 10}
    for condition in ({"If-Match": '"other"'}, {"If-None-Match": "*"}):
        refused = await client.put(at(teams["shop"]), headers={**admin, **condition}, json=other)
        assert said(refused) == (412, "precondition_failed", [])
    good = await client.put(at(teams["shop"]), headers={**admin, "If-Match": etag}, json=other)
    assert good.status_code == 200


async def test_a_value_that_is_sent_many_times_at_once_is_one_value(client, admin, teams):
    replies = await asyncio.gather(*(client.put(at(teams["shop"]), headers=admin, json=SHARE) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [200] * 5 + [201]
    assert [each["revision"] for each in await listed(client, admin)] == [1]


async def test_who_records_what_another_is_just_recording_waits_and_finds_it(
    client, admin, teams, database, organisation
):
    place = (UUID(teams["shop"]), WIN, END)
    measure = Measure(
        period_end=END, measured_on=date(2025, 4, 3), value=45.0, numerator=9, denominator=20, formula_revision=1
    )
    async with database.transaction(organisation) as tx:
        await lock_teams(tx, [place[0]])
        await add_measures(tx, [(place, 1, measure)])
        waiting = asyncio.create_task(client.put(at(teams["shop"]), headers=admin, json=SHARE))
        while not waiting.done() and not (await database.call(LOCKED))["n"]:
            await asyncio.sleep(0.01)
    reply = await waiting
    assert (reply.status_code, reply.json()["revision"]) == (200, 1)


@pytest.mark.parametrize(
    ("kpi", "body", "places"),
    [
        pytest.param(WIN, {**SHARE, "numerator": 21}, ["/numerator"], id="more than all"),
        pytest.param(WIN, {**SHARE, "numerator": 0, "denominator": 0}, ["/denominator"], id="a share of nothing"),
        pytest.param(WIN, {**SHARE, "value": 45}, ["/value"], id="a value and its cases"),
        pytest.param(WIN, {"measured_on": "2025-04-03", "numerator": 9}, ["/value"], id="half of the cases"),
        pytest.param(WIN, {"measured_on": "2025-04-03"}, ["/value"], id="nothing"),
        pytest.param(WIN, {"measured_on": "2025-04-03", "value": 100.5}, ["/value"], id="more than 100 percent"),
        pytest.param(COST, {"measured_on": "2025-04-03", "value": -1}, ["/value"], id="a negative cost"),
        pytest.param(COST, SHARE, ["/numerator"], id="cases of what is no share"),
        pytest.param(WIN, {**SHARE, "measured_on": "2025-03-30"}, ["/measured_on"], id="before the period ended"),
        pytest.param(WIN, {**SHARE, "measured_on": str(TODAY + timedelta(1))}, ["/measured_on"], id="tomorrow"),
        pytest.param(WIN, {**SHARE, "measured_on": "2025-02-30"}, ["/measured_on"], id="no day"),
        pytest.param(WIN, {**SHARE, "numerator": -1}, ["/numerator"], id="negative cases"),
        pytest.param(WIN, {**SHARE, "numerator": 9.5}, ["/numerator"], id="half a case"),
    ],
)
async def test_what_a_value_cannot_be(client, admin, teams, kpi, body, places):
    reply = await client.put(at(teams["shop"], kpi), headers=admin, json=body)
    status, _, found = said(reply)
    assert (status, found) == (422, places), reply.text
    assert await listed(client, admin) == []


async def test_a_period_that_is_not_over_has_no_value(client, admin, teams):
    reply = await client.put(at(teams["shop"], end=TODAY + timedelta(1)), headers=admin, json=SHARE)
    assert said(reply) == (422, "measures_invalid", ["path/period_end"])


async def test_what_is_unknown_is_said(client, admin, teams):
    strange = await client.put(at(str(uuid4())), headers=admin, json=SHARE)
    assert said(strange) == (404, "team_not_found", [])
    no_sheet = await client.put(
        at(teams["shop"], "kpi-exp-nps"), headers={**admin, "Accept-Language": "fr"}, json=SHARE
    )
    assert said(no_sheet) == (404, "kpi_sheet_not_found", [])
    assert no_sheet.json()["title"] == "Votre organisation n’a pas de fiche pour cet indicateur."
    nothing = await client.get(at(teams["shop"]), headers=admin)
    assert said(nothing) == (404, "measure_not_found", [])
    no_day = await client.get(at(teams["shop"], end="2025-02-30"), headers=admin)
    assert no_day.status_code in {404, 422}
    assert (await client.get(at(teams["shop"], kpi="%00"), headers=admin)).status_code == 422


# A sheet of values.


async def test_an_import_records_all_values_at_once(client, admin, teams):
    lines = [f"shop,{WIN},2025-0{month}-28,,{month},20,2025-0{month}-28" for month in range(1, 7)]
    lines += [f'kiosk,{COST},2025-03-31,"12,5",,,2025-04-01']
    dry = await imported(client, admin, lines, params={"dry_run": "true"})
    counts = {"rows": 7, "created": 7, "updated": 0, "unchanged": 0, "summary": "7 of 7"}
    assert (dry.status_code, dry.json()) == (200, {"dry_run": True, **counts})
    assert await listed(client, admin) == []
    assert (await imported(client, admin, lines)).json() == {"dry_run": False, **counts}
    values = {(each["team"], each["period_end"]): each["value"] for each in await listed(client, admin)}
    assert len(values) == 7
    assert (values["shop", "2025-06-28"], values["kiosk", "2025-03-31"]) == (30.0, 12.5)
    again = await imported(client, admin, [*lines[1:], f"shop,{WIN},2025-01-28,50,,,2025-01-28"])
    assert {name: again.json()[name] for name in ("created", "updated", "unchanged")} == {
        "created": 0,
        "updated": 1,
        "unchanged": 6,
    }


async def test_an_import_takes_a_list_too(client, admin, teams):
    row = {"team": "shop", "kpi": WIN, "period_end": "2025-03-31", **SHARE}
    reply = await client.post("/v1/measures/import", headers=admin, json=[row])
    assert reply.json()["summary"] == "1 of 1"


async def test_an_import_is_all_or_nothing_and_each_problem_has_its_line(client, admin, teams):
    good = f"shop,{WIN},2025-03-31,,9,20,2025-04-03"
    lines = [
        good,
        f"attic,{WIN},2025-03-31,,9,20,2025-04-03",
        "shop,kpi-exp-nps,2025-03-31,5,,,2025-04-03",
        good,
    ]
    refused = await imported(client, admin, lines)
    places = ["#/line/3/team", "#/line/4/kpi", "#/line/5/period_end"]
    assert said(refused) == (422, "measures_invalid", places)
    assert "#/line/2" in refused.json()["errors"][2]["rule"]
    assert refused.json()["errors"][1]["example"] == WIN
    broken = [
        good,
        f"shop,{WIN},2025-02-28,,21,20,2025-03-03",
        f"shop,{COST},{TODAY + timedelta(40)},5,,,2025-03-03",
        f"shop,{COST},2025-02-28,-5,,,2025-03-03",
    ]
    places = ["#/line/3/numerator", "#/line/4/period_end", "#/line/5/value"]
    assert said(await imported(client, admin, broken)) == (422, "measures_invalid", places)
    assert await listed(client, admin) == []


async def test_cells_that_are_no_numbers_or_days_are_all_found(client, admin, teams):
    lines = [f"shop,{WIN},31/03/2026,5,,,2025-04-03", f"shop,{WIN},2025-03-31,much,,,2025-04-03", "Shop 1,,,,,,"]
    reply = await imported(client, admin, lines)
    status, code, places = said(reply)
    assert (status, code) == (422, "measures_invalid")
    assert places[:2] == ["#/line/2/period_end", "#/line/3/value"]
    assert len(places) == 3
    assert [each["received"] for each in reply.json()["errors"][:2]] == ["31/03/2026", "much"]
    for value in ("nan", "inf", "1e400"):
        assert (await imported(client, admin, [f"shop,{WIN},2025-03-31,{value},,,2025-04-03"])).status_code == 422


@pytest.mark.parametrize("body", [b"[]", b"{}", b"[1]", b'[{"team": 5}]', b'["x"]', b"[null]"])
async def test_a_list_of_something_else_is_refused(client, admin, teams, body):
    headers = {**admin, "Content-Type": "application/json"}
    reply = await client.post("/v1/measures/import", headers=headers, content=body)
    assert reply.status_code in {400, 422}, reply.text


async def test_more_than_a_hundred_problems_are_counted(client, admin, teams):
    lines = [f"attic,{WIN},2025-03-31,,{n},200,2025-04-03" for n in range(120)]
    reply = await imported(client, admin, lines)
    assert len(reply.json()["errors"]) == 100
    assert reply.json()["detail"].startswith("239 problems, the first 100 are shown")


async def test_an_import_with_a_key_is_done_once(client, admin, teams):
    once = {**admin, "Idempotency-Key": "march"}
    line = [f"shop,{WIN},2025-03-31,,9,20,2025-04-03"]
    first, again = await imported(client, once, line), await imported(client, once, line)
    assert (first.json()["created"], again.json()["created"]) == (1, 1)
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_whole_history_is_one_import(client, admin, teams):
    days = [date(1985, 1, 1) + timedelta(n) for n in range(13_000)]
    lines = [f"{team},{COST},{day},{n % 50},,,{day}" for team in ("shop", "kiosk") for n, day in enumerate(days)]
    body = HEADER + "\n".join(lines)
    reply = await client.post("/v1/measures/import", headers={**admin, **CSV}, content=body)
    assert reply.json()["summary"] == "26000 of 26000"


# Lists.


async def test_values_are_listed_in_pages_under_filters(client, admin, teams):
    lines = [f"{team},{kpi},2025-0{n}-28,5,,,2025-0{n}-28" for team in teams for kpi in (WIN, COST) for n in (1, 2, 3)]
    assert (await imported(client, admin, lines)).json()["created"] == 18
    seen, path = [], f"/v1/measures?team=shop&kpi={WIN}&limit=2"
    while path:
        reply = await client.get(path, headers=admin)
        assert reply.status_code == 200, (path, reply.text)
        page = reply.json()
        seen += page["items"]
        path = page["next"]
    assert [(each["team"], each["kpi"], each["period_end"]) for each in seen] == [
        ("shop", WIN, f"2025-0{n}-28") for n in (1, 2, 3)
    ]
    assert len(await listed(client, admin, f"?kpi={COST}")) == 9
    assert said(await client.get("/v1/measures?team=attic", headers=admin)) == (404, "team_not_found", [])


async def test_a_cursor_belongs_to_its_filters(client, admin, teams):
    await imported(client, admin, [f"shop,{WIN},2025-0{n}-28,5,,,2025-0{n}-28" for n in (1, 2, 3)])
    following = (await client.get("/v1/measures?team=shop&limit=1", headers=admin)).json()["next"]
    other = await client.get(following.replace("team=shop", "team=kiosk"), headers=admin)
    assert (other.status_code, other.json()["code"]) == (422, "cursor_invalid")


# Reviews.


async def test_a_review_is_noted_and_later_completed(client, admin, teams):
    where = f"/v1/teams/{teams['shop']}/kpis/{WIN}/reviews"
    note = {"note": "Trop peu de relances.", "deviation": "45 au lieu de 50.", "action": "Relancer sous trois jours."}
    first = await client.put(f"{where}/2025-04-07", headers=admin, json=note)
    assert (first.status_code, first.json()["effect_checked"]) == (201, False)
    again = await client.put(f"{where}/2025-04-07", headers=admin, json=note)
    assert (again.status_code, again.json()) == (200, first.json())
    checked = await client.put(f"{where}/2025-04-07", headers=admin, json={**note, "effect_checked": True})
    assert (checked.json()["revision"], checked.json()["effect_checked"]) == (2, True)
    there = await client.get(f"{where}/2025-04-07", headers=admin)
    assert (there.json(), there.headers["etag"]) == (checked.json(), checked.headers["etag"])
    stale = {**admin, "If-Match": first.headers["etag"]}
    assert said(await client.put(f"{where}/2025-04-07", headers=stale, json=note)) == (412, "precondition_failed", [])


async def test_reviews_are_listed_oldest_first(client, admin, teams):
    where = f"/v1/teams/{teams['shop']}/kpis/{WIN}/reviews"
    for day in ("2025-04-07", "2025-03-07", "2025-05-07"):
        assert (await client.put(f"{where}/{day}", headers=admin, json={"note": "Vu."})).status_code == 201
    first = (await client.get(f"{where}?limit=2", headers=admin)).json()
    second = (await client.get(first["next"], headers=admin)).json()
    assert [each["reviewed_on"] for each in first["items"]] == ["2025-03-07", "2025-04-07"]
    assert ([each["reviewed_on"] for each in second["items"]], second["next"]) == (["2025-05-07"], None)


@pytest.mark.parametrize(
    ("day", "body", "places"),
    [
        pytest.param(TODAY + timedelta(1), {"note": "Vu."}, ["path/reviewed_on"], id="tomorrow"),
        pytest.param(END, {"action": "Relancer."}, ["/deviation"], id="an action for nothing"),
        pytest.param(END, {"deviation": "Trop bas.", "effect_checked": True}, ["/action"], id="the effect of nothing"),
        pytest.param(END, {"effect_checked": True, "action": "X"}, ["/deviation"], id="an effect without a deviation"),
    ],
)
async def test_what_a_review_cannot_say(client, admin, teams, day, body, places):
    where = f"/v1/teams/{teams['shop']}/kpis/{WIN}/reviews/{day}"
    assert said(await client.put(where, headers=admin, json=body)) == (422, "review_invalid", places)
    assert said(await client.get(where, headers=admin)) == (404, "review_not_found", [])


# Rights.


async def test_a_team_lead_records_for_the_own_team_and_those_below(client, lead, teams):
    for team, status in (("house", 201), ("shop", 201), ("kiosk", 403)):
        review = f"/v1/teams/{teams[team]}/kpis/{WIN}/reviews/{END}"
        for path, body in ((at(teams[team]), SHARE), (review, {"note": "Vu."})):
            assert (await client.put(path, headers=lead, json=body)).status_code == status
            assert (await client.get(path, headers=lead)).status_code == (403 if status == 403 else 200)
    listed_reviews = await client.get(f"/v1/teams/{teams['kiosk']}/kpis/{WIN}/reviews", headers=lead)
    assert said(listed_reviews) == (403, "team_beyond_key", [])


async def test_a_team_lead_s_import_and_list_end_at_the_own_team(client, admin, lead, teams):
    lines = [f"{team},{WIN},2025-03-31,,9,20,2025-04-03" for team in ("shop", "kiosk")]
    assert said(await imported(client, lead, lines)) == (422, "measures_invalid", ["#/line/3/team"])
    assert (await imported(client, admin, lines)).json()["created"] == 2
    assert [each["team"] for each in await listed(client, lead)] == ["shop"]
    assert [each["team"] for each in await listed(client, lead, "?team=shop")] == ["shop"]
    assert said(await client.get("/v1/measures?team=kiosk", headers=lead)) == (403, "team_beyond_key", [])


@pytest.mark.parametrize(("role", "reads", "writes"), [(Role.AUDITOR, 200, 403), (Role.EXECUTIVE, 403, 403)])
async def test_who_only_reads(client, database, secrets, organisation, teams, role, reads, writes):
    key = await key_for(database, secrets, organisation, role)
    assert (await client.get("/v1/measures", headers=key)).status_code == reads
    assert (await client.put(at(teams["shop"]), headers=key, json=SHARE)).status_code == writes
    assert (await imported(client, key, [f"shop,{WIN},2025-03-31,,9,20,2025-04-03"])).status_code == writes


# What was known when.


async def test_a_record_is_what_was_known_by_the_end_of_a_day(client, admin, database, organisation, teams):
    await client.put(at(teams["shop"]), headers=admin, json=SHARE)
    async with database.transaction(organisation) as tx:
        today, yesterday = await records_at(tx, TODAY), await records_at(tx, TODAY - timedelta(1))
    assert ([(str(each.team_id), each.kpi) for each in today], yesterday) == ([(teams["shop"], WIN)], [])
    (record,) = today
    assert (record.process, record.sheet.owner, record.sheet.teams) == ("acq", "Ana Petit", [])
    assert [each.value for each in record.measures] == [45.0]
    assert factual(record, 1.0, TODAY).rung == 1


async def test_the_newest_revision_counts_and_earlier_ones_are_still_there(
    client, admin, database, organisation, teams
):
    await client.put(at(teams["shop"]), headers=admin, json=SHARE)
    await client.put(at(teams["shop"]), headers=admin, json={**SHARE, "numerator": 10})
    where = f"/v1/teams/{teams['shop']}/kpis/{WIN}/reviews/{END}"
    for note in ("Vu.", "Revu."):
        await client.put(where, headers=admin, json={"note": note})
    async with database.transaction(organisation) as tx:
        (record,) = await records_at(tx, TODAY)
        count = await tx.execute(text("select count(*) from assess.measure"))
    assert ([each.value for each in record.measures], [each.note for each in record.reviews]) == ([50.0], ["Revu."])
    assert count.scalar_one() == 2


async def test_a_team_that_the_sheet_names_has_a_record_with_its_own_terms(
    client, admin, database, organisation, teams
):
    terms = {"team_id": teams["kiosk"], "owner": "Zoé"}
    sheet = {"owner": "Ana Petit", "teams": [terms]}
    reply = await client.put(f"/v1/kpi-sheets/{WIN}", headers={**admin, "If-Match": "*"}, json=sheet)
    assert reply.status_code == 200
    async with database.transaction(organisation) as tx:
        (record,) = await records_at(tx, TODAY)
    assert (str(record.team_id), record.sheet.owner, record.measures) == (teams["kiosk"], "Zoé", [])
