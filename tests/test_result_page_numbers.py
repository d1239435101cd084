"""Every number of the result pages leads to a page that shows it again and says how it is found; exceptions have a reason."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urldefrag
from xml.etree import ElementTree

import httpx
import pytest

from assess.tenancy.model import Role
from tenants import key_for, new_organisation
from world import done

pytestmark = pytest.mark.anyio

SIZE = 14
TEAMS = ("atelier", "labo", "studio", "stand", "kiosque")
ALIVE, UNASKED = "kpi-off-cocreation", "kpi-off-kill-rate"
"""An indicator that people were asked about and that has a record, and one that has nothing but its record."""
EXEMPT = {
    "Cible": "the rule stands above the table: one level higher, up to 4",
    "compare": "this table is the calculation: F, teams and people give the rest of it",
}
"""Columns and sections whose numbers lead nowhere, and why."""
WALKED = {
    *("heat", "Offre", "Moyenne (1 à 5)", "Intervalle à 95\u00a0%", "n", "Couverture", "Accord (r*wg)"),
    *("Équilibré (1 à 5)", "Indice équilibré", "Les regards"),
    *("Écart", "Moyenne des stades", "Stade perçu (0 à 5)", "Connu de", "Stade du dossier", "Chemin vers la cible"),
}
"""Where numbers stand that must have been looked at."""
WORDS = re.compile(r"sur (?:5|100)|à 95\u00a0%")
"""Numbers that measure nothing: the ends of the scales, and how sure intervals are."""
NUMBER = re.compile(r"(?<![\d,])[−+]?\d+(?:,\d+)?(?!\d|,\d)")


@pytest.fixture(scope="module")
async def played(client, database, secrets) -> tuple[dict[str, str], str]:
    """The admin, and a closed campaign with managers and members in five teams, records of indicators, and enough to compare."""
    organisation = await new_organisation(database, "Aubépine")
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    sheet = {**admin, "Content-Type": "text/csv"}
    rows = [f"{team},{team.title()},house,,," for team in TEAMS]
    teams = "\n".join(["key,name,parent,functions,capacity_days,lead", "house,Maison,,,,", *rows])
    await done(client, "POST", "/v1/teams/import", sheet, content=teams)
    today = datetime.now(UTC).date()
    new = {"key": "spring", "name": "Printemps", "starts_on": str(today), "ends_on": str(today + timedelta(days=14))}
    new["balance"] = [{"perspective": "manager", "share": 1 / 3}, {"perspective": "member", "share": 2 / 3}]
    campaign = (await done(client, "POST", "/v1/campaigns", admin, json=new))["id"]
    at = f"/v1/campaigns/{campaign}"
    asked = [{"key": "offer", "version": "1.0.0"}]
    chosen = [{"team": team, "questionnaires": asked, "asked_elsewhere": SIZE} for team in TEAMS]
    await done(client, "PUT", f"{at}/assessments", {**admin, "If-Match": "*"}, json={"items": chosen})
    await done(client, "POST", f"{at}/launch", admin)
    form = await done(client, "GET", "/v1/questionnaires/offer/versions/1.0.0", {})
    await done(client, "POST", f"{at}/responses/import", sheet, content=answers(list(items_of(form))))
    await records(client, admin)
    await done(client, "POST", f"{at}/close", admin)
    return admin, f"/results/{campaign}"


def answers(items: list[dict]) -> str:
    """Managers see things better than the members of their teams, and teams differ; the first team has gaps in its answers."""
    random = Random("numbers")
    lines = ["team,respondent,item,answer,perspective"]
    for order, team in enumerate(TEAMS):
        for person in range(SIZE - 1):
            manager = person % 2
            for item in items:
                highest = len(item["levels"]) - 1
                rank = min(highest, max(0, round(random.gauss(1.4 + 0.3 * order + 0.7 * manager, 0.8))))
                said = "DK" if random.random() < 0.06 else item["levels"][rank]["ordinal"]
                lines.append(f"{team},{team}{person},{item['key']},{said},{'manager' if manager else 'member'}")
    return "\n".join(lines)


def items_of(value) -> Iterator[dict]:
    """Every item of a questionnaire, wherever it stands."""
    if isinstance(value, list):
        for each in value:
            yield from items_of(each)
    elif isinstance(value, dict):
        yield from [value] if "levels" in value and "key" in value else items_of(list(value.values()))


async def records(client, admin) -> None:
    """Two indicators whose sheet one team carries, with values."""
    ids = {team["key"]: team["id"] for team in (await done(client, "GET", "/v1/teams", admin))["items"]}
    terms = [{"team_id": ids["atelier"], "owner": "Zoé"}]
    for kpi, target in ((ALIVE, 40), (UNASKED, {"low": 10, "high": 30, "tolerance": 20})):
        sheet = {"owner": "Ana", "baseline": 20, "target": target, "target_on": "2030-12-31", "teams": terms}
        await done(client, "PUT", f"/v1/kpi-sheets/{kpi}", admin, json=sheet)
        value = {"numerator": 7, "denominator": 20, "measured_on": "2025-04-03"}
        place = f"/v1/teams/{ids['atelier']}/measures/{kpi}/2025-03-31"
        await done(client, "PUT", place, admin, json=value)


async def signed_in(client: httpx.AsyncClient, admin: dict[str, str]) -> dict[str, str]:
    form = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    key = admin["Authorization"].removeprefix("Bearer ")
    reply = await client.post("/sign-in", headers=form, data={"key": key})
    client.cookies.clear()
    return {"Cookie": reply.headers["set-cookie"].partition(";")[0]}


def text_of(element) -> str:
    return " ".join(part.strip() for part in element.itertext() if part.strip())


def numbers_in(text: str) -> list[str]:
    return NUMBER.findall(WORDS.sub("", text))


def shows(text: str, number: str) -> bool:
    """Whether a text has the number, or one that is written more exactly and rounds to it."""
    places = len(number.partition(",")[2])
    return any(abs(value(other) - value(number)) <= 0.5 * 10**-places + 1e-9 for other in numbers_in(text))


def value(number: str) -> float:
    return float(number.replace("−", "-").replace(",", "."))


def cells_of(page) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each cell and each line of a card that has numbers: where it stands, its numbers, and the links that hold for it.

    The links of a cell are its own, else those of its row; of a line of a card, those of the card.
    """
    sections = [each for each in page.iter("section") if each.attrib["aria-labelledby"] not in EXEMPT]
    for table in (table for each in sections for table in each.iter("table")):
        heads = [text_of(head) for head in table.find("thead")[-1]]
        plain = len(table.find("thead")) == 1
        for row in table.iter("tr"):
            for order, cell in enumerate(row.findall("td"), start=1):
                own = [each.attrib["href"] for each in cell.iter("a")]
                links = own or [each.attrib["href"] for each in row.iter("a") if plain]
                yield heads[order] if plain else "heat", numbers_in(text_of(cell)), links
    for card in page.iter("li"):
        if card.find("h3") is not None:
            links = [each.attrib["href"] for each in card.iter("a")]
            yield (
                text_of(card.find("h3")),
                [each for line in card.findall("p") for each in numbers_in(text_of(line))],
                links,
            )


