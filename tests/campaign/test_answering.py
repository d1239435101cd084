"""Answering over HTTP: what is kept, what is refused, and with which words."""

import asyncio
from uuid import uuid4

import pytest
from company import done, exchanged, launched, refused, saved, today
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from assess.campaign import hot
from assess.campaign.tokens import (
    InvitationText,
    ResponseKeyText,
    invitation_hash,
    read_invitation,
    read_response_key,
    response_hash,
    write_invitation,
    write_response_key,
)
from assess.storage.tables import answer, invitation, response
from assess.storage.tables import campaign as campaign_table

pytestmark = pytest.mark.anyio


@pytest.fixture
async def campaign(client, admin):
    """An open campaign of two teams."""
    return await launched(client, admin, {"paris": 6, "lyon": 4})


@pytest.fixture
async def token(campaign):
    """Somebody's invitation."""
    return campaign.invitations[0]["token"]


@pytest.fixture
async def key(client, token):
    """Somebody's response key, as headers."""
    return await exchanged(client, token)


@pytest.fixture(scope="session")
def items(catalogue):
    """The keys of what is asked, in order."""
    return [item.key for item in catalogue.find("offer", "1.0.0").items()]


def level(ordinal, sequence=1):
    return {"answer": {"type": "level", "level": ordinal}, "sequence": sequence}


async def form(client, key, **query):
    return done(await client.get("/v1/respond", headers=key, params=query))


# What is kept.


@pytest.mark.parametrize(
    "given_answer",
    [
        pytest.param({"type": "level", "level": 5}, id="a level"),
        pytest.param({"type": "dont_know"}, id="does not know"),
        pytest.param({"type": "not_applicable", "reason": "not_our_activity"}, id="not our activity"),
        pytest.param({"type": "not_applicable", "reason": "no_case_yet"}, id="no case yet"),
        pytest.param({"type": "not_applicable", "reason": "other"}, id="does not apply for another reason"),
    ],
)
async def test_an_answer_is_read_again_as_it_was_given(client, key, items, given_answer):
    body = {"answer": given_answer, "comment": "Deux\nlignes", "sequence": 7}
    kept = done(await client.put(f"/v1/respond/answers/{items[0]}", headers=key, json=body))
    assert kept == {"item": items[0], **body, "evidence": None}
    assert (await form(client, key))["answers"] == [kept]


async def test_the_form_asks_every_item_in_the_order_of_the_file_in_both_languages(client, key, items):
    for language in ("fr", "en"):
        read = await form(client, key, lang=language)
        (questionnaire,) = read["questionnaires"]
        found = [
            item["key"]
            for process in questionnaire["processes"]
            for group in (*(step["items"] for step in process["steps"]), process["kpis"])
            for item in group
        ]
        assert (questionnaire["language"], found) == (language, items)
        assert read["progress"] == {"state": "in_progress", "answered": 0, "items": len(items)}


async def test_a_language_that_nobody_speaks_is_refused(client, key):
    assert refused(await client.get("/v1/respond", headers=key, params={"lang": "de"}))[0] == 422


async def test_a_comment_of_blanks_is_no_comment(client, key, items):
    assert (await saved(client, key, items[0], 1, comment="  \n "))["comment"] is None


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("https://example.com", id="a host"),
        pytest.param("http://wiki.local:8080/d%C3%A9lais?de=2026&à=@moi#tableau", id="all that an address can have"),
        pytest.param("https://[2001:db8::1]/x", id="a host by its number"),
        pytest.param("https://été.example/" + "x" * 480, id="500 characters"),
    ],
)
async def test_a_link_beside_a_level_is_read_again_by_whoever_gave_it(client, key, items, link):
    kept = await saved(client, key, items[0], 4, evidence=link)
    assert kept["evidence"] == link
    assert (await form(client, key))["answers"] == [kept]


async def test_a_later_answer_takes_the_link_of_the_one_before_it_away_and_an_earlier_one_does_not(client, key, items):
    kept = await saved(client, key, items[0], 4, 5, evidence="https://example.com/a")
    assert await saved(client, key, items[0], 3, 4) == kept
    assert (await saved(client, key, items[0], 5, 6, evidence="https://example.com/b"))["evidence"].endswith("/b")
    assert (await saved(client, key, items[0], 5, 7))["evidence"] is None
    assert [answer["evidence"] for answer in (await form(client, key))["answers"]] == [None]


