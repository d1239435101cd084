"""The roster: read whole or not at all, with every problem, its line, its rule, what was received and a good example."""

import json

import pytest
from company import COLUMNS, CSV, done, drafted, launched, refused

from assess.campaign.roster import entries_from_json, entries_from_sheet, people_of
from assess.errors import Refusal

pytestmark = pytest.mark.anyio
GOOD = "Ana Petit,ana@example.com,fr,member,lyon"
TEAMS, LANGUAGES = {"lyon", "paris"}, ["fr", "en"]


def read(sheet: str | bytes):
    body = sheet if isinstance(sheet, bytes) else sheet.encode()
    return people_of(entries_from_sheet(body), TEAMS, LANGUAGES)


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(f"{COLUMNS}\n{GOOD}\n".encode(), id="commas"),
        pytest.param(f"{COLUMNS}\n{GOOD}\n".replace(",", ";").encode(), id="semicolons"),
        pytest.param(f"{COLUMNS}\n{GOOD}\n".encode("utf-8-sig"), id="a byte-order mark"),
        pytest.param(f"{COLUMNS}\r\n{GOOD}\r\n\r\n".encode(), id="Windows line ends and an empty line"),
        pytest.param(
            b"team,perspective,language,email,name\nlyon,member,fr,ANA@example.com, Ana Petit \n", id="another order"
        ),
    ],
)
def test_sheets_as_people_write_them_give_the_same_person(sheet):
    (person,) = read(sheet)
    said = (person.name, person.email, person.language, person.perspective, person.team)
    assert said == ("Ana Petit", "ana@example.com", "fr", "member", "lyon")


@pytest.mark.parametrize(
    ("line", "column", "received"),
    [
        pytest.param(",a@example.com,fr,member,lyon", "name", "", id="no name"),
        pytest.param(f"{'x' * 121},a@example.com,fr,member,lyon", "name", "x" * 121, id="a name that is too long"),
        pytest.param(
            "A\u202eB,a@example.com,fr,member,lyon", "name", "A\u202eB", id="a name that turns its letters round"
        ),
        pytest.param("=cmd(),a@example.com,fr,member,lyon", "name", "=cmd()", id="a formula"),
        pytest.param("A,+a@example.com,fr,member,lyon", "email", "+a@example.com", id="a formula as an address"),
        pytest.param("A,a.example.com,fr,member,lyon", "email", "a.example.com", id="no address"),
        pytest.param("A,,fr,member,lyon", "email", "", id="an empty address"),
        pytest.param("A,a@example.com,de,member,lyon", "language", "de", id="a language that is not known"),
        pytest.param("A,a@example.com,fr,boss,lyon", "perspective", "boss", id="a perspective that is not known"),
        pytest.param("A,a@example.com,fr,member,Lyon 2", "team", "Lyon 2", id="a team that can be none"),
        pytest.param("A,a@example.com,fr,member,nantes", "team", "nantes", id="a team that is not asked"),
        pytest.param("A,ANA@example.com,fr,member,lyon", "email", "ana@example.com", id="an address twice"),
    ],
)
def test_each_problem_has_its_line_its_rule_and_what_was_received(line, column, received):
    with pytest.raises(Refusal) as refusal:
        read(f"{COLUMNS}\n{GOOD}\n{line}\n")
    (finding,) = refusal.value.errors
    assert (finding.pointer, finding.received) == (f"#/line/3/{column}", received)
    assert finding.rule
    assert finding.example or "stands once" in finding.rule


def test_a_language_of_ours_that_the_campaign_does_not_speak_is_refused():
    with pytest.raises(Refusal) as refusal:
        people_of(entries_from_sheet(f"{COLUMNS}\n{GOOD}\n".encode()), TEAMS, ["en"])
    assert refusal.value.errors[0].rule == "a language of the campaign: en"


