"""Refusals in French: every sentence of ours has its counterpart, and what stands inside of it is carried over."""

import csv
import io
import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

import spoken
from assess import shipped
from assess.campaign.anonymity import CampaignNotReady
from assess.campaign.answer_sheet import Rows
from assess.errors import Finding, Invalid
from assess.typography import faults, french
from assess.web.french import PAIRS, detail_in_french, in_french, pairs
from assess.web.problems import misread, rendered
from assess.words import PATTERNS, plainly

ROOMS: dict[str, dict[str, str]] = tomllib.loads(PAIRS.read_text("utf-8"))
OURS = {english for room, said in ROOMS.items() if room not in {"decoders", "words"} for english in said}
NAME = re.compile(r"\{(\w+)(?::([^}]*))?\}")
ENGLISH = re.compile(
    r"\b(the|of|is|are|has|have|was|not|each|must|from|and|this|that|with|one|expected|to|by|it)\b", re.I
)

CARRIED = {
    "campaign/anonymity.py:check_ready": "the preflight's sentences, which are spoken in both languages",
    "maturity/kpis/measuring.py:_misfit": "the decoder's",
    "tenancy/team_sheet.py:_finding": "the decoder's",
    "web/problems.py:misplaced": "the decoder's",
    "web/wire.py:send_400_response": "the server's, before the request has said a language: in English alone",
    "web/problems.py:_misfitting": "the decoder's",
    "maturity/scores/changes.py:shifts_of": "the rules of its findings",
    "questionnaire/flaw.py:__init__": "codes, at the start and on the command line: over HTTP a flaw is no refusal",
}
"""Where a refusal's whole sentence comes from elsewhere, and from where."""
ENGLISH_ALONE = {"web/openapi.py:example_problem"}
"""Where a sentence is an example of the document."""
IMPOSSIBLE = "problem, the first {} are shown"
"""Pieces that never meet."""


def blank(sentence: str) -> str:
    """A sentence with holes instead of names."""
    return NAME.sub(spoken.HOLE, sentence)


HOUSE = spoken.House()
SAID = HOUSE.sentences()
IDS = {blank(english): english for english in pairs()}


def ids_of(sentence: str) -> set[str] | None:
    """The pairs by which a sentence is said in French, with those of the sentences in it; None when there is a gap."""
    if sentence in IDS:
        return {IDS[sentence]}
    for english in (each for each, its in pairs().items() if ":fr}" in its):
        if inside := re.fullmatch(re.escape(blank(english)).replace(re.escape(spoken.HOLE), "(.+)"), sentence):
            found = [ids_of(part) for part in inside.groups() if part != spoken.HOLE]
            return None if None in found else {english}.union(*found)
    return None


def test_every_sentence_of_a_refusal_has_french():
    said = {each for each in SAID if each[0] != spoken.HOLE and each[1] not in ENGLISH_ALONE}
    missing = {each for each in said if ids_of(blank(each[0])) is None and IMPOSSIBLE not in each[0]}
    assert not missing


def test_no_refusal_says_what_comes_from_elsewhere_unless_that_has_french_too():
    assert {where for sentence, where in SAID if sentence == spoken.HOLE} == CARRIED.keys()


def test_what_a_preflight_says_in_french_a_refusal_says_too():
    said = {blank(english): blank(its) for english, its in pairs().items()}
    english, its = HOUSE.preflight()
    assert {said.get(each) for each in english} == {french(each) for each in its} != set()


def test_no_french_stands_for_what_nobody_says():
    said = {blank(sentence) for sentence, _ in SAID} | HOUSE.preflight()[0]
    assert set().union(*(ids_of(sentence) or () for sentence in said)) >= OURS


def test_what_a_row_is_called_is_carried_over_in_french():
    assert ROOMS["words"].keys() == set(get_args(Rows.__annotations__["word"]))


def test_a_sentence_stands_once():
    assert sum(map(len, ROOMS.values())) == len(pairs())


@pytest.mark.parametrize(("english", "its"), pairs().items(), ids=lambda text: text[:60])
def test_a_pair_carries_the_same_over_and_is_ready_for_print(english, its):
    assert {name for name, _ in NAME.findall(its)} == {name for name, _ in NAME.findall(english)}
    assert faults(its, "fr") == []
    assert not ENGLISH.search(re.sub(r"`\w+`|If-Match", "", NAME.sub("", its)))