async def test_a_response_goes_from_in_progress_to_completed_to_amended(client, key, items):
    states = [(await form(client, key))["progress"]["state"]]
    await saved(client, key, items[0], 2)
    states.append(done(await client.post("/v1/respond/submit", headers=key))["state"])
    states.append(done(await client.post("/v1/respond/submit", headers=key))["state"])
    await saved(client, key, items[0], 3, sequence=2)
    states.append((await form(client, key))["progress"]["state"])
    assert states == ["in_progress", "completed", "completed", "amended"]


async def test_a_submission_may_say_that_it_was_hasty_and_the_last_word_counts(
    client, key, items, database, organisation
):
    await saved(client, key, items[0], 2)
    kept = []
    for body in (None, {"hasty": True}, None, {"hasty": False}, {"hasty": True}):
        sent = {} if body is None else {"json": body}
        assert done(await client.post("/v1/respond/submit", headers=key, **sent))["state"] == "completed"
        async with database.transaction(organisation) as tx:
            own = response.c.organisation_id == organisation
            kept.append((await tx.execute(select(response.c.hasty).where(own))).scalar_one())
    assert kept == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param({"json": {"hasty": "yes"}}, (422, "invalid"), id="no boolean"),
        pytest.param({"json": {}}, (422, "invalid"), id="nothing said"),
        pytest.param({"json": {"hasty": True, "seconds": 2.1}}, (422, "invalid"), id="a time"),
        pytest.param({"json": []}, (422, "invalid"), id="a list"),
        pytest.param(
            {"content": b"null", "headers": {"Content-Type": "application/json"}}, (422, "invalid"), id="null"
        ),
        pytest.param({"content": b"{", "headers": {"Content-Type": "application/json"}}, (400, "malformed"), id="half"),
        pytest.param({"data": {"hasty": "true"}}, (415, "unsupported_media_type"), id="a form"),
    ],
)
async def test_whatever_else_a_submission_says_is_refused_and_nothing_submitted(client, key, sent, expected):
    headers = {**key, **sent.pop("headers", {})}
    assert refused(await client.post("/v1/respond/submit", headers=headers, **sent)) == expected
    assert (await form(client, key))["progress"]["state"] == "in_progress"


async def test_a_stale_answer_after_the_submission_amends_nothing(client, key, items):
    await saved(client, key, items[0], 2, sequence=5)
    done(await client.post("/v1/respond/submit", headers=key))
    await saved(client, key, items[0], 3, sequence=4)
    assert (await form(client, key))["progress"]["state"] == "completed"


async def test_withdrawn_answers_are_deleted_at_once_and_no_more_are_taken(client, key, items, database, organisation):
    await saved(client, key, items[0], 2)
    for _ in range(2):
        assert done(await client.post("/v1/respond/withdraw", headers=key))["state"] == "withdrawn"
    async with database.transaction(organisation) as tx:
        assert (await tx.execute(select(answer).where(answer.c.organisation_id == organisation))).all() == []
    for reply in (
        await client.put(f"/v1/respond/answers/{items[0]}", headers=key, json=level(3, 9)),
        await client.get("/v1/respond", headers=key),
        await client.post("/v1/respond/submit", headers=key),
    ):
        assert refused(reply) == (409, "response_withdrawn")


# Sequences.


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    saves=st.lists(
        st.tuples(st.integers(1, 2**53 - 1), st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4, 5])), min_size=1, max_size=8
    )
)
async def test_whatever_order_saves_arrive_in_the_greatest_sequence_wins(database, secrets, key, items, saves):
    holder = holder_of(key, secrets)
    item = str(items[hash(tuple(saves)) % len(items)])
    before = {kept.item: kept for kept in (await hot.read_response(database, holder, today())).answers}
    known = [(before[item].sequence, None)] if item in before else []
    for sequence, value in saves:
        kept = await hot.save_answer(database, holder, item, value, None, None, sequence, today())
        known.append((sequence, value))
        greatest = max(number for number, _ in known)
        assert kept.sequence == greatest
        first = next(value for number, value in known if number == greatest)
        if first is not None:
            said = hot.unpacked(first)
            assert kept == hot.StoredAnswer(item=item, answer=said, comment=None, evidence=None, sequence=greatest)
    (stored,) = [each for each in (await hot.read_response(database, holder, today())).answers if each.item == item]
    assert stored == kept


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequences=st.lists(st.integers(1, 10**6), min_size=2, max_size=10, unique=True), start=st.integers(0, 10**9))
async def test_whatever_saves_meet_the_greatest_sequence_wins(database, secrets, key, items, sequences, start):
    holder = holder_of(key, secrets)
    item = items[start % len(items)]
    base = max((kept.sequence for kept in (await hot.read_response(database, holder, today())).answers), default=0)
    saves = [
        hot.save_answer(database, holder, item, sequence % 5 + 1, str(sequence), None, base + sequence, today())
        for sequence in sequences
    ]
    assert all(kept.sequence >= base + min(sequences) for kept in await asyncio.gather(*saves))
    (kept,) = [each for each in (await hot.read_response(database, holder, today())).answers if each.item == item]
    assert (kept.sequence, kept.comment) == (base + max(sequences), str(max(sequences)))