async def test_every_number_leads_to_a_page_that_shows_it(client, played):
    admin, top = played
    cookie = await signed_in(client, admin)
    pages: dict[str, str] = {}

    async def read(path: str) -> str:
        if path not in pages:
            reply = await client.get(path, headers={**cookie, "Accept-Language": "fr"})
            assert reply.status_code == 200, path
            pages[path] = reply.text
        return pages[path]

    company = ElementTree.fromstring(await read(top))
    teams = {each.text: each.attrib["href"] for each in company.iter("a") if "/teams/" in each.attrib["href"]}
    places = set()
    for path in [top, teams["Atelier"]]:
        for place, numbers, links in cells_of(ElementTree.fromstring(await read(path))):
            linked = [await read(urldefrag(link).url) for link in links if "/explanations/" in link]
            told = [text_of(next(ElementTree.fromstring(page).iter("main"))) for page in linked]
            for number in numbers if place not in EXEMPT else ():
                assert any(shows(text, number) for text in told), (path, place, number, links)
                places.add(place)
    assert places >= WALKED
    assert any(UNASKED in path for path in pages), "a record that nobody was asked about leads on too"


async def test_whether_teams_can_be_compared_can_be_calculated_again(client, played):
    admin, top = played
    reply = await client.get(top, headers={**await signed_in(client, admin), "Accept-Language": "fr"})
    sections = {each.attrib["aria-labelledby"]: each for each in ElementTree.fromstring(reply.text).iter("section")}
    rows = [[text_of(cell) for cell in row.findall("td")] for row in sections["compare"].iter("tr")][1:]
    assert rows
    for row in rows:
        teams, people, f, _, icc1, icc2 = map(value, row)
        assert (teams, people) == (len(TEAMS), len(TEAMS) * (SIZE - 1))
        assert icc2 == pytest.approx(1 - 1 / f, abs=0.006)
        assert icc1 == pytest.approx((f - 1) / (f + people / teams - 1), abs=0.006)
