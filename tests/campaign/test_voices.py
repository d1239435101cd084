"""Voices: what is pooled where, that nobody is lost, and an attacker who knows every team's total."""

import random
from collections import Counter
from datetime import date
from math import fsum
from uuid import UUID

import msgspec
import pytest

from assess.campaign.model import Contract, ContractQuestionnaire, ContractTeam
from assess.campaign.voices import Spoken, Tree, heard, moments, stands, told_of, tree_of
from assess.questionnaire.model import Item, Kind, Level, Process, Questionnaire, Step, digest_of
from equations import sets_in

K = 5
COMPANY = UUID(int=0)


def text(said):
    return {"fr": said, "en": said}


def item(key, weight=1, options=5):
    levels = [Level(ordinal=1 + place, text=text(f"{key} {place}")) for place in range(options)]
    said = {"label": text(key), "text": text(key), "levels": levels}
    return Item(key=key, kind=Kind.PRACTICE, weight=float(weight), comparability_key=key, **said)


def step(key, items, weight=1):
    return Step(
        key=key, title=text(key), purpose=text(key), weight=float(weight), owner_role="sales", items=list(items)
    )


def version(key, *steps, indicative=False):
    process = Process(key=key, title=text(key), weight=1.0, in_overall=True, steps=list(steps))
    said = {"title": text(key), "introduction": text(key)}
    return Questionnaire(
        key=f"{key}-{indicative}", version="1.0.0", languages=["fr"], processes=[process], indicative=indicative, **said
    )


ACQ = version("acq", step("acq-a", [item("a1", 2), item("a2")]), step("acq-b", [item("b1", options=3)], 2))


class Company:
    """A campaign before its close: ``parent`` and ``team`` grow the tree; a team's people are given by perspective."""

    def __init__(self, *versions, k=K):
        self.versions = {digest_of(each): each for each in versions or (ACQ,)}
        self.k = k
        self.teams: list[ContractTeam] = []
        self.spoken: list[Spoken] = []

    def team(self, parent=None, answers=None, **people):
        made = UUID(int=len(self.teams) + 1)
        self.teams.append(
            ContractTeam(
                team_id=made,
                key=f"t{made.int}",
                name=f"T{made.int}",
                parent_id=parent,
                assessment_id=UUID(int=1000 + made.int) if people else None,
                headcount=sum(people.values()),
                questionnaires=list(self.versions) if people else [],
            )
        )
        for perspective, number in people.items():
            said = answers or {"a1": 3, "a2": 4, "b1": 2}
            self.spoken += [Spoken(made, None if perspective == "unsaid" else perspective, said)] * number
        return made

    @property
    def contract(self):
        asked = [
            ContractQuestionnaire(digest=digest, key=each.key, version=each.version)
            for digest, each in self.versions.items()
        ]
        return Contract(
            campaign_id=UUID(int=1),
            organisation_id=COMPANY,
            organisation="Assess",
            key="c",
            name="C",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 1, 31),
            languages=["fr"],
            threshold=self.k,
            anonymity="unlinked",
            questionnaires=asked,
            teams=self.teams,
        )

    def voices(self):
        return heard(self.contract, self.versions, self.spoken)

    def people(self, key="acq"):
        return {
            (each.node, each.perspective): each.composites[key].n for each in self.voices() if key in each.composites
        }


def department(company, teams, parent=None, **people):
    made = company.team(parent)
    for _ in range(teams):
        company.team(made, **people)
    return made


def test_the_managers_of_a_department_are_pooled_there():
    company = Company()
    north, south = (department(company, 6, manager=1, member=7) for _ in range(2))
    assert company.people() == {
        (each, name): n for each in (north, south) for name, n in (("manager", 6), ("member", 42))
    }


def test_a_department_with_too_few_managers_gives_its_people_to_the_company_and_the_smallest_other_goes_with_it():
    company = Company()
    department(company, 3, manager=1, member=7)
    department(company, 6, manager=1, member=7)
    large = department(company, 8, manager=1, member=7)
    assert company.people() == {
        (COMPANY, "manager"): 9,
        (COMPANY, "member"): 63,
        (large, "manager"): 8,
        (large, "member"): 56,
    }


def test_a_perspective_that_few_share_in_a_department_hides_another_one_and_both_elsewhere():
    company = Company()
    first = department(company, 6, manager=1, member=6, client_facing=2)
    company.team(first, headquarters=3, member=5)
    second = department(company, 7, manager=1, member=6, client_facing=2, headquarters=1)
    third = department(company, 9, manager=1, member=6, client_facing=2, headquarters=1)
    people = company.people()
    assert {where for where in people if where[0] == first} == {(first, "manager"), (first, "member")}
    assert {where for where in people if where[0] == second} == {(second, "manager"), (second, "member")}
    assert {name for node, name in people if node == third} == {"manager", "member", "client_facing", "headquarters"}
    assert people[COMPANY, "headquarters"] == 3 + 7


