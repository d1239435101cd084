"""The contract: what is promised to the people at launch, its digest, and the promise in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct

from assess.campaign.model import (
    AssessmentState,
    Campaign,
    Contract,
    ContractQuestionnaire,
    ContractTeam,
    Perspective,
    PerspectiveShare,
)
from assess.questionnaire.model import Questionnaire
from assess.tenancy.model import Organisation, Team
from assess.typography import share_of
from assess.words import LANGUAGES, Digest, Key, Language, Text

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


class Asked(Struct, frozen=True, kw_only=True):
    """An assessment with the digests of what its team is asked, in order. ``headcount``: absent before the launch.

    asked_elsewhere: people of the team who do not stand on the roster; their answers are imported.
    """

    assessment_id: UUID
    team_id: UUID
    team: Key
    state: AssessmentState
    headcount: int | None
    asked_elsewhere: int
    digests: list[Digest]


class Promise(Struct, frozen=True, kw_only=True):
    """What somebody is told before the first answer; ``sentences`` in both languages."""

    digest: Digest
    threshold: int
    ends_on: date
    sentences: list[Text]


def contract_of(
    campaign: Campaign,
    organisation: Organisation,
    teams: Sequence[Team],
    asked: Sequence[Asked],
    headcounts: Mapping[UUID, int],
    versions: Mapping[Digest, Questionnaire],
) -> Contract:
    """The contract of a campaign on the tree as it stands: the teams that are asked, and every team above them.

    headcounts: people on the roster, by team; those who are asked elsewhere are added.
    """
    by_team = {each.team_id: each for each in asked}
    return Contract(
        campaign_id=campaign.id,
        organisation_id=organisation.id,
        organisation=organisation.name,
        key=campaign.key,
        name=campaign.name,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        languages=campaign.languages,
        threshold=campaign.threshold,
        anonymity="unlinked",
        questionnaires=_versions(versions),
        teams=[_node(team, by_team.get(team.id), headcounts) for team in concerned(teams, by_team)],
        retention_months=campaign.retention_months,
        balance=campaign.balance,
    )


def contract_digest(contract: Contract) -> Digest:
    """SHA-256 of the contract as canonical JSON, hexadecimal."""
    return sha256(msgspec.json.encode(contract, order="deterministic")).hexdigest()


def concerned(teams: Sequence[Team], asked: Mapping[UUID, object]) -> list[Team]:
    """The teams that are asked and their ancestors, in the given order."""
    parents = {team.id: team.parent_id for team in teams}
    kept: set[UUID] = set()
    for team_id in asked:
        above: UUID | None = team_id
        while above is not None and above not in kept:
            kept.add(above)
            above = parents[above]
    return [team for team in teams if team.id in kept]


def promise_of(contract: Contract, digest: Digest, ends_on: date) -> Promise:
    """The promise in words. ``ends_on``: the last day as it stands now, which an extension moves."""
    sentences = [_who_sees_what(contract), _group(contract), _comparison(contract)]
    if contract.balance:
        sentences.append(_balance(contract.balance))
    sentences += [_until(ends_on), _sealing()]
    if contract.retention_months:
        sentences.append(_retention(contract.retention_months))
    sentences += [_participation(contract), _links()]
    elsewhere = sum(team.asked_elsewhere for team in contract.teams)
    if elsewhere:
        sentences.append(_elsewhere(elsewhere))
    return Promise(digest=digest, threshold=contract.threshold, ends_on=ends_on, sentences=sentences)


def _versions(versions: Mapping[Digest, Questionnaire]) -> list[ContractQuestionnaire]:
    named = [
        ContractQuestionnaire(digest=digest, key=version.key, version=version.version)
        for digest, version in versions.items()
    ]
    return sorted(named, key=lambda version: (version.key, version.version))


def _node(team: Team, asked: Asked | None, headcounts: Mapping[UUID, int]) -> ContractTeam:
    return ContractTeam(
        team_id=team.id,
        key=team.key,
        name=team.name,
        parent_id=team.parent_id,
        assessment_id=asked.assessment_id if asked else None,
        headcount=headcounts.get(team.id, 0) + asked.asked_elsewhere if asked else 0,
        questionnaires=asked.digests if asked else [],
        asked_elsewhere=asked.asked_elsewhere if asked else 0,
    )


def _who_sees_what(contract: Contract) -> Text:
    who = contract.organisation
    return {
        "fr": "Vos réponses sont enregistrées sans votre nom ni votre adresse ; "
        f"personne chez {who} ne peut lire celles d’une seule personne.",
        "en": "Your answers are kept without your name or your address; "
        f"nobody at {who} can read those of a single person.",
    }


def _group(contract: Contract) -> Text:
    return {
        "fr": f"Aucun résultat n’est montré pour un groupe de moins de {contract.threshold} personnes.",
        "en": f"No result is shown for a group of fewer than {contract.threshold} people.",
    }


def _until(day: date) -> Text:
    fr, en = (f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}" for language in ("fr", "en"))
    return {
        "fr": f"Vous pouvez modifier ou retirer vos réponses jusqu’à la clôture, prévue après le {fr}.",
        "en": f"You can change or withdraw your answers until the campaign closes, planned after {en}.",
    }


def _sealing() -> Text:
    return {
        "fr": "À la clôture, les réponses sont recopiées dans un ordre tiré au hasard et les originaux effacés ; "
        "plus rien n’y relie une réponse à une personne.",
        "en": "At the close, the answers are copied in random order and the originals deleted; "
        "nothing in them leads from an answer to a person any more.",
    }


def _comparison(contract: Contract) -> Text:
    k = contract.threshold
    return {
        "fr": "Ce que disent ensemble ceux qui voient le travail du même endroit (encadrement, équipe, contact avec les clients, "
        f"siège) est aussi comparé, dès qu’ils sont au moins {k} dans plusieurs équipes réunies.",
        "en": "What people who see the work from the same place say together (managers, members, those in contact with clients, "
        f"headquarters) is compared too, where at least {k} of them answer in several teams taken together.",
    }


_VIEWS: dict[Perspective, Text] = {
    "manager": {"fr": "l’encadrement", "en": "managers"},
    "member": {"fr": "l’équipe", "en": "members"},
    "client_facing": {"fr": "le contact avec les clients", "en": "those in contact with clients"},
    "headquarters": {"fr": "le siège", "en": "headquarters"},
}


def _balance(shares: Sequence[PerspectiveShare]) -> Text:
    fr, en = (_weighed(shares, language) for language in LANGUAGES)
    return {
        "fr": "Pour un département entier ou l’entreprise, un second score donne à chacun de ces regards une part fixée d’avance "
        f"({fr}) ; il n’est calculé qu’à partir de moyennes montrées de toute façon.",
        "en": "For a whole department and the company, a second score gives each of these views a share fixed in advance "
        f"({en}); it is computed only from means that are shown anyway.",
    }


def _weighed(shares: Sequence[PerspectiveShare], language: Language) -> str:
    return ", ".join(f"{_VIEWS[each.perspective][language]} {share_of(each.share, language)}" for each in shares)


def _retention(months: int) -> Text:
    return {
        "fr": f"La liste des personnes et les réponses sont gardées {months} mois après la clôture, puis effacées.",
        "en": f"The list of people and the answers are kept for {months} months after the close, then erased.",
    }


def _participation(contract: Contract) -> Text:
    who = contract.organisation
    return {
        "fr": f"{who} voit combien de personnes de chaque équipe ont terminé, jamais ce qu’elles ont répondu. "
        "Vos commentaires sont séparés de vos réponses ; n’y écrivez rien qui vous désigne.",
        "en": f"{who} sees how many people of each team are done, never what they answered. "
        "Your comments are cut from your answers; write nothing in them that points at you.",
    }


def _links() -> Text:
    return {
        "fr": "Un lien joint à une réponse n’est lu que par vous ; "
        "la clôture l’efface et ne garde que le fait qu’il y en avait un.",
        "en": "A link that you attach to an answer is read by nobody but you; "
        "the close deletes it and keeps only that there was one.",
    }


def _elsewhere(people: int) -> Text:
    return {
        "fr": f"Les réponses de {people} personne{'s' if people > 1 else ''} sont recueillies ailleurs, puis importées ; "
        "elles comptent comme les vôtres, et les résultats le disent.",
        "en": f"The answers of {people} {'people' if people > 1 else 'person'} are collected elsewhere and imported; "
        "they count as yours do, and the results say so.",
    }
