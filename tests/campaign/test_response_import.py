"""Answers collected elsewhere: read whole or not at all, and from then on answers like the others, said to be imported."""

import json
from collections import Counter
from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from company import ANY, CSV, done, drafted, exchanged, launched, refused, saved
from sqlalchemy import select, update

from assess.campaign import service
from assess.campaign.anonymity import Draft, sealed
from assess.campaign.answer_sheet import COLUMNS, Expected, read_answers, rows_from_json, rows_from_sheet
from assess.campaign.model import DONT_KNOW, NO_ANSWER, NOT_APPLICABLE
from assess.campaign.sealing import sealed_of
from assess.errors import Refusal
from assess.sheets import TOLD
from assess.storage.tables import answer, response, sealed_response
from assess.storage.tables import campaign as campaign_table

pytestmark = pytest.mark.anyio
HEADER = ",".join(COLUMNS)
GOOD = "lyon,r-1,off-listen-insight,3,member"
ASKED = [{"key": "offer", "version": "1.0.0"}]


@pytest.fixture(scope="session")
def expected(catalogue):
    """Two teams, asked different things, of which at most two and three people answer elsewhere."""
    offer = {item.key: item for item in catalogue.find("offer", "1.0.0").items()}
    experience = {item.key: item for item in catalogue.find("experience", "1.0.0").items()}
    return {"lyon": Expected(offer, 2), "paris": Expected(experience, 3)}


@pytest.fixture(scope="session")
def items(catalogue):
    """The keys of what is asked, in order."""
    return [item.key for item in catalogue.find("offer", "1.0.0").items()]


def read(expected, *lines, header=HEADER):
    return read_answers(rows_from_sheet("\n".join([header, *lines]).encode()), expected)


def findings(expected, *lines, header=HEADER):
    with pytest.raises(Refusal) as refusal:
        read(expected, *lines, header=header)
    return refusal.value.errors


@pytest.mark.parametrize(
    ("word", "rows"),
    [
        pytest.param("line 2", lambda lines: rows_from_sheet("\n".join([HEADER, *lines]).encode()), id="a sheet"),
        pytest.param("entry 0", lambda lines: rows_from_json(listed(lines)), id="a list"),
    ],
)
def test_where_the_first_row_of_a_person_stands_is_told_in_words(expected, word, rows):
    lines = [GOOD, "paris,r-1,off-listen-insight,3,member", "lyon,r-1,off-listen-cocreate,3,manager"]
    with pytest.raises(Refusal) as refusal:
        read_answers(rows(lines), expected)
    assert [finding.rule for finding in refusal.value.errors] == [
        f"a respondent belongs to one team; {word} says lyon",
        f"a respondent has one perspective; {word} says member",
    ]


def listed(lines):
    """Lines of a sheet as a JSON list."""
    return json.dumps([{**dict(zip(COLUMNS, line.split(","), strict=True)), "answer": 3} for line in lines]).encode()


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(f"{HEADER}\n{GOOD}\n".encode(), id="commas"),
        pytest.param(f"{HEADER}\n{GOOD}\n".replace(",", ";").encode(), id="semicolons"),
        pytest.param(f"{HEADER}\n{GOOD}\n".encode("utf-8-sig"), id="a byte-order mark"),
        pytest.param(f"{HEADER}\r\n{GOOD}\r\n\r\n".encode(), id="Windows line ends and an empty line"),
        pytest.param(
            b"perspective,answer,item,respondent,team\nmember, 3 ,off-listen-insight,r-1,lyon", id="another order"
        ),
    ],
)
def test_sheets_as_people_write_them_give_the_same_answer(expected, sheet):
    (person,) = read_answers(rows_from_sheet(sheet), expected).responses
    assert (person.team, person.perspective, person.answers[0]) == ("lyon", "member", 3)
    assert set(person.answers[1:]) == {NO_ANSWER}


def test_a_sheet_and_a_list_of_the_same_answers_are_read_alike(expected):
    lines = [
        "lyon,r-1,off-listen-insight,DK,",
        "lyon,r-1,off-listen-cocreate,NA,",
        "paris,r-2,exp-offer-options,2,manager",
    ]
    lines[2] = f"paris,r-2,{next(iter(expected['paris'].items))},2,manager"
    rows = [dict(zip(COLUMNS, line.split(","), strict=True)) for line in lines]
    objects = [{**row, "answer": int(row["answer"]) if row["answer"].isdigit() else row["answer"]} for row in rows]
    said = [{name: value for name, value in each.items() if value != ""} for each in objects]
    sheet, listed = read(expected, *lines), read_answers(rows_from_json(json.dumps(said).encode()), expected)
    assert sheet == listed
    assert (sheet.rows, len(sheet.responses)) == (3, 2)
    assert list(sheet.responses[0].answers[:2]) == [DONT_KNOW, NOT_APPLICABLE["other"]]
    assert [person.perspective for person in sheet.responses] == [None, "manager"]