def test_the_golden_table_hides_its_second_and_third_row_in_both_columns():
    company = Company()
    rows = [(9, 6), (4, 8), (6, 7)]
    parts = [department(company, 1, manager=managers, member=members) for managers, members in rows]
    assert company.people() == {
        (COMPANY, "manager"): 10,
        (COMPANY, "member"): 15,
        (parts[0], "manager"): 9,
        (parts[0], "member"): 6,
    }


def test_a_pool_that_a_team_would_give_away_does_not_stand():
    """The members all work in one team: its total minus the members is one manager."""
    company = Company()
    made = company.team()
    company.team(made, member=8, manager=1)
    company.team(made, client_facing=8, manager=4)
    assert company.people() == {}


@pytest.mark.parametrize(
    ("teams", "stand"),
    [
        pytest.param([{"manager": 1, "member": 7}] * 5, True, id="one manager in each of five teams"),
        pytest.param([{"manager": 1, "member": 7}] * 4, False, id="four managers"),
        pytest.param([{"member": 5}], True, id="one perspective alone"),
        pytest.param([{"member": 4}], False, id="too few of it"),
        pytest.param([], True, id="nobody"),
        pytest.param(
            [{"headquarters": 5}, {"headquarters": 2, "member": 9}], False, id="a team of one kind tells of two"
        ),
        pytest.param([{"headquarters": 5}, {"member": 9}], False, id="nothing ties the teams together"),
        pytest.param([{"manager": 1, "member": 1}] * 5, True, id="five teams of two"),
        pytest.param([{"manager": 5, None: 2}, {"manager": 5}], False, id="those without a perspective are people too"),
    ],
)
def test_a_pool_stands_when_every_choice_of_perspectives_is_mixed_with_enough_others(teams, stand):
    assert stands([Counter(team) for team in teams], K) is stand


def test_the_moments_are_those_of_peoples_weighted_means():
    company = Company()
    low = department(company, 5, manager=1, member=2, answers={"a1": 1, "a2": 4, "b1": 3})
    for _ in range(5):
        company.team(low, answers={"a2": 2, "b1": -1}, member=2, manager=1)
    members = [number for number, each in enumerate(company.spoken) if each.perspective == "member"][::2]
    for number in members:  # so that in each team the one left out what the other did not
        company.spoken[number] = Spoken(company.spoken[number].team, "member", {"a1": 1, "a2": 4, "b1": 3})
    (managers,) = [each for each in company.voices() if each.perspective == "manager"]
    assert managers.people == 10
    first, second = (2 * 1 + 4) / 3, 2.0
    assert managers.composites["acq-a"] == moments([first] * 5 + [second] * 5)
    assert managers.composites["acq-b"] == moments([5.0] * 5)
    whole = (1 / 3 * 2 * 1 + 1 / 3 * 4 + 2 * 5.0) / 3
    assert managers.composites["acq"].total == pytest.approx(fsum([whole] * 5 + [2.0] * 5), rel=1e-12)


def test_of_a_short_form_only_the_process_has_voices():
    company = Company(version("acq", step("acq-a", [item("a1")]), indicative=True))
    department(company, 6, manager=1, member=7, answers={"a1": 2})
    assert {key for each in company.voices() for key in each.composites} == {"acq"}


def test_a_process_in_two_versions_has_no_voices():
    company = Company(ACQ, version("acq", step("acq-a", [item("a9")]), indicative=True))
    department(company, 6, manager=1, member=7)
    assert company.voices() == []


def test_the_order_of_the_people_leaves_no_trace():
    company = random_company(7)
    voices = company.voices()
    random.Random(1).shuffle(company.spoken)
    assert company.voices() == voices


# The attacker.

SIZES = (0, 0, 1, 1, 2, 3, 5, 6, 9)
NAMES = ("manager", "member", "headquarters", "unsaid")


def random_company(seed, teams=6):
    """A tree of depth up to 4; up to six teams have people, inner nodes among them."""
    die = random.Random(seed)
    company = Company()
    inner = [None]
    names = die.sample(NAMES, die.randint(2, 4))
    for _ in range(die.randint(1, 4)):
        inner.append(company.team(die.choice(inner[:3])))
    while sum(1 for each in company.teams if each.headcount) < teams:
        people = {name: die.choice(SIZES) for name in names}
        levels = {key: die.randint(1, 5) for key in ("a1", "a2")}
        company.team(die.choice(inner), levels, **(people if any(people.values()) else {"member": 4}))
    return company


