"""One mask for all: what the JSON hides is hidden in the sheet, on the pages and in the PDF, and nothing else is."""

import csv
import io
import random
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from pypdf import PdfReader

from assess.tenancy.model import Role
from tenants import key_for, new_organisation
from world import done

pytestmark = pytest.mark.anyio

ASKED = {
    "lyon": ("offer", "experience"),
    "nantes": ("offer", "experience"),
    "rome": ("offer", "experience"),
    "paris": ("experience", "offer"),
    "lille": ("experience",),
    "oslo": ("offer",),
}
SIZES = {"lyon": 9, "nantes": 3, "rome": 7, "paris": 12, "lille": 4, "oslo": 14}
PARENTS = {"lyon": "south", "nantes": "south", "rome": "south"}
MARKS = "ab"
"""What stands in a cell of the PDF instead of a number: below the threshold, or protecting others."""

Cells = set[tuple[str, str]]
"""A node's key and a process."""


@pytest.fixture(scope="module")
async def company(client, database, secrets) -> dict[str, Any]:
    """A closed campaign with small teams, its roadmap and its report; everybody was asked elsewhere."""
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    teams = [f"{team},{team.title()},{PARENTS.get(team, '')}" for team in SIZES]
    sheet = {**admin, "Content-Type": "text/csv"}
    await done(
        client, "POST", "/v1/teams/import", sheet, content="\n".join(["key,name,parent", "south,South,", *teams])
    )
    today = datetime.now(UTC).date()
    days = {"starts_on": str(today), "ends_on": str(today + timedelta(days=3))}
    at = f"/v1/campaigns/{(await done(client, 'POST', '/v1/campaigns', admin, json={'key': 'one', 'name': 'One', **days}))['id']}"
    chosen = [
        {
            "team": team,
            "asked_elsewhere": SIZES[team],
            "questionnaires": [{"key": key, "version": "1.0.0"} for key in ASKED[team]],
        }
        for team in SIZES
    ]
    await done(client, "PUT", f"{at}/assessments", {**admin, "If-Match": "*"}, json={"items": chosen})
    await done(client, "POST", f"{at}/launch", admin)
    await done(client, "POST", f"{at}/responses/import", sheet, content=await answers(client))
    await done(client, "POST", f"{at}/close", admin)
    roadmap = await done(
        client, "POST", "/v1/roadmaps", admin, json={"campaign_id": at.rpartition("/")[2], "starts_on": str(today)}
    )
    report = await done(client, "POST", "/v1/reports", admin, json={"roadmap_id": roadmap["id"], "language": "en"})
    return {"admin": admin, "at": at, "report": f"/v1/reports/{report['id']}/content"}


async def answers(client: httpx.AsyncClient) -> str:
    """Everybody answers everything, by chance."""
    chance = random.Random(3)
    items = {}
    for key in ("offer", "experience"):
        asked = await done(client, "GET", f"/v1/questionnaires/{key}/versions/1.0.0", {})
        processes = asked["processes"]
        items[key] = [item for each in processes for step in each["steps"] for item in step["items"]]
    rows = [
        f"{team},{team}-{person},{item['key']},{chance.choice(item['levels'])['ordinal']}"
        for team, size in SIZES.items()
        for person in range(size)
        for key in ASKED[team]
        for item in items[key]
    ]
    return "\n".join(["team,respondent,item,answer", *rows])


async def masked(client: httpx.AsyncClient, company: dict[str, Any]) -> Cells:
    """As the auditors read it."""
    mask = await done(client, "GET", f"{company['at']}/mask", company["admin"])
    return {(each["key"], each["process"]) for each in mask["hidden"] if each["process"] and not each["perspective"]}


async def results_of(client: httpx.AsyncClient, company: dict[str, Any]) -> Any:
    return await done(client, "GET", f"{company['at']}/results", company["admin"])


def asked_in(node: Any) -> list[tuple[str, str]]:
    """The columns of a node that have something to say: process and step, those never asked left out."""
    return [
        (process["key"], step["key"])
        for process in node["processes"]
        for step in process["steps"]
        if process["result"]["state"] != "not_asked"
    ]


async def test_there_is_something_to_hide_by_itself_and_for_others(client, company):
    mask = await done(client, "GET", f"{company['at']}/mask", company["admin"])
    assert {each["reason"] for each in mask["hidden"]} == {"below_threshold", "protects_others"}
    assert ("nantes", "off") in await masked(client, company)


async def test_whatever_is_told_of_imported_answers_says_so(client, company):
    node = (await results_of(client, company))["nodes"][0]
    changed = {"score_id": node["score_id"], "changes": [{"item": "off-listen-insight", "raise": 1}]}
    told = [
        await done(client, "GET", f"/v1/scores/{node['score_id']}/explanation", company["admin"]),
        await done(client, "GET", f"{company['at']}/discussion-points", company["admin"]),
        await done(client, "POST", "/v1/scores/simulate", company["admin"], json=changed),
    ]
    assert [each["imported"] for each in (node, *told)] == ["all"] * 4