@pytest.mark.parametrize(
    ("line", "column", "received", "example"),
    [
        pytest.param("nantes,r-9,off-listen-insight,3,", "team", "nantes", None, id="a team that is not asked"),
        pytest.param("lyom,r-9,off-listen-insight,3,", "team", "lyom", "lyon", id="a team mistyped"),
        pytest.param("lyon,,off-listen-insight,3,", "respondent", "", "r-17", id="no respondent"),
        pytest.param("lyon,r\x019,off-listen-insight,3,", "respondent", "r\x019", "r-17", id="a control character"),
        pytest.param(
            "lyon,r-9,off-listen-insigth,3,", "item", "off-listen-insigth", "off-listen-insight", id="an item mistyped"
        ),
        pytest.param(
            "paris,r-9,off-listen-insight,3,",
            "item",
            "off-listen-insight",
            None,
            id="an item that the team is not asked",
        ),
        pytest.param("lyon,r-9,off-listen-insight,6,", "answer", "6", "1", id="level 6"),
        pytest.param("lyon,r-9,off-listen-insight,0,", "answer", "0", "1", id="level 0 of a practice"),
        pytest.param("lyon,r-9,off-listen-insight,3.0,", "answer", "3.0", "1", id="no whole number"),
        pytest.param("lyon,r-9,off-listen-insight,,", "answer", "", "1", id="no answer"),
        pytest.param("lyon,r-9,off-listen-insight,nsp,", "answer", "nsp", "1", id="a word of another tool"),
        pytest.param(
            "lyon,r-9,off-listen-insight,3,boss", "perspective", "boss", None, id="a perspective that is not known"
        ),
        pytest.param(
            "lyon,r-1,off-listen-insight,4,member", "item", "off-listen-insight", None, id="two answers by one person"
        ),
        pytest.param("paris,r-1,off-listen-insight,4,member", "team", "paris", "lyon", id="one person in two teams"),
        pytest.param(
            "lyon,r-1,off-listen-cocreate,4,manager",
            "perspective",
            "manager",
            "member",
            id="one person, two perspectives",
        ),
    ],
)
def test_each_problem_has_its_line_its_rule_and_what_was_received(expected, line, column, received, example):
    (finding,) = findings(expected, GOOD, line)
    assert (finding.pointer, finding.received) == (f"#/line/3/{column}", received)
    assert finding.rule
    assert example is None or finding.example == example


def test_two_answers_are_told_with_the_first_of_them(expected):
    (finding,) = findings(expected, "lyon,r-1,off-listen-insight,DK,", "lyon,r-1,off-listen-insight,4,")
    assert finding.rule == "a respondent answers an item once; an earlier line says DK"


def test_more_people_than_are_asked_elsewhere_are_told_once_with_how_many_there_are(expected):
    (finding,) = findings(expected, *(f"lyon,r-{n},off-listen-insight,3," for n in range(4)))
    assert (finding.pointer, finding.received, finding.example) == ("#/line/4/respondent", 4, 2)
    assert finding.rule == "the team lyon has 2 people who may answer; here are 4"


def test_all_problems_are_told_at_once_up_to_a_hundred_and_all_are_counted(expected):
    wrong = [f"lyon,r-1,off-listen-insight,{6 + n % 3}," for n in range(TOLD + 20)]
    with pytest.raises(Refusal) as refusal:
        read(expected, *wrong)
    assert len(refusal.value.errors) == TOLD
    assert refusal.value.detail == "120 problems, the first 100 are shown; no answer was taken"


@pytest.mark.parametrize(
    ("sheet", "rule"),
    [
        pytest.param("", "a header line is needed", id="an empty file"),
        pytest.param(HEADER, "at least one line", id="a header alone"),
        pytest.param("team,respondent,item\nx,y,z", "the column answer is needed", id="a column is missing"),
        pytest.param(f"{HEADER},score\n{GOOD},1", "this column is not known", id="a column too many"),
        pytest.param(f"{HEADER}\n{GOOD},1", "a line has 5 cells, as the header", id="a line that is too long"),
    ],
)
def test_what_is_no_such_sheet_is_told(expected, sheet, rule):
    with pytest.raises(Refusal) as refusal:
        read_answers(rows_from_sheet(sheet.encode()), expected)
    assert [finding.rule for finding in refusal.value.errors] == [rule]


