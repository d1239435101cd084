"""What small teams will not see, and what may stay beside a sealed response."""

import random
from collections import Counter
from datetime import date
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.campaign.anonymity import CampaignNotReady, Draft, check_ready, kept_perspectives, preflight, sealed
from assess.campaign.answers import packed, unpacked
from assess.campaign.contract import contract_digest, promise_of
from assess.campaign.forms import ItemAskedTwice, form_digest, form_of
from assess.campaign.model import NO_ANSWER, Contract, ContractTeam, PerspectiveShare

PERSPECTIVES = ["manager", "member", "client_facing", "headquarters"]
TODAY = date(2026, 6, 1)
HALVES = [PerspectiveShare(perspective=name, share=0.5) for name in ("manager", "member")]
COUNTS = st.dictionaries(st.sampled_from(PERSPECTIVES), st.integers(1, 20))
THRESHOLDS = st.integers(5, 10)


def team(key: str, number: int, headcount: int, parent: int | None = None, *, asked: bool = True) -> ContractTeam:
    return ContractTeam(
        team_id=UUID(int=number),
        key=key,
        name=key.title(),
        parent_id=UUID(int=parent) if parent else None,
        assessment_id=UUID(int=100 + number) if asked else None,
        headcount=headcount,
        questionnaires=[],
    )


def contract(*teams: ContractTeam, ends_on: date = date(2026, 6, 30)) -> Contract:
    return Contract(
        campaign_id=UUID(int=1),
        organisation_id=UUID(int=2),
        organisation="Aubépine",
        key="spring",
        name="Printemps",
        starts_on=TODAY,
        ends_on=ends_on,
        languages=["fr", "en"],
        threshold=5,
        anonymity="unlinked",
        questionnaires=[],
        teams=list(teams),
    )


def sentences(said: Contract, questionnaires=(), language: str = "en") -> list[str]:
    return [found.text[language] for found in preflight(said, questionnaires, TODAY)]


def test_a_small_team_is_told_in_advance_where_it_will_be_seen():
    said = contract(team("offer", 1, 0, asked=False), team("offer-lyon", 2, 4, 1), team("offer-paris", 3, 9, 1))
    assert sentences(said)[0] == "The team Offer-Lyon has 4 people: its results will be shown only in its parent."
    assert sentences(said, language="fr")[0] == (
        "L’équipe Offer-Lyon compte 4 personnes\u00a0: ses résultats n’apparaîtront que dans ceux de l’équipe au-dessus."
    )
    assert [found.code for found in preflight(said, [], TODAY)] == ["small_team", "may_hide_another"]


@pytest.mark.parametrize(
    ("teams", "where"),
    [
        pytest.param(
            [team("a", 1, 1), team("b", 2, 9)],
            "1 person: its results will be shown only in those of the whole company",
            id="no parent",
        ),
        pytest.param(
            [team("top", 1, 0, asked=False), team("mid", 2, 0, 1, asked=False), team("a", 3, 4, 2), team("b", 4, 5, 1)],
            "4 people: its results will be shown only in those of Top",
            id="a parent that is small too",
        ),
    ],
)
def test_a_small_team_is_shown_in_the_first_node_that_is_large_enough(teams, where):
    assert where in sentences(contract(*teams))[0]


def test_a_small_parent_that_answers_itself_is_shown_with_its_teams_below():
    said = contract(team("shop", 1, 1), team("desk", 2, 7, 1))
    assert sentences(said) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param(contract(), "no_team", id="no team"),
        pytest.param(contract(team("a", 1, 0), team("b", 2, 9)), "team_without_people", id="a team without people"),
        pytest.param(contract(team("a", 1, 4)), "too_few_people", id="fewer people than the threshold"),
        pytest.param(contract(team("a", 1, 9), ends_on=date(2026, 5, 31)), "ends_in_the_past", id="an end in the past"),
    ],
)
def test_what_makes_a_launch_senseless_stops_it(said, code):
    findings = preflight(said, [], TODAY)
    assert code in {found.code for found in findings if found.blocking}
    with pytest.raises(CampaignNotReady):
        check_ready(findings)


def test_a_questionnaire_that_does_not_speak_a_language_of_the_campaign_stops_the_launch(catalogue):
    french = msgspec.structs.replace(catalogue.find("offer", "1.0.0"), languages=["fr"])
    findings = preflight(contract(team("a", 1, 9)), [french], TODAY)
    assert [(found.code, found.blocking) for found in findings] == [("language_missing", True)]


@given(COUNTS, THRESHOLDS)
def test_no_group_that_perspectives_make_is_smaller_than_the_threshold(counts, threshold):
    kept = kept_perspectives(counts, threshold)
    without = sum(count for name, count in counts.items() if name not in kept)
    assert all(counts[name] >= threshold for name in kept)
    assert without == 0 or without >= threshold or not kept


def test_somebody_alone_is_not_given_away_by_having_no_perspective():
    assert kept_perspectives({"member": 6, "manager": 1}, 5) == frozenset()
    assert kept_perspectives({"member": 6, "client_facing": 5, "manager": 1}, 5) == {"member"}
    assert kept_perspectives({"member": 6, "client_facing": 3, "manager": 2}, 5) == {"member"}