async def test_a_stale_save_gets_what_is_kept(client, key, items):
    kept = await saved(client, key, items[0], 4, sequence=9, comment="dernier")
    assert await saved(client, key, items[0], 1, sequence=8) == kept
    assert await saved(client, key, items[0], 1, sequence=9) == kept


# What is refused.


async def test_an_item_that_is_not_asked_is_refused_with_one_that_is(client, key, items):
    reply = await client.put("/v1/respond/answers/exp-nothing", headers=key, json=level(3))
    assert refused(reply) == (404, "item_unknown")
    assert reply.json()["errors"][0]["example"] == items[0]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(level(0), 422, "option_out_of_scale", id="below the scale"),
        pytest.param(level(6), 422, "option_out_of_scale", id="above the scale"),
        pytest.param(level(11), 422, "invalid", id="a level that no scale has"),
        pytest.param(level(3, 0), 422, "invalid", id="a sequence of nothing"),
        pytest.param(level(3, 2**53), 422, "invalid", id="a sequence that JavaScript cannot count to"),
        pytest.param(level("3"), 422, "invalid", id="a level as a text"),
        pytest.param(
            {"answer": {"type": "maybe"}, "sequence": 1}, 422, "invalid", id="a kind of answer that is not known"
        ),
        pytest.param({"answer": {"type": "not_applicable"}, "sequence": 1}, 422, "invalid", id="no reason"),
        pytest.param({**level(3), "mood": "good"}, 422, "invalid", id="a member that is not known"),
        pytest.param({**level(3), "comment": "a\0b"}, 422, "invalid", id="a NUL in the comment"),
        pytest.param({**level(3), "comment": "x" * 2001}, 422, "invalid", id="a comment that is too long"),
        pytest.param(
            {**level(3), "evidence": "https://example.com/" + "x" * 481}, 422, "invalid", id="a link that is too long"
        ),
    ],
)
async def test_an_answer_that_cannot_be_is_refused_and_nothing_kept(client, key, items, body, status, code):
    practice = next(key for key in items if not key.startswith("kpi"))
    assert refused(await client.put(f"/v1/respond/answers/{practice}", headers=key, json=body)) == (status, code)
    assert (await form(client, key))["answers"] == []


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("", id="nothing"),
        pytest.param("example.com/board", id="no scheme"),
        pytest.param("ftp://example.com/board", id="another scheme"),
        pytest.param("javascript:alert(1)//https://example.com", id="a script"),
        pytest.param("https://", id="no host"),
        pytest.param("https:///board", id="an empty host"),
        pytest.param("https://ana:secret@example.com/board", id="a name and a password"),
        pytest.param("https://ana@example.com/board", id="a name"),
        pytest.param("https://example.com\\@other.example", id="a host that browsers read otherwise"),
        pytest.param("https://example.com/my board", id="a space"),
        pytest.param("https://example.com/board\n", id="a new line at the end"),
        pytest.param("https://example.com/\u202eboard", id="a turn of the writing"),
        pytest.param("https://example.com/\0", id="a NUL"),
    ],
)
async def test_what_is_no_link_is_refused_with_one_that_would_do(client, key, items, link):
    reply = await client.put(f"/v1/respond/answers/{items[0]}", headers=key, json={**level(3), "evidence": link})
    assert refused(reply) == (422, "invalid")
    (finding,) = reply.json()["errors"]
    assert (finding["pointer"], finding["example"]) == ("/evidence", "https://example.com/dashboard")
    assert finding["rule"].startswith("a link: http:// or https://")
    assert (await form(client, key))["answers"] == []


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_link_is_taken_beside_the_level_of_a_practice_only(client, key, items, language):
    indicator = next(item for item in items if item.startswith("kpi"))
    link, own = {"evidence": "https://example.com/board", "sequence": 1}, {**key, "Accept-Language": language}
    for item, said, pointer, example in (
        (items[0], {"type": "dont_know"}, "/answer/type", "level"),
        (items[0], {"type": "not_applicable", "reason": "other"}, "/answer/type", "level"),
        (indicator, {"type": "level", "level": 4}, "/evidence", None),
    ):
        reply = await client.put(f"/v1/respond/answers/{item}", headers=own, json={"answer": said, **link})
        assert refused(reply) == (422, "evidence_out_of_place")
        (finding,) = reply.json()["errors"]
        assert (finding["pointer"], finding.get("example")) == (pointer, example)
    assert (await form(client, key))["answers"] == []