async def test_the_json_hides_it(client, company):
    results = await results_of(client, company)
    absent = {"below_threshold", "protects_others"}
    found = {
        (node["key"], process["key"])
        for node in results["nodes"]
        for process in node["processes"]
        if process["result"]["state"] in absent
    }
    assert found == await masked(client, company)
    assert not [
        step
        for node in results["nodes"]
        for process in node["processes"]
        if (node["key"], process["key"]) in found
        for step in process["steps"]
        if step["items"] or step["result"]["value"] is not None
    ]


async def test_the_sheet_hides_it(client, company):
    reply = await client.get(f"{company['at']}/results", headers={**company["admin"], "Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    told = {(row["node"], row["process"]) for row in rows if row["kind"] == "process" and row["value"]}
    absent = {
        (row["node"], row["process"])
        for row in rows
        if row["kind"] == "process" and row["state"] in {"below_threshold", "protects_others"}
    }
    listed = {
        (row["node"], row["process"])
        for row in rows
        if row["kind"] == "hidden" and row["process"] and not row["perspective"]
    }
    assert absent == listed == await masked(client, company)
    assert not told & absent
    numbers = ("value", "low", "comparison_low", "n", "deviation", "level", "prudent", "evidenced", "dont_know", "rung")
    assert not [row for row in rows if (row["node"], row["process"]) in absent and any(row[name] for name in numbers)]


@pytest.fixture
async def read(client, company) -> Callable[[str], Awaitable[httpx.Response]]:
    """Read a page of the campaign, in English, as somebody who has signed in."""
    key = company["admin"]["Authorization"].removeprefix("Bearer ")
    form = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    signed = await client.post("/sign-in", headers=form, data={"key": key})
    client.cookies.clear()
    cookie = {"Cookie": signed.headers["set-cookie"].partition(";")[0]}

    async def page(path: str = "", **query: str) -> httpx.Response:
        address = f"/results/{company['at'].rpartition('/')[2]}{path}"
        return await client.get(address, params={"lang": "en", **query}, headers=cookie)

    return page


def numbers_on(page: httpx.Response) -> list[str]:
    """Every value that a page tells."""
    assert page.status_code == 200
    body = next(ElementTree.fromstring(page.text).iter("body"))
    return re.findall(r"\d\.\d", " ".join(body.itertext()))


async def test_neither_a_team_s_own_page_nor_its_calculation_tells_what_is_hidden(client, company, read):
    hidden, silent, told = await masked(client, company), 0, 0
    for node in (await results_of(client, company))["nodes"]:
        asked = {process for process, _ in asked_in(node)}
        for process in asked:
            steps = [step for of, step in asked_in(node) if of == process]
            for part in (process, *steps):
                found = numbers_on(await read(f"/explanations/{node['score_id']}", of=part))
                assert bool(found) != ((node["key"], process) in hidden), (node["key"], part)
        everything = {(node["key"], process) for process in asked} <= hidden
        own = numbers_on(await read(f"/teams/{node['node']}" if node["parent"] else ""))
        assert bool(own) != everything, node["key"]
        silent, told = silent + everything, told + (not everything)
    assert (silent, told) == (3, 5)


async def test_the_pages_hide_it(client, company, read):
    page = await read()
    heat = next(each for each in ElementTree.fromstring(page.text).iter("table") if each.get("class") == "heat")
    results, found = await results_of(client, company), set()
    keys = {node["name"]: node["key"] for node in results["nodes"]}
    steps = [(process["key"], step["key"]) for process in results["nodes"][0]["processes"] for step in process["steps"]]
    for row in heat.iter("tr"):
        name = next(iter(row[0].itertext()))
        cells = [cell for cell in row.iter("td") for _ in range(int(cell.get("colspan", 1)))]
        for (process, _), cell in zip(steps, cells, strict=False):
            if cell.get("class") == "hid":
                found.add((keys[name], process))
                assert not re.search(r"\d\.\d", "".join(cell.itertext()))
    assert found == await masked(client, company)


async def test_the_pdf_hides_it(client, company):
    """Its page of teams and steps is drawn row by row: a name, how many people, then a number or a mark for each step asked."""
    reply = await client.get(company["report"], headers=company["admin"])
    results = await results_of(client, company)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(reply.content)).pages]
    lines = next(page for page in pages if all(team.title() in page for team in SIZES)).splitlines()
    found: Cells = set()
    for node in results["nodes"]:
        name = node["name"] if node["parent"] else "The whole organisation"
        below = lines[lines.index(name) + 1 :]
        told = [line for line in below if not re.match(r"n\s=", line)][: len(asked_in(node))]
        assert all(re.fullmatch(r"\d\.\d|[ab]", cell) for cell in told), (name, told)
        found |= {
            (node["key"], process) for (process, _), cell in zip(asked_in(node), told, strict=True) if cell in MARKS
        }
    assert found == await masked(client, company)
