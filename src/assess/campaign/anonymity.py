"""Anonymity: what small teams will not see, said in advance, and what may be kept when a campaign is sealed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from assess.campaign.model import NO_ANSWER, Contract, ContractTeam, Origin, PreflightFinding
from assess.errors import Finding, Invalid
from assess.questionnaire.model import Questionnaire
from assess.words import Text


class CampaignNotReady(Invalid):
    """The campaign cannot be launched as it stands."""

    title_fr = "La campagne ne peut pas être lancée en l’état."


class Draft(Struct, frozen=True, kw_only=True):
    """A response just before it is sealed: its answers by item. ``perspective``: absent where an import did not say it.

    shown: the items beside the answer of which stands a link. hasty: as the client said.
    """

    assessment_id: UUID
    perspective: str | None
    form: str
    answers: dict[str, int]
    origin: Origin = "answered"
    shown: frozenset[str] = frozenset()
    hasty: bool = False


class Sealed(Struct, frozen=True, kw_only=True):
    """A response as it is kept for good: ``answers`` in the order of its form, -9 where there is none.

    origin: tells how many of a team's responses were imported, not which. evidence: the places of the answers beside which there
    was a link.
    """

    assessment_id: UUID
    perspective: str | None
    form: str
    answers: list[int]
    origin: Origin = "answered"
    evidence: list[int] = []
    hasty: bool = False


def preflight(contract: Contract, questionnaires: Sequence[Questionnaire], today: date) -> list[PreflightFinding]:
    """What is to be mended before the launch, then what will not be shown after it."""
    return [*_blocking(contract, questionnaires, today), *_small_teams(contract), *_few_beside_imported(contract)]


def check_ready(findings: Sequence[PreflightFinding]) -> None:
    """Raise CampaignNotReady with every blocking finding."""
    errors = [
        Finding(pointer=f"/teams/{found.team}" if found.team else "/", rule=found.text["en"])
        for found in findings
        if found.blocking
    ]
    if errors:
        raise CampaignNotReady("; ".join(finding.rule for finding in errors[:5]), errors=errors)


def kept_perspectives(counts: Mapping[str | None, int], threshold: int) -> frozenset[str]:
    """The perspectives of a team's responses that may stay beside them.

    A perspective is kept only when at least ``threshold`` of the responses share it: somebody alone in a perspective would be
    recognised by whoever has the roster. The responses are counted, not the roster, because the invitations tell who is
    done. The same holds for those without one: if they were fewer than ``threshold``, "none" would point at them, so the
    smallest perspective joins them until they are nobody or enough.
    """
    kept = {name for name, count in counts.items() if name is not None and count >= threshold}
    while 0 < sum(count for name, count in counts.items() if name not in kept) < threshold and kept:
        kept.remove(min(kept, key=lambda name: (counts[name], name)))
    return frozenset(kept)


def sealed(
    drafts: Sequence[Draft],
    orders: Mapping[UUID, Sequence[str]],
    threshold: int,
    shuffle: Callable[[list[Sealed]], None],
) -> list[Sealed]:
    """The responses packed in their teams' order of items, in an order that ``shuffle`` makes; those without answers fall away.

    orders: the item keys of each assessment's form. Nothing of a draft's id, key, dates or place is left. Where answers were
    imported, no row says what imported ones cannot have: it would tell who answered beside them.
    """
    given = [draft for draft in drafts if draft.answers]
    kept = _kept(given, threshold)
    imported = Counter(draft.assessment_id for draft in given if draft.origin == "imported")
    rows = [
        Sealed(
            assessment_id=draft.assessment_id,
            perspective=draft.perspective if draft.perspective in kept[draft.assessment_id] else None,
            form=draft.form,
            answers=[draft.answers.get(item, NO_ANSWER) for item in orders[draft.assessment_id]],
            evidence=[] if draft.assessment_id in imported else _places(draft.shown, orders[draft.assessment_id]),
            hasty=draft.hasty and draft.assessment_id not in imported,
        )
        for draft in given
    ]
    shuffle(rows)
    return _dealt(rows, imported)


def _places(items: Collection[str], order: Sequence[str]) -> list[int]:
    """Where some items stand in a form."""
    return [place for place, item in enumerate(order) if item in items]


def _dealt(rows: Sequence[Sealed], imported: Mapping[UUID, int]) -> list[Sealed]:
    """Each team's number of imported responses on the first of its rows, which stand in random order.

    Whoever has answered beside people who were asked elsewhere would otherwise be found by the mark that is missing.
    """
    left = Counter(imported)
    dealt = []
    for row in rows:
        left[row.assessment_id] -= 1
        dealt.append(replace(row, origin="imported" if left[row.assessment_id] >= 0 else "answered"))
    return dealt


def _kept(drafts: Sequence[Draft], threshold: int) -> dict[UUID, frozenset[str]]:
    counts: dict[UUID, Counter[str | None]] = {}
    for draft in drafts:
        counts.setdefault(draft.assessment_id, Counter())[draft.perspective] += 1
    return {assessment_id: kept_perspectives(count, threshold) for assessment_id, count in counts.items()}


def _blocking(contract: Contract, questionnaires: Sequence[Questionnaire], today: date) -> Iterator[PreflightFinding]:
    asked = [team for team in contract.teams if team.assessment_id]
    people = sum(team.headcount for team in asked)
    if not asked:
        yield _finding("no_team", "Aucune équipe n’est interrogée.", "No team is asked anything.")
    for team in asked:
        if team.headcount == 0:
            fr = f"Personne n’est invité dans l’équipe {team.name}."
            yield _finding("team_without_people", fr, f"Nobody is invited in the team {team.name}.", team)
    if asked and people < contract.threshold:
        fr = f"La campagne ne compte que {people} personnes : rien ne pourrait être montré."
        yield _finding("too_few_people", fr, f"The campaign has only {people} people: nothing could be shown.")
    if contract.ends_on < today:
        fr = f"Le dernier jour de la campagne ({contract.ends_on}) est passé."
        yield _finding("ends_in_the_past", fr, f"The campaign's last day ({contract.ends_on}) is over.")
    yield from _untranslated(contract, questionnaires)


def _untranslated(contract: Contract, questionnaires: Sequence[Questionnaire]) -> Iterator[PreflightFinding]:
    for questionnaire in questionnaires:
        for language in contract.languages:
            if language not in questionnaire.languages:
                fr = f"Le questionnaire {questionnaire.key} {questionnaire.version} n’existe pas dans la langue {language}."
                en = f"The questionnaire {questionnaire.key} {questionnaire.version} does not exist in the language {language}."
                yield _finding("language_missing", fr, en)


def _small_teams(contract: Contract) -> Iterator[PreflightFinding]:
    below = _below(contract)
    small = [team for team in contract.teams if team.assessment_id and 0 < below[team.team_id] < contract.threshold]
    for team in small:
        yield _small(team, _first_large(contract, below, team))
    if small:
        fr = (
            "Les résultats d’une autre équipe peuvent être masqués aussi, "
            "pour que ceux d’une petite équipe ne se déduisent pas par soustraction."
        )
        en = "Another team's results may be hidden too, so that a small team's cannot be found by subtraction."
        yield _finding("may_hide_another", fr, en, blocking=False)


def _few_beside_imported(contract: Contract) -> Iterator[PreflightFinding]:
    """Who collects answers elsewhere knows them and could take them from a team's results: of few other people none are shown."""
    for team in contract.teams:
        here = team.headcount - team.asked_elsewhere
        if team.asked_elsewhere and 0 < here < contract.threshold:
            fr = (
                f"Dans l’équipe {team.name}, {here} {'personnes répondent' if here > 1 else 'personne répond'} ici et "
                f"{team.asked_elsewhere} ailleurs : comme qui recueille ces dernières réponses pourrait en déduire les "
                "autres, les résultats de l’équipe n’apparaîtront pas."
            )
            en = (
                f"In the team {team.name}, {here} {'people answer' if here > 1 else 'person answers'} here and "
                f"{team.asked_elsewhere} elsewhere: as whoever collects those answers could work out the others, "
                "the team's results will not be shown."
            )
            yield _finding("few_beside_imported", fr, en, team, blocking=False)