def test_a_sheet_longer_than_is_taken_is_refused(expected):
    with pytest.raises(Refusal, match="the sheet has 3 lines; at most 2 are taken at once"):
        read_answers(rows_from_sheet("\n".join([HEADER, *[GOOD] * 3]).encode(), 2), expected)


@pytest.mark.parametrize(
    ("answer_given", "place", "rule"),
    [
        pytest.param({"answer": "3"}, "/0/answer", "a level's number, or one of DK, NA", id="a number in quotes"),
        pytest.param({"answer": None}, "/0/answer", "this member is needed", id="no answer"),
        pytest.param({"team": 7}, "/0/team", "a text", id="a number for a team"),
        pytest.param({"score": 7}, "/0/score", f"one of {', '.join(COLUMNS)}", id="a member too many"),
        pytest.param({"answer": 6}, "/0/answer", "one of 1, 2, 3, 4, 5, DK, NA", id="level 6"),
    ],
)
def test_a_list_is_read_as_strictly(expected, answer_given, place, rule):
    good = {"team": "lyon", "respondent": "r-1", "item": "off-listen-insight", "answer": 3}
    with pytest.raises(Refusal) as refusal:
        read_answers(rows_from_json(json.dumps([{**good, **answer_given}]).encode()), expected)
    assert [(finding.pointer, finding.rule) for finding in refusal.value.errors] == [(place, rule)]


async def elsewhere(client, admin, sizes, asked_elsewhere):
    """A draft of which so many people of each team are asked elsewhere."""
    at = await drafted(client, admin, sizes)
    chosen = [
        {"team": team, "questionnaires": ASKED, "asked_elsewhere": asked_elsewhere.get(team, 0)} for team in sizes
    ]
    done(await client.put(f"{at}/assessments", headers={**admin, **ANY}, json={"items": chosen}))
    return at


@pytest.fixture
async def campaign(client, admin):
    """An open campaign: Lyon of six, five of them asked elsewhere; Paris of five, all asked elsewhere; Nantes of five, none."""
    at = await elsewhere(client, admin, {"lyon": 1, "paris": 0, "nantes": 5}, {"lyon": 5, "paris": 5})
    done(await client.post(f"{at}/launch", headers=admin))
    invitations = done(await client.post(f"{at}/invitations", headers=admin))["items"]
    return SimpleNamespace(at=at, id=at.rpartition("/")[2], invitations=invitations)


def sheet_of(items, team, people, level=3, perspective="member"):
    rows = [f"{team},{team}-{n},{item},{level},{perspective}" for n in range(people) for item in items]
    return "\n".join(rows)


async def send(client, admin, campaign, *parts, query=""):
    body = "\n".join([HEADER, *parts])
    return await client.post(f"{campaign.at}/responses/import{query}", headers={**admin, **CSV}, content=body)


async def rows_of(database, organisation, table):
    async with database.transaction(organisation) as tx:
        return (await tx.execute(select(table).where(table.c.organisation_id == organisation))).all()


async def test_who_is_asked_elsewhere_counts_from_the_launch_and_no_team_of_such_people_is_empty(
    client, admin, campaign
):
    page = done(await client.get(f"{campaign.at}/assessments", headers=admin))["items"]
    assert {each["team"]: (each["headcount"], each["asked_elsewhere"]) for each in page} == {
        "lyon": (6, 5),
        "nantes": (5, 0),
        "paris": (5, 5),
    }
    assert len(campaign.invitations) == 6


async def test_a_team_whose_people_are_all_asked_elsewhere_can_be_launched(client, admin):
    at = await elsewhere(client, admin, {"lyon": 5, "paris": 0}, {"paris": 4})
    said = done(await client.get(f"{at}/preflight", headers=admin))
    assert (said["ready"], said["people"]) == (True, 9)
    first = said["findings"][0]
    assert (first["code"], first["team"]) == ("small_team", "paris")
    assert "has 4 people" in first["text"]["en"]


