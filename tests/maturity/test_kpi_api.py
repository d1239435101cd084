"""The library of indicators and the organisation's record sheets, over HTTP."""

import asyncio
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from msgspec.structs import replace

from assess import shipped
from assess.maturity.kpis import store as records_store
from assess.maturity.kpis.entries import Benchmark, Kpis, lint, reference
from assess.maturity.kpis.library import KPIS, KpiLibrary, digest_of, kpis_toml, load_kpis
from assess.questionnaire.files import load_published, read_yaml
from assess.questionnaire.flaw import FileRefused, errors_in
from assess.questionnaire.model import Kind
from assess.questionnaire.register import REGISTER
from assess.tenancy.model import Role
from tenants import key_for

pytestmark = pytest.mark.anyio

FOLDER = shipped.folder("questionnaires")
PUBLISHED = [questionnaire for questionnaire, _ in load_published(FOLDER)]
LIBRARY = read_yaml(FOLDER / KPIS, Kpis)
WIN = "kpi-acq-win-rate"
LOCKED = "select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and usename = current_user"
TEXT = {"fr": "Retours", "en": "Returns"}
OWN = {
    "owner": "Ana Petit",
    "process": "exp",
    "name": TEXT,
    "purpose": TEXT,
    "formula": TEXT,
    "unit": "count",
    "direction": "down",
    "source": TEXT,
    "cadence_days": 30,
}