def test_all_problems_are_told_at_once():
    with pytest.raises(Refusal) as refusal:
        read(f"{COLUMNS}\n,a.example.com,de,boss,nantes\n{GOOD}\n=A,,fr,member,lyon\n")
    places = [finding.pointer for finding in refusal.value.errors]
    assert places == [f"#/line/2/{name}" for name in COLUMNS.split(",")] + ["#/line/4/name", "#/line/4/email"]


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        pytest.param(b"", "sheet_invalid", id="empty"),
        pytest.param(f"{COLUMNS}\n", "sheet_invalid", id="no line"),
        pytest.param(f"{COLUMNS},age\n{GOOD},9\n", "sheet_invalid", id="a column that is not known"),
        pytest.param("name,email\nA,a@example.com\n", "sheet_invalid", id="a column that is missing"),
        pytest.param(f"{COLUMNS}\n{GOOD},more\n", "sheet_invalid", id="a line that is too wide"),
        pytest.param(
            f"{COLUMNS}\nJosé,a@example.com,fr,member,lyon\n".encode("latin-1"), "sheet_unreadable", id="not UTF-8"
        ),
        pytest.param(
            f'{COLUMNS}\n"A,a@example.com,fr,member,lyon\n', "sheet_unreadable", id="a quote that does not end"
        ),
    ],
)
def test_a_sheet_that_is_none_is_told_so(sheet, code):
    with pytest.raises(Refusal) as refusal:
        read(sheet)
    assert refusal.value.code() == code


@pytest.mark.parametrize(
    ("people", "places"),
    [
        pytest.param([], ["/"], id="nobody"),
        pytest.param(
            [{"name": "A"}], ["/0/email", "/0/language", "/0/perspective", "/0/team"], id="members that are missing"
        ),
        pytest.param(
            [dict(zip(COLUMNS.split(","), GOOD.split(","), strict=True)) | {"age": "9"}], ["/0/age"], id="one too many"
        ),
    ],
)
def test_a_list_names_the_place_of_each_problem(people, places):
    with pytest.raises(Refusal) as refusal:
        people_of(entries_from_json(json.dumps(people).encode()), TEAMS, LANGUAGES)
    assert [finding.pointer for finding in refusal.value.errors] == places


async def test_an_import_is_all_or_nothing_and_counts(client, admin):
    at = await drafted(client, admin, {"lyon": 0})
    sheet = f"{COLUMNS}\n{GOOD}\nBo,bo@example.com,fr,manager,lyon\n"
    send = {"headers": {**admin, **CSV}}
    faulty = await client.post(f"{at}/people/import", content=sheet + "Cy,cy,fr,manager,lyon\n", **send)
    assert refused(faulty) == (422, "roster_invalid")
    tried = done(await client.post(f"{at}/people/import?dry_run=true", content=sheet, **send))
    assert (tried["dry_run"], tried["created"]) == (True, 2)
    assert done(await client.get(f"{at}/people", headers=admin))["items"] == []
    assert done(await client.post(f"{at}/people/import", content=sheet, **send))["summary"] == "2 of 2"
    again = done(await client.post(f"{at}/people/import", content=sheet.replace("Bo,", "Bob,"), **send))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 1, 1)
    names = [person["name"] for person in done(await client.get(f"{at}/people", headers=admin))["items"]]
    assert names == ["Ana Petit", "Bob"]


async def test_one_person_can_be_added(client, admin):
    at = await drafted(client, admin, {"lyon": 0})
    new = dict(zip(COLUMNS.split(","), GOOD.split(","), strict=True))
    person = done(await client.post(f"{at}/people", headers=admin, json=new))
    assert done(await client.get(f"{at}/people", headers=admin))["items"] == [person]
    assert refused(await client.post(f"{at}/people", headers=admin, json=new)) == (409, "person_email_taken")
    wrong = await client.post(f"{at}/people", headers=admin, json={**new, "email": "b@example.com", "team": "oslo"})
    assert wrong.json()["errors"][0]["pointer"] == "/team"


async def test_after_the_launch_the_roster_stays(client, admin):
    campaign = await launched(client, admin, {"lyon": 5})
    sheet = f"{COLUMNS}\n{GOOD}\n"
    reply = await client.post(f"{campaign.at}/people/import", headers={**admin, **CSV}, content=sheet)
    assert refused(reply) == (409, "campaign_not_draft")


async def test_a_sheet_of_more_than_two_mebibytes_is_too_large(client, admin):
    at = await drafted(client, admin, {"lyon": 0})
    reply = await client.post(f"{at}/people/import", headers={**admin, **CSV}, content=b"x" * (2 * 1024 * 1024 + 1))
    assert reply.status_code == 413