@pytest.mark.parametrize("english", pairs(), ids=lambda text: text[:60])
def test_a_sentence_is_known_by_itself_whatever_it_carries(english):
    """No longer one takes its place, and braces that somebody sends are letters as others."""
    filled = NAME.sub(r"<{\1}>", english)
    said = NAME.sub(lambda name: (name[2] or "").partition("|")[2] or f"<{{{name[1]}}}>", pairs()[english])
    assert in_french(filled) == said


@pytest.mark.parametrize(
    ("english", "its"),
    [
        pytest.param("1 lines are wrong; nothing was imported", "1 ligne n’est pas juste", id="one"),
        pytest.param("2 lines are wrong; nothing was imported", "2 lignes ne sont pas justes", id="two"),
        pytest.param("0 teams are wrong; nothing was imported", "0 équipe n’est pas juste", id="none"),
    ],
)
def test_words_agree_with_their_number(english, its):
    assert in_french(english).startswith(its)


def test_a_sentence_in_a_sentence_is_french_too():
    inside = "a published version: no published version has the digest abc"
    assert in_french(inside) == "une version publiée\u00a0: aucune version publiée n’a l’empreinte abc"


@given(st.text() | st.sampled_from(sorted(pairs())).flatmap(lambda english: st.text().map(lambda x: english + x)))
def test_any_text_can_be_asked_for(text):
    assert isinstance(in_french(text), str)


def test_what_nobody_knows_stays():
    assert in_french("a sentence of a stranger") == "a sentence of a stranger"


RULES = ["a text", "at least one line", "not before 2030-09-01"]


@pytest.mark.parametrize(
    ("detail", "its"),
    [
        pytest.param("", "", id="none"),
        pytest.param("the list is empty", "la liste est vide", id="a sentence of its own"),
        pytest.param("a text", "un texte", id="one rule"),
        pytest.param("a text; at least one line", "un texte\u202f; au moins une ligne", id="the first rules"),
        pytest.param(
            "/0: a text; /1: at least one line", "/0: un texte\u202f; /1: au moins une ligne", id="with places"
        ),
        pytest.param("a text; else", "a text; else", id="what begins alike only"),
    ],
)
def test_a_detail_that_says_its_findings_again_says_them_in_french(detail, its):
    findings = [Finding(pointer=f"/{n}", rule=rule) for n, rule in enumerate(RULES)]
    assert detail_in_french(detail, findings) == its


def test_english_is_as_it_was_written():
    refusal = Invalid("the list is empty", errors=[Finding(pointer="/", rule="at least one answer", received=3)])
    said = json.loads(rendered(refusal, "en", "id")[0])
    assert (said["detail"], said["errors"][0]["rule"]) == ("the list is empty", "at least one answer")


def test_codes_places_and_values_are_never_translated():
    finding = Finding(pointer="/a text", rule="a text", received="a text", example="a text")
    body, headers = rendered(CampaignNotReady("a text", errors=[finding]), "fr", "a text")
    assert headers["Content-Language"] == "fr"
    said = json.loads(body)
    assert (said["type"], said["code"]) == ("/problems/campaign_not_ready", "campaign_not_ready")
    assert said["request_id"] == "a text"
    assert said["errors"] == [{"pointer": "/a text", "rule": "un texte", "received": "a text", "example": "a text"}]


class Colour(Enum):
    RED = "red"


class Inner(Struct, forbid_unknown_fields=True):
    name: str


class Left(Struct, tag="left"):
    pass


class Right(Struct, tag="right"):
    pass