@pytest.fixture(scope="module")
def client(whole: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of the whole application."""
    return whole


@pytest.fixture
async def team(client, admin) -> str:
    """The id of a team."""
    made = await client.post("/v1/teams", headers=admin, json={"key": "sales", "name": "Sales"})
    return made.json()["id"]


async def put(client, headers, kpi=WIN, body=None, **conditions) -> httpx.Response:
    sent = {"owner": "Ana Petit"} if body is None else body
    return await client.put(f"/v1/kpi-sheets/{kpi}", headers={**headers, **conditions}, json=sent)


def said(reply: httpx.Response) -> Any:
    """Status, code and the place of each finding."""
    found = reply.json()
    return reply.status_code, found["code"], [each["pointer"] for each in found.get("errors", ())]


# The library.


def test_the_library_has_its_35_indicators_and_breaks_no_rule():
    assert len(LIBRARY.kpis) == 35
    assert lint(LIBRARY, PUBLISHED) == []


def test_the_library_asks_the_22_items_of_the_questionnaires_under_their_names():
    labels = {
        item.key: item.label
        for questionnaire in PUBLISHED
        for process in questionnaire.processes
        for item in process.items()
        if item.kind is Kind.KPI
    }
    assert len(labels) == 22
    assert {entry.key: entry.name for entry in LIBRARY.kpis if entry.asked} == labels


def test_an_anecdote_is_no_reference():
    claims = [entry for entry in LIBRARY.kpis if any(each.kind == "claim" for each in entry.benchmarks)]
    assert {entry.key for entry in claims} == {
        "kpi-acq-site-traffic",
        "kpi-trv-client-objective",
        "kpi-trv-hr-span",
        "kpi-trv-idea-yield",
    }
    assert [reference(entry) for entry in claims] == [None] * 4
    references = {entry.key: reference(entry) for entry in LIBRARY.kpis if reference(entry) is not None}
    assert (references["kpi-acq-email-open"], references[WIN]) == (20, 50)
    assert "kpi-exp-ces" not in references, "a range is no single value"


def changed(**fields: Any) -> Kpis:
    return replace(LIBRARY, kpis=[replace(LIBRARY.kpis[0], **fields), *LIBRARY.kpis[1:]])


FLOOR = LIBRARY.kpis[0].benchmarks[0]
REVERSED = Benchmark(kind="norm", low=2, high=1, what=FLOOR.what, source=FLOOR.source, year=None)


@pytest.mark.parametrize(
    ("library", "rule"),
    [
        pytest.param(replace(LIBRARY, kpis=[*LIBRARY.kpis, LIBRARY.kpis[0]]), "duplicate_key", id="a key twice"),
        pytest.param(replace(LIBRARY, kpis=LIBRARY.kpis[1:]), "no_entry", id="an asked indicator is missing"),
        pytest.param(changed(asked=False), "asked", id="asked, and said not to be"),
        pytest.param(changed(process="fin"), "unknown_process", id="unknown process"),
        pytest.param(changed(process="off"), "key_prefix", id="the key of another process"),
        pytest.param(changed(name={"fr": "Un"}), "missing_language", id="one language"),
        pytest.param(changed(benchmarks=[REVERSED]), "reversed", id="a range that is upside down"),
        pytest.param(replace(LIBRARY, languages=["fr"]), "languages", id="not in every language"),
    ],
)
def test_a_broken_rule_is_found(library, rule):
    assert rule in {flaw.rule for flaw in errors_in(lint(library, PUBLISHED))}


def test_typography_is_looked_at():
    flaws = lint(changed(purpose={"fr": "C'est quoi?", "en": "What?"}), PUBLISHED)
    assert {flaw.rule for flaw in flaws} == {"straight_apostrophe"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (KPIS, REGISTER):
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def test_a_published_version_never_changes(folder):
    path = folder / KPIS
    path.write_text(path.read_text().replace("cadence_days: 7", "cadence_days: 8", 1))
    with pytest.raises(FileRefused, match="digest_changed"):
        load_kpis(folder, PUBLISHED)
    with pytest.raises(FileRefused, match="digest_changed"):
        kpis_toml(folder, PUBLISHED)


def test_an_unregistered_library_is_refused_until_it_is_registered(folder):
    register = (folder / REGISTER).read_text()
    (folder / REGISTER).unlink()
    with pytest.raises(FileRefused, match="not_registered"):
        load_kpis(folder, PUBLISHED)
    (folder / REGISTER).write_text(kpis_toml(folder, PUBLISHED))
    assert load_kpis(folder, PUBLISHED).digest == digest_of(LIBRARY)
    assert digest_of(LIBRARY) in register


def test_a_library_that_breaks_a_rule_does_not_load(folder):
    path = folder / KPIS
    path.write_text(path.read_text().replace("asked: true", "asked: false", 1))
    with pytest.raises(FileRefused, match=r"asked|\$\.kpis\[0\]"):
        load_kpis(folder, PUBLISHED)


def test_a_register_that_is_no_toml_is_refused(folder):
    (folder / REGISTER).write_text("[kpis")
    with pytest.raises(FileRefused, match="not_toml"):
        load_kpis(folder, PUBLISHED)


async def test_the_library_is_public_and_encoded_once(client, kpis: KpiLibrary):
    reply = await client.get("/v1/kpis")
    assert reply.content == kpis.ready(None, None).body
    assert len(reply.json()["kpis"]) == 35
    again = await client.get("/v1/kpis", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    french = await client.get("/v1/kpis?lang=fr")
    assert french.json()["kpis"][0]["name"] == {"fr": reply.json()["kpis"][0]["name"]["fr"]}
    assert french.headers["etag"] != reply.headers["etag"]


async def test_one_indicator_of_the_library(client):
    reply = await client.get(f"/v1/kpis/{WIN}?lang=en")
    assert reply.json()["name"] == {"en": "Proposal win rate"}
    unknown = await client.get("/v1/kpis/kpi-acq-luck")
    assert said(unknown) == (404, "kpi_unknown", [])
    french = await client.get("/v1/kpis/kpi-acq-luck", headers={"Accept-Language": "fr"})
    assert french.json()["title"] == "La bibliothèque n’a pas cet indicateur."


# Record sheets.


async def test_a_sheet_is_started_from_the_library_but_its_target_is_not(client, admin):
    reply = await put(client, admin)
    sheet, entry = reply.json(), (await client.get(f"/v1/kpis/{WIN}")).json()
    assert reply.status_code == 201
    shared = ("process", "name", "purpose", "formula", "unit", "direction", "source", "cadence_days")
    assert {name: sheet[name] for name in shared} == {name: entry[name] for name in shared}
    assert (sheet["in_library"], sheet["revision"], sheet["formula_revision"]) == (True, 1, 1)
    assert (sheet["owner"], sheet["baseline"], sheet["target"], sheet["target_on"]) == ("Ana Petit", None, None, None)
    there = await client.get(f"/v1/kpi-sheets/{WIN}", headers=admin)
    assert (there.json(), there.headers["etag"]) == (sheet, reply.headers["etag"])


async def test_what_is_said_stands_in_place_of_the_library(client, admin):
    mine = {"owner": None, "name": TEXT, "source": None, "cadence_days": 91}
    sheet = (await put(client, admin, body=mine)).json()
    assert (sheet["name"], sheet["source"], sheet["cadence_days"], sheet["unit"]) == (TEXT, None, 91, "share")


async def test_an_indicator_of_one_s_own(client, admin):
    sheet = (await put(client, admin, "own-returns", OWN)).json()
    assert (sheet["key"], sheet["process"], sheet["in_library"]) == ("own-returns", "exp", False)


async def test_a_sheet_that_is_there_is_replaced_with_if_match_only(client, admin):
    etag = (await put(client, admin)).headers["etag"]
    assert said(await put(client, admin)) == (428, "precondition_required", [])
    assert said(await put(client, admin, **{"If-None-Match": "*"})) == (412, "precondition_failed", [])
    stale = await put(client, admin, **{"If-Match": '"other"'})
    assert (said(stale), stale.headers["etag"]) == ((412, "precondition_failed", []), etag)
    changed = await put(client, admin, body={"owner": "Zoé"}, **{"If-Match": etag})
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert changed.headers["etag"] != etag


async def test_a_sheet_that_is_not_there_is_made_with_if_none_match(client, admin):
    assert said(await put(client, admin, **{"If-Match": "*"})) == (412, "precondition_failed", [])
    assert (await put(client, admin, **{"If-None-Match": "*"})).status_code == 201
    assert (await put(client, admin, **{"If-Match": "*", "If-None-Match": '"other"'})).status_code == 200


async def test_the_same_sheet_again_changes_nothing(client, admin):
    first = await put(client, admin)
    again = await put(client, admin, **{"If-Match": "*"})
    assert (again.status_code, again.json()) == (200, first.json())


async def test_another_formula_or_unit_is_a_new_series_and_another_name_is_not(client, admin):
    here = {"If-Match": "*"}
    await put(client, admin)
    renamed = (await put(client, admin, body={"owner": None, "name": TEXT}, **here)).json()
    assert (renamed["revision"], renamed["formula_revision"]) == (2, 1)
    redefined = (await put(client, admin, body={"owner": None, "formula": TEXT}, **here)).json()
    assert redefined["formula_revision"] == 2
    counted = (await put(client, admin, body={"owner": None, "formula": TEXT, "unit": "count"}, **here)).json()
    assert counted["formula_revision"] == 3


async def test_of_those_who_change_a_sheet_at_once_one_does(client, admin):
    here = {"If-Match": (await put(client, admin)).headers["etag"]}
    replies = await asyncio.gather(*(put(client, admin, body={"owner": f"Ana {n}"}, **here) for n in range(8)))
    assert sorted(reply.status_code for reply in replies) == [200, *[412] * 7]
    assert (await client.get(f"/v1/kpi-sheets/{WIN}", headers=admin)).json()["revision"] == 2


async def test_who_waits_for_another_s_revision_is_told(client, admin, database, organisation):
    here = {"If-Match": (await put(client, admin)).headers["etag"]}
    async with database.transaction(organisation) as tx:
        first = await records_store.sheet_of(tx, WIN)
        await records_store.add_sheet(tx, replace(first, revision=2, owner="Noé"))
        waiting = asyncio.create_task(put(client, admin, body={"owner": "Zoé"}, **here))
        while not waiting.done() and not (await database.call(LOCKED))["n"]:
            await asyncio.sleep(0.01)
    assert said(await waiting) == (412, "kpi_sheet_changed", [])


@pytest.mark.parametrize(
    ("kpi", "body", "places"),
    [
        pytest.param(WIN, {}, ["/"], id="nobody said who owns it"),
        pytest.param(WIN, {"owner": None, "process": "off"}, ["/process"], id="the process of another"),
        pytest.param("own-returns", {"owner": None}, ["/process"], id="own, without a process"),
        pytest.param("kpi-acq-luck", {**OWN}, ["path/kpi"], id="a key like the library's"),
        pytest.param(WIN, {"owner": None, "target": 101, "baseline": -1}, ["/baseline", "/target"], id="out of range"),
        pytest.param(
            WIN, {"owner": None, "target": 40, "baseline": 50}, ["/target"], id="a target behind the baseline"
        ),
        pytest.param(WIN, {"owner": None, "target": 50, "baseline": 50}, ["/target"], id="no way to go"),
        pytest.param(
            "own-returns",
            {**OWN, "target": 5, "baseline": 4},
            ["/target"],
            id="above the baseline, where less is better",
        ),
        pytest.param(
            WIN,
            {"owner": None, "target": {"low": 1, "high": 2, "tolerance": 1}},
            ["/target"],
            id="a band for a direction",
        ),
        pytest.param("kpi-acq-go-rate", {"owner": None, "target": 40}, ["/target"], id="a number for a band"),
        pytest.param(
            "kpi-acq-go-rate",
            {"owner": None, "target": {"low": 60, "high": 40, "tolerance": 5}},
            ["/target"],
            id="a band upside down",
        ),
        pytest.param(
            "kpi-acq-go-rate",
            {"owner": None, "target": {"low": -1, "high": 140, "tolerance": 5}},
            ["/target/low", "/target/high"],
            id="a band out of range",
        ),
        pytest.param(WIN, {"owner": None, "cadence_days": 0}, ["/cadence_days"], id="no cadence"),
        pytest.param(WIN, {"owner": None, "name": {}}, ["/name"], id="a text in no language"),
        pytest.param(WIN, {"owner": None, "colour": "red"}, ["/"], id="an unknown field"),
    ],
)
async def test_what_a_sheet_cannot_say(client, admin, kpi, body, places):
    reply = await put(client, admin, kpi, body)
    status, _, found = said(reply)
    assert (status, found) == (422, places), reply.text
    assert (await client.get("/v1/kpi-sheets", headers=admin)).json()["items"] == []


async def test_a_band_is_a_target(client, admin):
    band = {"low": 40.0, "high": 60.0, "tolerance": 10.0}
    reply = await put(client, admin, "kpi-acq-go-rate", {"owner": None, "target": band})
    assert (reply.status_code, reply.json()["target"]) == (201, band)


async def test_a_sheet_without_a_direction_or_a_unit_takes_any_target(client, admin):
    vague = {"owner": None, "unit": None, "direction": None, "target": 400, "baseline": 500}
    assert (await put(client, admin, body=vague)).json()["target"] == 400


async def test_a_team_can_have_terms_of_its_own(client, admin, team):
    terms = {"team_id": team, "owner": "Zoé", "target": 60.0, "target_on": "2026-12-31"}
    reply = await put(client, admin, body={"owner": None, "baseline": 30, "target": 50, "teams": [terms]})
    assert (reply.status_code, reply.json()["teams"]) == (201, [terms])


async def test_terms_of_teams_are_held_to_the_same_rules(client, admin, team):
    unknown = str(uuid4())
    teams = [{"team_id": team, "target": 20}, {"team_id": team}, {"team_id": unknown}]
    reply = await put(client, admin, body={"owner": None, "baseline": 30, "target": 50, "teams": teams})
    places = ["/teams/0/target", "/teams/1/team_id", "/teams/2/team_id"]
    assert said(reply) == (422, "kpi_sheet_invalid", places)
    assert reply.json()["errors"][2]["received"] == unknown


async def test_sheets_are_listed_by_key_in_pages(client, admin):
    keys = ["kpi-exp-csat", "kpi-acq-go-rate", WIN]
    for kpi in keys:
        await put(client, admin, kpi)
    await put(client, admin, WIN, {"owner": None}, **{"If-Match": "*"})
    first = (await client.get("/v1/kpi-sheets?limit=2", headers=admin)).json()
    second = (await client.get(first["next"], headers=admin)).json()
    assert [each["key"] for each in first["items"] + second["items"]] == sorted(keys)
    assert (second["items"][0]["key"], second["next"]) == ("kpi-exp-csat", None)
    assert first["items"][1]["owner"] is None


async def test_nothing_is_said_of_a_sheet_that_is_not_there(client, admin):
    reply = await client.get(f"/v1/kpi-sheets/{WIN}", headers={**admin, "Accept-Language": "fr"})
    assert said(reply) == (404, "kpi_sheet_not_found", [])
    assert reply.json()["title"] == "Votre organisation n’a pas de fiche pour cet indicateur."
    assert (await client.get("/v1/kpi-sheets/%00", headers=admin)).status_code == 422
    assert (await put(client, admin, "%00")).status_code == 422


@pytest.mark.parametrize(("role", "status"), [(Role.CONSULTANT, 201), (Role.AUDITOR, 403), (Role.TEAM_LEAD, 403)])
async def test_who_may_write_a_sheet(client, database, secrets, organisation, team, role, status):
    key = await key_for(database, secrets, organisation, role, UUID(team) if role is Role.TEAM_LEAD else None)
    assert (await put(client, key)).status_code == status
    reading = await client.get("/v1/kpi-sheets", headers=key)
    assert (reading.status_code, len(reading.json()["items"])) == (200, int(status == 201))