async def test_a_closed_campaign_takes_nothing_even_before_it_is_sealed(
    client, key, token, items, database, organisation
):
    async with database.transaction(organisation) as tx:
        yesterday = {"starts_on": today().replace(year=2020), "ends_on": today().replace(year=2021)}
        await tx.execute(
            update(campaign_table).where(campaign_table.c.organisation_id == organisation).values(yesterday)
        )
    for reply in (
        await client.put(f"/v1/respond/answers/{items[0]}", headers=key, json=level(3)),
        await client.get("/v1/respond", headers=key),
        await client.post("/v1/respond/submit", headers=key),
        await client.post("/v1/respond/withdraw", headers=key),
        await client.post("/v1/respond/exchange", json={"token": token}),
        await client.post("/v1/respond/completion", json={"token": token}),
    ):
        assert refused(reply) == (409, "campaign_already_closed")


async def test_a_key_of_another_campaign_opens_nothing_here(client, admin, key, items, secrets):
    other = await launched(client, admin, {"nantes": 5}, ask=("experience",), key="autumn")
    mine, theirs = parts(secrets, key), parts(secrets, await exchanged(client, other.invitations[0]["token"]))
    mixed = ResponseKeyText(mine.organisation_id, theirs.campaign_id, mine.form_digest, mine.key)
    for headers, expected in (
        (headers_of(secrets, mixed), (401, "response_key_foreign")),
        (headers_of(secrets, theirs), (404, "item_unknown")),
    ):
        assert refused(await client.put(f"/v1/respond/answers/{items[0]}", headers=headers, json=level(3))) == expected


async def test_a_key_with_the_form_of_another_team_opens_nothing(client, admin, key, catalogue, secrets):
    other = await launched(client, admin, {"nantes": 5}, ask=("experience",), key="autumn")
    mine, theirs = parts(secrets, key), parts(secrets, await exchanged(client, other.invitations[0]["token"]))
    mixed = ResponseKeyText(mine.organisation_id, mine.campaign_id, theirs.form_digest, mine.key)
    item = next(catalogue.find("experience", "1.0.0").items()).key
    reply = await client.put(f"/v1/respond/answers/{item}", headers=headers_of(secrets, mixed), json=level(3))
    assert refused(reply) == (401, "response_key_foreign")


async def test_a_form_that_is_not_the_responses_own_is_noticed_when_it_is_first_met(database, catalogue, secrets, key):
    holder = holder_of(key, secrets)
    forged = hot.Holder(holder.organisation_id, holder.campaign_id, b"?" * 16, holder.key_hash)
    with pytest.raises(hot.ResponseKeyForeign):
        await hot.form_for(database, catalogue, hot.Forms(), forged)


@pytest.mark.parametrize("change", ["key", "organisation_id", "campaign_id"])
async def test_a_key_that_nobody_was_given_is_unknown(client, key, items, change, secrets):
    other = {"key": b"k" * 32, "organisation_id": uuid4(), "campaign_id": uuid4()}[change]
    text = parts(secrets, key)
    made = ResponseKeyText(**{name: getattr(text, name) for name in text.__struct_fields__} | {change: other})
    code = "response_key_unknown"
    for reply in (
        await client.put(f"/v1/respond/answers/{items[0]}", headers=headers_of(secrets, made), json=level(3)),
        await client.get("/v1/respond", headers=headers_of(secrets, made)),
        await client.post("/v1/respond/submit", headers=headers_of(secrets, made)),
        await client.post("/v1/respond/withdraw", headers=headers_of(secrets, made)),
    ):
        assert refused(reply) == (401, code)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param({}, "response_key_missing", id="no key"),
        pytest.param({"Authorization": "Basic abc"}, "response_key_missing", id="another scheme"),
        pytest.param({"Authorization": "Bearer assess_resp_abc"}, "response_key_mistyped", id="half a key"),
        pytest.param({"Authorization": "Bearer assess_inv_abc"}, "response_key_mistyped", id="an invitation"),
    ],
)
async def test_what_is_no_response_key_is_told_so(client, header, code):
    reply = await client.get("/v1/respond", headers=header)
    assert refused(reply) == (401, code)
    assert reply.headers["www-authenticate"].startswith("Bearer")