@given(
    st.lists(st.tuples(st.integers(0, 2), st.dictionaries(st.sampled_from("abcd"), st.integers(-4, 5))), max_size=30),
    st.integers(),
)
def test_sealing_keeps_every_answer_of_every_team_and_nothing_else(responses, seed):
    orders = {UUID(int=number): ["d", "b", "a", "c"] for number in range(3)}
    drafts = [
        Draft(assessment_id=UUID(int=n), perspective="member", form="full", answers=given) for n, given in responses
    ]
    rows = sealed(drafts, orders, 5, random.Random(seed).shuffle)
    packed_by_hand = [
        (draft.assessment_id, tuple(draft.answers.get(item, NO_ANSWER) for item in "dbac"))
        for draft in drafts
        if draft.answers
    ]
    assert Counter((row.assessment_id, tuple(row.answers)) for row in rows) == Counter(packed_by_hand)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.frozensets(st.sampled_from("abcd"), min_size=1)), max_size=30),
    st.lists(st.booleans(), min_size=30, max_size=30),
    st.integers(),
)
def test_sealing_keeps_marks_unless_answers_of_the_team_were_imported(responses, imported, seed):
    drafts = [
        Draft(
            assessment_id=UUID(int=n),
            perspective="member",
            form="full",
            answers=dict.fromkeys("abcd", n),
            origin="imported" if n == 2 and is_imported else "answered",
            shown=frozenset() if n == 2 and is_imported else items,
            hasty="a" in items and not (n == 2 and is_imported),
        )
        for (n, items), is_imported in zip(responses, imported, strict=False)
    ]
    rows = sealed(drafts, {UUID(int=n): ["d", "b", "a", "c"] for n in range(3)}, 5, random.Random(seed).shuffle)
    mixed = any(draft.origin == "imported" for draft in drafts)
    marks = [
        (n, (), False) if mixed and n == 2 else (n, tuple(sorted(map("dbac".index, items))), "a" in items)
        for n, items in responses
    ]
    assert Counter((row.assessment_id.int, tuple(row.evidence), row.hasty) for row in rows) == Counter(marks)


def test_the_order_of_sealed_rows_is_the_shuffles_alone():
    drafts = [
        Draft(assessment_id=UUID(int=1), perspective="member", form="full", answers={"a": n % 6}) for n in range(60)
    ]
    orders = {UUID(int=1): ["a"]}
    reverse = sealed(drafts, orders, 5, lambda rows: rows.reverse())
    assert [row.answers for row in reverse] == [[n % 6] for n in range(60)][::-1]


def test_every_value_an_item_can_have_is_unpacked_and_packed_again(catalogue):
    for item in catalogue.find("offer", "1.0.0").items():
        for value in [*item.ordinals, -1, -2, -3, -4]:
            assert packed(item, unpacked(value)) == value


def test_a_form_digest_names_the_versions_and_their_order():
    one, two = "a" * 64, "b" * 64
    digests = {
        form_digest([one]),
        form_digest([two]),
        form_digest([one, two]),
        form_digest([two, one]),
        form_digest([one], "short"),
    }
    assert len(digests) == 5
    assert {len(digest) for digest in digests} == {16}


def test_nobody_is_asked_the_same_item_twice(catalogue):
    offer = catalogue.find("offer", "1.0.0")
    with pytest.raises(ItemAskedTwice):
        form_of([("a" * 64, offer), ("b" * 64, offer)])


def test_a_contracts_digest_changes_with_anything_it_promises():
    first = contract(team("a", 1, 9))
    others = [
        msgspec.structs.replace(first, threshold=6),
        contract(team("a", 1, 10)),
        msgspec.structs.replace(first, name="Été"),
    ]
    assert len({contract_digest(each) for each in [first, *others]}) == 4
    assert contract_digest(first) == contract_digest(msgspec.convert(msgspec.to_builtins(first), Contract))


def test_a_contract_without_a_balance_keeps_the_digest_that_it_had_before_there_was_any():
    before = "d9139f8a0173e023c9c80f301e3cef2ad43c85680c4897bbe091c2d5e8a8fdfa"
    assert contract_digest(contract(team("a", 1, 9))) == before
    assert contract_digest(msgspec.structs.replace(contract(team("a", 1, 9)), balance=HALVES)) != before


def test_the_promise_tells_a_balance_where_one_is_declared_and_no_other():
    said = [promise_of(each, "d" * 64, date(2026, 8, 1)).sentences for each in (contract(), balanced())]
    (added,) = [sentence for sentence in said[1] if sentence not in said[0]]
    assert "(managers 50%, members 50%)" in added["en"]
    assert "(l’encadrement 50\u00a0%, l’équipe 50\u00a0%)" in added["fr"]
    assert len(said[1]) == len(said[0]) + 1


def balanced() -> Contract:
    return msgspec.structs.replace(contract(), balance=HALVES)


def test_the_promise_names_the_last_day_as_it_stands_now():
    said = promise_of(contract(), "d" * 64, date(2026, 8, 1)).sentences
    assert any("1 août 2026" in sentence["fr"] for sentence in said)
    assert any("1 August 2026" in sentence["en"] for sentence in said)


@pytest.mark.parametrize(
    ("months", "told"), [(18, True), (None, False)], ids=["promised", "not yet part of the promise"]
)
def test_the_promise_names_how_long_people_and_answers_are_kept(months, told):
    said = promise_of(
        msgspec.structs.replace(contract(), retention_months=months), "d" * 64, date(2026, 8, 1)
    ).sentences
    assert any("18 mois" in sentence["fr"] and "18 months" in sentence["en"] for sentence in said) is told


def test_the_promise_says_what_becomes_of_a_link():
    said = promise_of(contract(), "d" * 64, date(2026, 8, 1)).sentences
    (told,) = [sentence for sentence in said if "link" in sentence["en"]]
    assert "the close deletes it" in told["en"]
    assert "la clôture l’efface" in told["fr"]


def test_the_promise_says_who_is_compared():
    said = promise_of(msgspec.structs.replace(contract(), threshold=6), "d" * 64, date(2026, 8, 1)).sentences
    assert any("at least 6 of them" in sentence["en"] and "au moins 6" in sentence["fr"] for sentence in said)