async def test_an_import_says_how_many_and_marks_what_it_wrote(client, admin, campaign, items, database, organisation):
    sheet = sheet_of(items[:3], "lyon", 4), sheet_of(items[:3], "paris", 5, perspective="")
    trial = done(await send(client, admin, campaign, *sheet, query="?dry_run=true"))
    assert await rows_of(database, organisation, response) == []
    said = done(await send(client, admin, campaign, *sheet))
    assert said == {**trial, "dry_run": False}
    assert said == {
        "dry_run": False,
        "rows": 27,
        "responses": 9,
        "answers": 27,
        "replaced": 0,
        "summary": "9 of 9",
    }
    written = await rows_of(database, organisation, response)
    assert Counter((row.origin, row.state, row.perspective) for row in written) == {
        ("imported", "completed", "member"): 4,
        ("imported", "completed", None): 5,
    }
    assert len({row.key_hash for row in written}) == 9
    assert len(await rows_of(database, organisation, answer)) == 27
    participation = done(await client.get(f"{campaign.at}/participation", headers=admin))
    assert [(team["team"], team["imported"], team["completed"]) for team in participation["teams"]] == [
        ("lyon", 4, 0),
        ("nantes", 0, 0),
        ("paris", 5, 0),
    ]
    assert participation["imported"] == 9


async def test_nothing_that_is_stored_says_who_answered_in_the_file(
    client, admin, campaign, items, database, organisation
):
    done(await send(client, admin, campaign, sheet_of(items[:2], "paris", 5).replace("paris-", "zoe-")))
    for table in (response, answer):
        assert "zoe" not in repr(await rows_of(database, organisation, table))


async def test_a_wrong_line_leaves_nothing_behind(client, admin, campaign, items, database, organisation):
    reply = await send(client, admin, campaign, sheet_of(items, "paris", 5), "lyon,x,off-listen-insight,6,")
    assert refused(reply) == (422, "answers_invalid")
    assert [error["pointer"] for error in reply.json()["errors"]] == [f"#/line/{2 + 5 * len(items)}/answer"]
    assert await rows_of(database, organisation, response) == []


async def test_a_team_that_nobody_is_asked_elsewhere_takes_no_answers(client, admin, campaign, items):
    reply = await send(client, admin, campaign, sheet_of(items[:1], "nantes", 1))
    assert reply.json()["errors"][0]["rule"] == "the team nantes has 0 people who may answer; here are 1"


async def test_a_second_import_is_refused_unless_it_replaces_the_first_of_its_teams(
    client, admin, campaign, items, database, organisation
):
    """Paris was imported by a file of its own, and stays when Lyon's is replaced."""
    done(await send(client, admin, campaign, sheet_of(items[:2], "lyon", 5, 2)))
    assert done(await send(client, admin, campaign, sheet_of(items[:2], "paris", 3)))["replaced"] == 0
    again = await send(client, admin, campaign, sheet_of(items[:2], "lyon", 1), query="?dry_run=true")
    assert refused(again) == (409, "responses_imported_already")
    assert again.json()["errors"][0]["received"] == ["lyon"]
    said = done(await send(client, admin, campaign, sheet_of(items[:1], "lyon", 4, 5), query="?replace=true"))
    assert (said["responses"], said["replaced"]) == (4, 5)
    assert Counter(row.value for row in await rows_of(database, organisation, answer)) == {5: 4, 3: 6}
    participation = done(await client.get(f"{campaign.at}/participation", headers=admin))
    assert {team["team"]: team["imported"] for team in participation["teams"]} == {"lyon": 4, "nantes": 0, "paris": 3}


@pytest.mark.parametrize(
    ("rows", "told", "said"),
    [
        pytest.param(1_000_000, (413, "too_large"), "", id="a million rows"),
        pytest.param(60_000, (422, "sheet_invalid"), "the sheet has 60000 lines; at most 50000", id="too many rows"),
    ],
)
async def test_a_file_that_is_too_long_is_refused_with_words_and_nothing_is_written(
    client, admin, campaign, items, database, organisation, rows, told, said
):
    reply = await send(client, admin, campaign, *(f"lyon,{n},{items[0]},3," for n in range(rows)))
    assert refused(reply) == told
    assert reply.json()["title"]
    assert reply.json()["detail"].startswith(said)
    assert await rows_of(database, organisation, response) == []


async def test_replacing_leaves_the_answers_that_people_gave_here(
    client, admin, campaign, items, database, organisation
):
    lyon = next(each for each in campaign.invitations if each["team"] == "lyon")
    await saved(client, await exchanged(client, lyon["token"]), items[0], 1)
    done(await send(client, admin, campaign, sheet_of(items[:1], "lyon", 5)))
    done(await send(client, admin, campaign, sheet_of(items[:1], "lyon", 5), query="?replace=true"))
    assert Counter(row.origin for row in await rows_of(database, organisation, response)) == {
        "imported": 5,
        "answered": 1,
    }