# Invitations.


async def test_the_exchange_gives_the_same_key_each_time_and_consumes_nothing(client, token, database, organisation):
    before = await stored_invitations(database, organisation)
    replies = [done(await client.post("/v1/respond/exchange", json={"token": token})) for _ in range(3)]
    assert len({reply["response_key"] for reply in replies}) == 1
    assert await stored_invitations(database, organisation) == before
    async with database.transaction(organisation) as tx:
        assert len((await tx.execute(select(response).where(response.c.organisation_id == organisation))).all()) == 1


async def test_the_exchange_tells_what_is_promised_in_both_languages(client, campaign):
    said = done(await client.post("/v1/respond/exchange", json={"token": campaign.invitations[0]["link"]}))
    assert (said["language"], said["campaign"], said["team"]) == ("fr", "Printemps", "Team lyon")
    assert said["form"] == [{"key": "offer", "version": "1.0.0", "title": said["form"][0]["title"], "items": 20}]
    for language in ("fr", "en"):
        assert all(sentence[language] for sentence in said["contract"]["sentences"])
    assert "fewer than 5 people" in said["contract"]["sentences"][1]["en"]


async def test_a_response_and_its_invitation_store_nothing_in_common(
    client, key, token, database, organisation, secrets
):
    async with database.transaction(organisation) as tx:
        (kept,) = (await tx.execute(select(response).where(response.c.organisation_id == organisation))).all()
    of_invitations = set().union(*(values(row) for row in await stored_invitations(database, organisation)))
    assert not values(kept) & of_invitations
    raw = read_invitation(token).token
    assert response_hash(secrets.pepper, raw) != invitation_hash(secrets.pepper, raw)
    assert kept.id.version == 4, "an id that sorts by time would tell who came when"


async def test_done_is_said_with_the_invitation_and_counted_once(client, admin, campaign, token):
    for _ in range(2):
        assert done(await client.post("/v1/respond/completion", json={"token": token})) == {"completed": True}
    seen = done(await client.get(f"{campaign.at}/participation", headers=admin))
    assert (seen["invited"], seen["completed"]) == (10, 1)


@pytest.mark.parametrize("path", ["exchange", "completion"])
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: token[:-1], id="cut"),
        pytest.param(lambda token: token[:40] + ("A" if token[40] != "A" else "B") + token[41:], id="a typo"),
        pytest.param(lambda token: "hello", id="something else"),
        pytest.param(lambda token: "assess_inv_" + "é" * 70, id="letters with accents"),
    ],
)
async def test_a_typo_in_an_invitation_is_told_from_an_unknown_one(client, token, path, spoil):
    reply = await client.post(f"/v1/respond/{path}", json={"token": spoil(token)})
    assert refused(reply) == (422, "invitation_mistyped")
    assert token[20:38] not in reply.text


async def test_an_invitation_of_nobody_is_unknown(client, organisation):
    text = InvitationText(organisation, b"t" * 32)
    token = write_invitation(text)
    assert refused(await client.post("/v1/respond/exchange", json={"token": token})) == (404, "invitation_unknown")


async def test_no_reply_to_a_respondent_is_kept_by_a_cache(client, key, token):
    for reply in (
        await client.get("/v1/respond", headers=key),
        await client.post("/v1/respond/exchange", json={"token": token}),
    ):
        assert reply.headers["cache-control"] == "no-store"


def parts(secrets, key):
    return read_response_key(secrets.pepper, key["Authorization"].removeprefix("Bearer "))


def headers_of(secrets, text):
    return {"Authorization": f"Bearer {write_response_key(secrets.pepper, text)}"}


def holder_of(key, secrets):
    text = parts(secrets, key)
    return hot.Holder(text.organisation_id, text.campaign_id, text.form_digest, response_hash(secrets.pepper, text.key))


def values(row):
    """What a row keeps beside what all rows share; yes and no stand in every one of them."""
    own = {name: value for name, value in row._mapping.items() if name not in {"organisation_id", "campaign_id"}}
    return {str(value) for value in own.values() if not isinstance(value, bool)}


async def stored_invitations(database, organisation):
    async with database.transaction(organisation) as tx:
        return (await tx.execute(select(invitation).where(invitation.c.organisation_id == organisation))).all()
