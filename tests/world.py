"""A whole company over HTTP, from its teams to its report: what tests of every route stand on."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from msgspec import Struct

Headers = dict[str, str]

TEAMS = """\
key,name,parent,functions,capacity_days,lead
house,Maison{mark},,,,
atelier,Atelier{mark},house,offer,5,Ana{mark}
labo,Labo{mark},house,offer|data,5,
"""
SIZES = {"atelier": 6, "labo": 7}
ELSEWHERE = {"atelier": 5, "labo": 0}
INDICATOR = {"kpi": "kpi-off-cocreation", "period_end": "2025-03-31", "reviewed_on": "2025-04-07"}
"""Of which indicator, period and day there is a record sheet, a value and a review."""
NAMES = {"number": "1", "item": "off-listen-insight", "key": "offer", "version": "1.0.0", **INDICATOR}
"""Path parameters that are no ids."""
MARK = "7canary7"
"""Stands in whatever people of the shared world have said, and nowhere else."""


class World(Struct, frozen=True, kw_only=True):
    """Where everything of one organisation is: path parameters by name, and the keys of its people."""

    organisation: UUID
    ids: dict[str, str]
    keys: dict[str, Headers]
    shared_query: str


async def build_world(client: httpx.AsyncClient, organisation: UUID, admin: Headers, mark: str = "") -> World:
    """Play one company from its teams to its report; ``mark`` stands in each name, address and comment that people gave."""
    teams = await _teams(client, admin, mark)
    campaign = await _launched(client, admin, f"spring{mark}", mark)
    response_key = await _answers(client, admin, campaign, mark)
    assessments = (await done(client, "GET", f"/v1/campaigns/{campaign}/assessments", admin))["items"]
    own = next(each["id"] for each in assessments if each["team"] == "atelier")
    exemption = f"/v1/assessments/{own}/exemptions/{NAMES['item']}"
    await done(client, "PUT", exemption, admin, json={"reason": "Cela ne la concerne pas"})
    closed = await done(client, "POST", f"/v1/campaigns/{campaign}/close", admin)
    assert closed["scored"] > 0
    nodes = (await done(client, "GET", f"/v1/campaigns/{campaign}/results", admin))["nodes"]
    people = (await done(client, "GET", f"/v1/campaigns/{campaign}/people", admin))["items"]
    await _indicator(client, admin, teams["atelier"], mark)
    start = str(datetime.now(UTC).date())
    roadmap = (await done(client, "POST", "/v1/roadmaps", admin, json={"campaign_id": campaign, "starts_on": start}))[
        "id"
    ]
    report = (await done(client, "POST", "/v1/reports", admin, json={"roadmap_id": roadmap, "language": "fr"}))["id"]
    link = await done(client, "POST", f"/v1/reports/{report}/links", admin)
    keys, key_id = await _keys(client, admin, teams, mark)
    return World(
        organisation=organisation,
        ids={
            "organisation_id": str(organisation),
            "team_id": teams["atelier"],
            "campaign_id": campaign,
            "assessment_id": own,
            "other_assessment_id": next(each["id"] for each in assessments if each["team"] == "labo"),
            "score_id": next(node["score_id"] for node in nodes if node["key"] == "atelier"),
            "roadmap_id": roadmap,
            "report_id": report,
            "person_id": people[0]["id"],
            "key_id": key_id,
            **NAMES,
        },
        keys={"admin": admin, **keys, "respondent": response_key},
        shared_query=link["url"].partition("?")[2],
    )


async def read_everything(client: httpx.AsyncClient, world: World) -> None:
    """One good exchange of every operation that ``build_world`` did not need."""
    ids, admin = world.ids, world.keys["admin"]
    for path in (
        "/health/live",
        "/health/ready",
        "/metrics",
        "/docs",
        "/v1/questionnaires",
        "/v1/questionnaires/offer",
        "/v1/questionnaires/offer/versions",
        "/v1/questionnaires/offer/versions/1.0.0?lang=en",
        "/v1/questionnaires/schema",
        "/v1/actions?lang=en",
        "/v1/kpis?lang=en",
        f"/v1/kpis/{ids['kpi']}?lang=en",
        f"/v1/shared-reports/{ids['report_id']}?{world.shared_query}",
    ):
        (await client.get(path)).raise_for_status()
    for path in (
        "/v1/me",
        f"/v1/organisations/{ids['organisation_id']}",
        "/v1/teams",
        f"/v1/teams/{ids['team_id']}",
        "/v1/api-keys",
        "/v1/campaigns",
        f"/v1/campaigns/{ids['campaign_id']}",
        f"/v1/campaigns/{ids['campaign_id']}/people",
        f"/v1/campaigns/{ids['campaign_id']}/participation",
        f"/v1/campaigns/{ids['campaign_id']}/results",
        f"/v1/campaigns/{ids['campaign_id']}/mask",
        f"/v1/assessments/{ids['assessment_id']}",
        f"/v1/assessments/{ids['assessment_id']}/results",
        f"/v1/assessments/{ids['assessment_id']}/discussion-points",
        f"/v1/campaigns/{ids['campaign_id']}/discussion-points",
        f"/v1/campaigns/{ids['campaign_id']}/exemptions",
        f"/v1/assessments/{ids['assessment_id']}/exemptions/{ids['item']}",
        f"/v1/scores/{ids['score_id']}/explanation?of=off-listen",
        "/v1/kpi-sheets",
        f"/v1/kpi-sheets/{ids['kpi']}",
        f"/v1/measures?team=atelier&kpi={ids['kpi']}",
        f"/v1/teams/{ids['team_id']}/measures/{ids['kpi']}/{ids['period_end']}",
        f"/v1/teams/{ids['team_id']}/kpis/{ids['kpi']}/reviews",
        f"/v1/teams/{ids['team_id']}/kpis/{ids['kpi']}/reviews/{ids['reviewed_on']}",
        "/v1/roadmaps",
        f"/v1/roadmaps/{ids['roadmap_id']}",
        f"/v1/roadmaps/{ids['roadmap_id']}/plans/1",
        "/v1/reports",
        f"/v1/reports/{ids['report_id']}",
        f"/v1/reports/{ids['report_id']}/content",
    ):
        (await client.get(path, headers=admin)).raise_for_status()
    results = f"/v1/campaigns/{ids['campaign_id']}/results"
    (await client.get(results, headers={**admin, "Accept": "text/csv"})).raise_for_status()
    team = await done(client, "GET", f"/v1/teams/{ids['team_id']}", admin)
    said = {name: team[name] for name in ("key", "name", "functions", "lead")}
    sent = {**said, "parent": "house", "capacity_days": 6}
    await _put(client, f"/v1/teams/{ids['team_id']}", admin, sent)
    once = {**admin, "Idempotency-Key": "stand"}
    await done(client, "POST", "/v1/teams", once, json={"key": "stand", "name": "Stand", "parent": "house"})
    await done(client, "DELETE", f"/v1/api-keys/{ids['key_id']}", admin)
    roster = f"/v1/campaigns/{ids['campaign_id']}/people"
    last = (await done(client, "GET", roster, admin))["items"][-1]
    await done(client, "DELETE", f"{roster}/{last['id']}", admin)
    team = {"key": "kiosk", "name": "Kiosque", "parent": "house"}
    await done(client, "POST", "/v1/teams/import?dry_run=true", admin, json=[team])
    change = {"item": ids["item"], "raise": 0.5}
    await done(client, "POST", "/v1/scores/simulate", admin, json={"score_id": ids["score_id"], "changes": [change]})
    wrong = {"key": "own", "version": "1.0.0", "languages": ["en"]}
    await done(client, "POST", "/v1/questionnaires/validate", {}, json=wrong)
    yaml = {"Content-Type": "application/yaml"}
    await done(
        client, "POST", "/v1/questionnaires/validate", yaml, content='key: own\nversion: "1.0.0"\nlanguages: [en]\n'
    )


async def _teams(client: httpx.AsyncClient, admin: Headers, mark: str) -> dict[str, str]:
    sheet, teams = {**admin, "Content-Type": "text/csv"}, TEAMS.format(mark=mark)
    await done(client, "POST", "/v1/teams/import?dry_run=true", sheet, content=teams)
    await done(client, "POST", "/v1/teams/import", sheet, content=teams)
    return {team["key"]: team["id"] for team in (await done(client, "GET", "/v1/teams", admin))["items"]}


async def _launched(client: httpx.AsyncClient, admin: Headers, key: str, mark: str) -> str:
    today = datetime.now(UTC).date()
    dates = {"starts_on": str(today), "ends_on": str(today + timedelta(days=14))}
    new = {"key": key, "name": f"Printemps{mark}", "languages": ["fr", "en"], **dates}
    campaign: str = (await done(client, "POST", "/v1/campaigns", admin, json=new))["id"]
    at = f"/v1/campaigns/{campaign}"
    asked = [{"key": "offer", "version": "1.0.0"}]
    chosen = [{"team": team, "questionnaires": asked, "asked_elsewhere": ELSEWHERE[team]} for team in SIZES]
    await _put(client, f"{at}/assessments", admin, {"items": chosen})
    await done(client, "POST", f"{at}/people/import", {**admin, "Content-Type": "text/csv"}, content=_people(mark))
    zoe = {"name": f"Zoé Un{mark}", "email": f"zoe{mark}@example.com"}
    one = {**zoe, "language": "fr", "perspective": "client_facing", "team": "labo"}
    await done(client, "POST", f"{at}/people/import?dry_run=true", admin, json=[one])
    await done(client, "POST", f"{at}/people", admin, json=one)
    await done(client, "GET", f"{at}/preflight", admin)
    await done(client, "POST", f"{at}/launch", admin)
    await done(client, "POST", f"{at}/extend", admin, json={"ends_on": str(today + timedelta(days=21))})
    await _imported(client, admin, at, mark)
    return campaign


async def _imported(client: httpx.AsyncClient, admin: Headers, at: str, mark: str) -> None:
    """Whole answers of the people who were asked elsewhere; whoever they are called stands in the file alone."""
    items = _items(await done(client, "GET", "/v1/questionnaires/offer/versions/1.0.0", {}))
    rows = [
        f"atelier,r{person}{mark},{item['key']},{item['levels'][(person + place) % 4]['ordinal']},client_facing"
        for person in range(ELSEWHERE["atelier"])
        for place, item in enumerate(items)
    ]
    sheet = "\n".join(["team,respondent,item,answer,perspective", *rows])
    await done(client, "POST", f"{at}/responses/import", {**admin, "Content-Type": "text/csv"}, content=sheet)
    one = {"team": "atelier", "respondent": f"r0{mark}", "item": items[0]["key"]}
    others = [{**one, "answer": 4, "perspective": "client_facing"}, {**one, "respondent": f"r1{mark}", "answer": "DK"}]
    await done(client, "POST", f"{at}/responses/import?dry_run=true&replace=true", admin, json=others)


def _people(mark: str) -> str:
    seats = [(team, n) for team, size in SIZES.items() for n in range(size)]
    rows = [f"{team} {n}{mark},{team}.{n}{mark}@example.com,fr,member,{team}" for team, n in seats]
    return "\n".join(["name,email,language,perspective,team", *rows])


async def _answers(client: httpx.AsyncClient, admin: Headers, campaign: str, mark: str) -> Headers:
    """Everybody answers and is done, but one who withdraws; the key of the last response."""
    key: Headers = {}
    invited = (await done(client, "POST", f"/v1/campaigns/{campaign}/invitations", admin))["items"]
    for number, invitation in enumerate(invited):
        exchanged = await done(client, "POST", "/v1/respond/exchange", {}, json={"token": invitation["token"]})
        key = {"Authorization": f"Bearer {exchanged['response_key']}"}
        form = await done(client, "GET", "/v1/respond", key)
        await _answer(client, key, form, number, mark)
        if number == 0:
            await done(client, "POST", "/v1/respond/withdraw", key)
            continue
        said = {"json": {"hasty": True}} if number == 1 else {}
        await done(client, "POST", "/v1/respond/submit", key, **said)
        await done(client, "POST", "/v1/respond/completion", {}, json={"token": invitation["token"]})
    return key


async def _answer(client: httpx.AsyncClient, key: Headers, form: dict[str, Any], number: int, mark: str) -> None:
    comment, link = (f"Trop lent {mark}", f"https://example.com/{mark}") if mark else (None, None)
    for place, item in enumerate(_items(form)):
        ordinals = [level["ordinal"] for level in item["levels"]]
        level = ordinals[(number + place) % 3 + (len(ordinals) > 5)]
        body = {"answer": {"type": "level", "level": level}, "comment": comment, "sequence": place + 1}
        if link and not item["key"].startswith("kpi"):
            body["evidence"] = link
        await done(client, "PUT", f"/v1/respond/answers/{item['key']}", key, json=body)


def _items(value: Any) -> list[dict[str, Any]]:
    """Every item of a form, wherever it stands."""
    if isinstance(value, list):
        return [item for each in value for item in _items(each)]
    if not isinstance(value, dict):
        return []
    return [value] if "levels" in value else [item for each in value.values() for item in _items(each)]


async def _indicator(client: httpx.AsyncClient, admin: Headers, team: str, mark: str) -> None:
    """A record sheet from the library with a target of its own, two values and a review."""
    kpi, reviewed_on = INDICATOR["kpi"], INDICATOR["reviewed_on"]
    terms = [{"team_id": team, "owner": f"Zoé{mark}", "baseline": 20, "target": 40}]
    sheet = {"owner": f"Ana{mark}", "baseline": 20, "target": 50, "target_on": "2030-12-31", "teams": terms}
    await _put(client, f"/v1/kpi-sheets/{kpi}", admin, sheet)
    value = {"numerator": 7, "denominator": 20, "measured_on": "2025-04-03"}
    await _put(client, f"/v1/teams/{team}/measures/{kpi}/{INDICATOR['period_end']}", admin, value)
    row = {"team": "atelier", "kpi": kpi, "period_end": "2025-06-30", **value, "measured_on": "2025-07-02"}
    await done(client, "POST", "/v1/measures/import?dry_run=true", admin, json=[row])
    await done(client, "POST", "/v1/measures/import", {**admin, "Content-Type": "text/csv"}, content=_sheet_of(row))
    review = {"note": f"Vu.{mark}", "deviation": f"Trop bas.{mark}", "action": "Inviter des clients."}
    await _put(client, f"/v1/teams/{team}/kpis/{kpi}/reviews/{reviewed_on}", admin, review)


def _sheet_of(row: dict[str, Any]) -> str:
    return ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"


async def _keys(
    client: httpx.AsyncClient, admin: Headers, teams: dict[str, str], mark: str
) -> tuple[dict[str, Headers], str]:
    keys: dict[str, Headers] = {}
    key_id = ""
    for role in ("consultant", "team_lead", "executive", "auditor"):
        ask = {"name": f"A {role}{mark}", "role": role, "team_id": teams["atelier"] if role == "team_lead" else None}
        issued = await done(client, "POST", "/v1/api-keys", admin, json=ask)
        keys[role] = {"Authorization": f"Bearer {issued['secret']}"}
    spare = await done(client, "POST", "/v1/api-keys", admin, json={"name": "Spare", "role": "auditor"})
    key_id = spare["key"]["id"]
    return keys, key_id


async def _put(client: httpx.AsyncClient, path: str, admin: Headers, body: Any) -> Any:
    """PUT with the ETag of what is there, as a careful client does."""
    there = await client.get(path, headers=admin)
    etag = {"If-Match": there.headers["etag"]} if "etag" in there.headers else {}
    return await done(client, "PUT", path, {**admin, **etag}, json=body)


async def done(client: httpx.AsyncClient, method: str, path: str, headers: Headers, **sent: Any) -> Any:
    reply = await client.request(method, path, headers=headers, **sent)
    assert reply.is_success, f"{method} {path}: {reply.text}"
    return reply.json() if "json" in reply.headers.get("content-type", "") else reply.content