def _small(team: ContractTeam, above: ContractTeam | None) -> PreflightFinding:
    many = "" if team.headcount == 1 else "s"
    people = {"fr": f"{team.headcount} personne{many}", "en": f"{team.headcount} {'people' if many else 'person'}"}
    where = _where(team, above)
    fr = f"L’équipe {team.name} compte {people['fr']} : ses résultats n’apparaîtront que {where['fr']}."
    en = f"The team {team.name} has {people['en']}: its results will be shown only {where['en']}."
    return _finding("small_team", fr, en, team, blocking=False)


def _where(team: ContractTeam, above: ContractTeam | None) -> Text:
    if above is None:
        return {"fr": "dans ceux de toute l’entreprise", "en": "in those of the whole company"}
    if above.team_id == team.parent_id:
        return {"fr": "dans ceux de l’équipe au-dessus", "en": "in its parent"}
    return {"fr": f"dans ceux de {above.name}", "en": f"in those of {above.name}"}


def _below(contract: Contract) -> dict[UUID, int]:
    """People invited in each node and below it."""
    parents = {team.team_id: team.parent_id for team in contract.teams}
    sums = dict.fromkeys(parents, 0)
    for team in contract.teams:
        above: UUID | None = team.team_id
        while above is not None:
            sums[above] += team.headcount
            above = parents[above]
    return sums


def _first_large(contract: Contract, below: Mapping[UUID, int], team: ContractTeam) -> ContractTeam | None:
    """The nearest node above ``team`` that is large enough to be shown, or none: the whole company."""
    nodes = {node.team_id: node for node in contract.teams}
    above = team.parent_id
    while above is not None and below[above] < contract.threshold:
        above = nodes[above].parent_id
    return nodes[above] if above is not None else None


def _finding(
    code: str, fr: str, en: str, team: ContractTeam | None = None, *, blocking: bool = True
) -> PreflightFinding:
    return PreflightFinding(code=code, blocking=blocking, team=team.key if team else None, text={"fr": fr, "en": en})