WHOLE, HALF = Annotated[int, Meta(ge=5, le=9)], Annotated[float, Meta(gt=0, lt=1)]
FEW, SHORT = Annotated[list[int], Meta(min_length=1, max_length=2)], Annotated[str, Meta(min_length=1, max_length=3)]
ONE = Annotated[dict[str, int], Meta(min_length=1, max_length=1)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (WHOLE, "3"),
        (WHOLE, "10"),
        (HALF, "0.0"),
        (HALF, "1.5"),
        (SHORT, '""'),
        (SHORT, '"long"'),
        (FEW, "[]"),
        (FEW, "[1,2,3]"),
        (ONE, "{}"),
        (ONE, '{"a":1,"b":2}'),
        (Inner, "{}"),
        (Inner, '{"name":"a","age":3}'),
        (int, '"3"'),
        (int | None, '"3"'),
        (int, "1e400"),
        (Colour, '"blue"'),
        (Literal["fr", "en"], '"de"'),
        (dict[Literal["fr", "en"], str], '{"de":"x"}'),
        (Left | Right, '{"type":"up"}'),
        (UUID, '"x"'),
        (date, '"x"'),
        (datetime, '"x"'),
        (Annotated[datetime, Meta(tz=True)], '"2030-01-01T00:00:00"'),
        *((Annotated[str, Meta(pattern=pattern)], '"\\u0000"') for pattern in PATTERNS),
        (Annotated[str, Meta(pattern="^other$")], '"x"'),
    ],
)
def test_what_does_not_fit_is_told_in_french(kind, body):
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.json.decode(body, type=kind)
    rule = plainly(str(error.value).partition(" - at ")[0])
    assert in_french(rule) != rule
    assert not ENGLISH.search(re.sub(r"`[^`]*`|'[^']*'", "", in_french(rule)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"tru",
        b"nan",
        b"01",
        b"1 2",
        b"[1 2]",
        b"[1,]",
        b'{"a" 1}',
        b"{1:2}",
        b'{"a":1,}',
        b'{"a":1 "b"}',
        b'"\n"',
        b'"\\x"',
        b'"\\uzzzz"',
        b'"\\ud800\\u0001"',
        b'"\xff"',
        b'"\xe9"',
        b'"\xe9a"',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_is_told_in_french(body):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError, RecursionError)) as error:
        msgspec.json.decode(body)
    said = in_french(misread(error.value).detail)
    assert not ENGLISH.search(said), said


@pytest.mark.parametrize("text", ['"a"b,c\n', '"a"b;c\n', '"a', "x" * 140_000], ids=lambda text: repr(text[:9]))
def test_what_is_no_csv_is_told_in_french(text):
    with pytest.raises(csv.Error) as error:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text else ",", strict=True))
    said = in_french(f"line 1: {error.value}")
    assert said.startswith("ligne 1")
    assert not ENGLISH.search(said), said


@pytest.mark.parametrize("status", [400, 413])
def test_what_the_framework_says_by_itself_is_told_in_french(status):
    assert in_french(HTTPStatus(status).phrase) != HTTPStatus(status).phrase


def test_every_refusal_of_the_document_has_french():
    told = list(_problems(json.loads((Path(shipped.folder("openapi")) / "openapi.json").read_text())))
    said = {each["detail"] for each in told} | {f["rule"] for each in told for f in each["errors"]}
    assert said - {""}
    assert not {sentence for sentence in said - {""} if in_french(sentence) == sentence}


def _problems(value: Any):
    if isinstance(value, dict):
        if isinstance(value.get("detail"), str) and isinstance(value.get("errors"), list):
            yield value
        for part in value.values():
            yield from _problems(part)
    elif isinstance(value, list):
        for part in value:
            yield from _problems(part)