def leaks(tree: Tree, counts, pools):
    """The sizes below the threshold of all sets that team totals and pools determine, other than of whole teams."""
    atoms = [(team, name) for team, count in counts.items() for name, people in count.items() if people]
    rows = [[atom[0] == team for atom in atoms] for team in counts]
    rows += [[pools.get(atom) == pool for atom in atoms] for pool in set(pools.values())]
    found = []
    for places in sets_in(rows):
        taken = {atoms[place] for place in places}
        whole = all(other in taken for atom in taken for other in atoms if other[0] == atom[0])
        size = sum(counts[team][name] for team, name in taken)
        if size < K and not whole:
            found.append(size)
    return found


def counts_of(company, *, imported=True):
    """People by team and perspective; without the imported ones, those who are left to whoever knows these."""
    counts: dict[UUID, Counter] = {}
    for person in company.spoken:
        if imported or not person.imported:
            counts.setdefault(person.team, Counter())[person.perspective] += 1
    return counts


def pools_of(tree, counts, told):
    """By team and perspective, where its people are pooled."""
    return {
        (team, name): (pool, name)
        for team, count in counts.items()
        for name in count
        if (pool := tree.pool(team, name, told)) is not None
    }


ALL = frozenset({"manager", "member", "client_facing", "headquarters"})


@pytest.mark.parametrize("seed", range(300))
def test_team_totals_and_pools_reveal_no_group_smaller_than_the_threshold(seed):
    company = random_company(seed)
    tree, counts = tree_of(company.contract), counts_of(company)
    told = told_of(tree, counts, K, dict.fromkeys(tree.inner, ALL))
    assert not leaks(tree, counts, pools_of(tree, counts, told))


def partly_imported(seed):
    """A random company, some of whose people were imported: in one team of three nobody, in one everybody."""
    company, die = random_company(seed), random.Random(seed)
    shares = {team.team_id: die.choice([0.0, 0.3, 1.0]) for team in company.teams}
    company.spoken = [
        msgspec.structs.replace(person, imported=die.random() < shares[person.team]) for person in company.spoken
    ]
    return company


def told_in(company):
    """By node, the perspectives of which a voice is kept there."""
    told: dict[UUID, frozenset] = {}
    for voice in company.voices():
        told[voice.node] = told.get(voice.node, frozenset()) | {voice.perspective}
    return told


@pytest.mark.parametrize("seed", range(100))
def test_nor_to_whoever_imported_some_of_the_answers(seed):
    company = partly_imported(seed)
    tree, told = tree_of(company.contract), told_in(company)
    for counts in (counts_of(company), counts_of(company, imported=False)):
        assert not leaks(tree, counts, pools_of(tree, counts, told))


def test_whoever_imported_answers_would_find_some_if_everybody_counted():
    found = shown = 0
    for seed in range(60):
        company = partly_imported(seed)
        tree, others = tree_of(company.contract), counts_of(company, imported=False)
        told = told_of(tree, counts_of(company), K, dict.fromkeys(tree.inner, ALL))
        found += bool(leaks(tree, others, pools_of(tree, others, told)))
        shown += bool(company.voices())
    assert (found > 5, shown > 15) == (True, True)


def test_where_all_answers_are_imported_they_are_told_like_any_others():
    company = Company()
    department(company, 6, manager=1, member=7)
    before = company.voices()
    company.spoken = [msgspec.structs.replace(person, imported=True) for person in company.spoken]
    assert company.voices() == before != []


def test_something_is_told_of_most_random_companies():
    assert sum(bool(random_company(seed).voices()) for seed in range(300)) > 150


def test_the_attacker_finds_what_pools_of_enough_people_alone_would_leak():
    """Each pool at the department, as soon as it has enough people: many a random company leaks."""
    found = 0
    for seed in range(20):
        company = random_company(seed)
        tree, counts = tree_of(company.contract), counts_of(company)
        sums = Counter()
        for team, count in counts.items():
            for name, people in count.items():
                sums[next(node for node in tree.upwards(team) if node in tree.inner), name] += people
        pools = {
            (team, name): where
            for team, count in counts.items()
            for name in count
            if name is not None
            and sums[where := (next(node for node in tree.upwards(team) if node in tree.inner), name)] >= K
        }
        found += bool(leaks(tree, counts, pools))
    assert found >= 5


@pytest.mark.parametrize("seed", range(100))
def test_whoever_is_told_of_is_counted_once_and_nobody_in_a_group_that_is_too_small(seed):
    company = random_company(seed, teams=12)
    voices = company.voices()
    assert all(moment.n >= K for each in voices for moment in each.composites.values())
    told = {each.perspective for each in voices}
    everybody = Counter(person.perspective for person in company.spoken)
    assert Counter(
        {name: sum(each.composites["acq"].n for each in voices if each.perspective == name) for name in told}
    ) == Counter({name: everybody[name] for name in told})