async def test_a_campaign_that_takes_no_answers_takes_no_import(
    client, admin, campaign, items, database, secrets, organisation
):
    draft = await drafted(client, admin, {"rome": 5}, key="summer")
    early = await send(client, admin, SimpleNamespace(at=draft), sheet_of(items[:1], "rome", 1))
    assert refused(early) == (409, "campaign_not_open")
    async with database.transaction(organisation) as tx:
        mine = (campaign_table.c.organisation_id == organisation, campaign_table.c.id == campaign.id)
        await tx.execute(
            update(campaign_table).where(*mine).values(starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
        )
    late = await send(client, admin, campaign, sheet_of(items[:1], "lyon", 1))
    assert refused(late) == (409, "campaign_already_closed")


async def test_imported_answers_are_sealed_like_the_others_and_counted_not_marked(
    client, admin, campaign, items, database, secrets, organisation
):
    for person in campaign.invitations:
        if person["team"] == "lyon":
            await saved(client, await exchanged(client, person["token"]), items[0], 1)
    done(await send(client, admin, campaign, sheet_of(items[:1], "lyon", 5, 4), sheet_of(items[:1], "paris", 5, 5)))
    await service.close(database, secrets, campaign.id, organisation)
    async with database.transaction(organisation) as tx:
        contract, teams, _ = await sealed_of(tx, campaign.id)
    keys = {team.team_id: team.key for team in contract.teams}
    said = {keys[team.team_id]: (Counter(row[0] for row in team.rows), team.imported) for team in teams}
    assert said == {"lyon": (Counter({4: 5, 1: 1}), 5), "paris": (Counter({5: 5}), 5), "nantes": (Counter(), 0)}
    sealed = await rows_of(database, organisation, sealed_response)
    assert Counter(row.perspective for row in sealed) == {"member": 11}
    participation = done(await client.get(f"{campaign.at}/participation", headers=admin))
    assert participation["imported"] == 10


def test_nobody_can_tell_from_the_marks_whose_answers_were_imported():
    """One person has answered here, three elsewhere: whoever it is of the four, what is kept is the same."""
    kept = []
    for here in range(4):
        drafts = [
            Draft(
                assessment_id=UUID(int=1),
                perspective="member",
                form="full",
                answers={"a": person},
                origin="answered" if person == here else "imported",
                shown=frozenset("a") if person == here else frozenset(),
                hasty=person == here,
            )
            for person in range(4)
        ]
        kept.append(sealed(drafts, {UUID(int=1): ["a"]}, 5, lambda rows: None))
    assert all(rows == kept[0] for rows in kept)
    assert Counter(row.origin for row in kept[0]) == {"imported": 3, "answered": 1}


async def test_whoever_collects_answers_beside_a_few_people_is_warned(client, admin):
    at = await elsewhere(client, admin, {"lyon": 1, "paris": 5}, {"lyon": 6, "paris": 6})
    findings = done(await client.get(f"{at}/preflight", headers=admin))["findings"]
    (warned,) = [found for found in findings if found["code"] == "few_beside_imported"]
    assert (warned["team"], warned["blocking"]) == ("lyon", False)
    assert "1 person answers here and 6 elsewhere" in warned["text"]["en"]
    assert "1\u00a0personne répond ici et 6 ailleurs\u00a0:" in warned["text"]["fr"]


async def test_a_perspective_that_few_imported_people_share_is_not_kept(
    client, admin, campaign, items, database, secrets, organisation
):
    few, many = sheet_of(items[:1], "lyon", 2, perspective="manager"), sheet_of(items[:1], "paris", 5)
    done(await send(client, admin, campaign, few, many))
    await service.close(database, secrets, campaign.id, organisation)
    sealed = await rows_of(database, organisation, sealed_response)
    assert Counter(row.perspective for row in sealed) == {None: 2, "member": 5}


async def test_respondents_are_told_that_others_are_asked_elsewhere(client, admin, campaign):
    plain = await launched(client, admin, {"rome": 5}, key="summer")
    told = {}
    for name, open_one in (("elsewhere", campaign), ("plain", plain)):
        token = {"token": open_one.invitations[0]["token"]}
        told[name] = done(await client.post("/v1/respond/exchange", json=token))["contract"]["sentences"]
    extra = [sentence["en"] for sentence in told["elsewhere"] if "collected elsewhere" in sentence["en"]]
    assert extra == [
        "The answers of 10 people are collected elsewhere and imported; they count as yours do, and the results say so."
    ]
    assert not any("collected elsewhere" in sentence["en"] for sentence in told["plain"])