SHEET = {"Content-Type": "text/csv"}
TEAM = {"key": "shop", "name": "Shop"}
CAMPAIGN = {"key": "spring", "name": "Spring", "starts_on": "2030-10-01", "ends_on": "2030-09-01"}
LIBRARY_KPI = "kpi-acq-win-rate"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        pytest.param("GET", "/" + "a" * 9000, {}, 414, id="a long address"),
        pytest.param("GET", "/v1/teams", {"headers": {"X-Long": "a" * 17_000}}, 431, id="long headers"),
        pytest.param("GET", "/v1/teams", {"headers": {"Authorization": "Bearer x"}}, 401, id="no key of ours"),
        pytest.param("GET", "/v1/teams", {"headers": {"Authorization": ""}}, 401, id="no key"),
        pytest.param(
            "GET", "/v1/teams", {"headers": {"Accept": "text/html"}}, 406, id="an Accept that cannot be given"
        ),
        pytest.param("GET", "/v1/teams?limit=x", {}, 422, id="a parameter that is no number"),
        pytest.param("GET", "/v1/teams?limit=900", {}, 422, id="a parameter out of range"),
        pytest.param("GET", "/v1/teams?cursor=x", {}, 422, id="a cursor of nowhere"),
        pytest.param("GET", "/v1/questionnaires/sales", {}, 404, id="an unknown questionnaire"),
        pytest.param("GET", "/v1/questionnaires/offer/versions/1.0.0?lang=de", {}, 422, id="an unknown language"),
        pytest.param("POST", "/v1/teams", {}, 400, id="no body"),
        pytest.param(
            "POST", "/v1/teams", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, id="half"
        ),
        pytest.param(
            "POST", "/v1/teams", {"content": b"a", "headers": {"Content-Type": "text/plain"}}, 415, id="no JSON"
        ),
        pytest.param("POST", "/v1/teams", {"json": {**TEAM, "key": "A B"}}, 422, id="a key with a space"),
        pytest.param("POST", "/v1/teams", {"json": {**TEAM, "size": 4}}, 422, id="an unknown field"),
        pytest.param(
            "POST", "/v1/teams", {"json": TEAM, "headers": {"Idempotency-Key": "a" * 300}}, 400, id="a bad key"
        ),
        pytest.param("POST", "/v1/teams/import", {"json": [TEAM, TEAM]}, 422, id="a team twice"),
        pytest.param("POST", "/v1/teams/import", {"content": b"", "headers": SHEET}, 422, id="an empty sheet"),
        pytest.param(
            "POST", "/v1/teams/import", {"content": b"key,size\na", "headers": SHEET}, 422, id="a wrong header"
        ),
        pytest.param("POST", "/v1/teams/import", {"content": b"key,name\nA,", "headers": SHEET}, 422, id="wrong cells"),
        pytest.param("POST", "/v1/teams/import", {"content": b'key,name\n"a"b,c', "headers": SHEET}, 400, id="no CSV"),
        pytest.param("POST", "/v1/campaigns", {"json": CAMPAIGN}, 422, id="dates in the wrong order"),
        pytest.param("POST", "/v1/api-keys", {"json": {"name": "A", "role": "team_lead"}}, 422, id="a lead of no team"),
        pytest.param("POST", "/v1/respond/exchange", {"json": {"token": "x"}}, 422, id="half an invitation"),
        pytest.param("GET", "/v1/respond", {"headers": {"Authorization": ""}}, 401, id="no response key"),
        pytest.param("GET", "/v1/kpis/kpi-none", {}, 404, id="an unknown indicator"),
        pytest.param("PUT", f"/v1/kpi-sheets/{LIBRARY_KPI}", {"json": {"process": "off"}}, 422, id="another process"),
        pytest.param("POST", "/v1/measures/import", {"json": []}, 422, id="no values"),
        pytest.param("POST", "/v1/measures/import", {"json": [{"kpi": 3}]}, 422, id="a value of nothing"),
    ],
)
async def test_a_refusal_is_told_wholly_in_french(client, admin, method, path, sent, status):
    headers = {**admin, **sent.get("headers", {})}
    body = {name: value for name, value in sent.items() if name != "headers"}
    replies = [
        await client.request(method, path, headers={**headers, "Accept-Language": language}, **body)
        for language in ("fr", "en")
    ]
    its, english = (reply.json() for reply in replies)
    assert [reply.status_code for reply in replies] == [status, status], english
    assert replies[0].headers["content-language"] == "fr"
    _check_told(its, english)
    assert its["detail"] or its["errors"], "something else than its title"


@pytest.mark.anyio
async def test_a_campaign_that_cannot_be_launched_is_told_in_french(client, admin):
    today = datetime.now(UTC).date()
    dates = {"starts_on": str(today), "ends_on": str(today + timedelta(days=30))}
    campaign = (await client.post("/v1/campaigns", headers=admin, json={**CAMPAIGN, **dates})).json()
    path = f"/v1/campaigns/{campaign['id']}/launch"
    its, english = [
        (await client.post(path, headers={**admin, "Accept-Language": each})).json() for each in ("fr", "en")
    ]
    assert its["errors"][0]["rule"] == its["detail"] == "Aucune équipe n’est interrogée."
    _check_told(its, english)


def _check_told(its: dict[str, Any], english: dict[str, Any]) -> None:
    """Every sentence is another one, and everything else is the same."""
    assert its["title"] != english["title"]
    assert faults(its["title"], "fr") == []
    assert not its["detail"] or its["detail"] != english["detail"]
    assert not ENGLISH.search(re.sub(r"`[^`]*`|'[^']*'|https?\S+", "", its["detail"])), its["detail"]
    for said, before in zip(its["errors"], english["errors"], strict=True):
        assert said.pop("rule") != before.pop("rule")
        assert said == before
    assert (its["code"], its["type"], its["status"]) == (english["code"], english["type"], english["status"])
