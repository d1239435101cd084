"""Every sentence of the report, in both languages as equals.

Templates take their numbers already written (see ``assess.typography``); French spacing is set here, once, on the way out.
"""

from datetime import date
from typing import Final

from assess.typography import typeset
from assess.words import Language

SENTENCES: Final[dict[str, dict[Language, str]]] = {
    # the frame
    "document": {"fr": "{organisation} : feuille de route", "en": "{organisation}: roadmap"},
    "footer": {
        "fr": "{organisation} · {campaign} · faits du {day}",
        "en": "{organisation} · {campaign} · facts of {day}",
    },
    "list.and": {"fr": "{first} et {last}", "en": "{first} and {last}"},
    "quoted": {"fr": "« {text} »", "en": "“{text}”"},
    # 1 situation
    "situation.kicker": {"fr": "L’essentiel", "en": "The essentials"},
    "situation.title.weakest": {
        "fr": "Votre organisation est à {index}/100 ; {process} est le maillon faible",
        "en": "Your organisation stands at {index}/100; {process} is the weakest link",
    },
    "situation.title.close": {
        "fr": "Votre organisation est à {index}/100, sans processus nettement en retard",
        "en": "Your organisation stands at {index}/100, with no process clearly behind",
    },
    "situation.title.missing": {
        "fr": "Pas encore de note d’ensemble : il manque un résultat pour {processes}",
        "en": "No overall score yet: a result is missing for {processes}",
    },
    "situation.title.nothing": {
        "fr": "Aucun processus ne peut encore être noté : il faut d’abord plus de réponses",
        "en": "No process can be scored yet: more answers are needed first",
    },
    "situation.participation": {
        "fr": "{answered} personnes sur {invited} ont répondu ({share}, n = {answered}).",
        "en": "{answered} of {invited} people answered ({share}, n = {answered}).",
    },
    "situation.participation.hidden": {
        "fr": "{invited} personnes étaient invitées à répondre.",
        "en": "{invited} people were invited to answer.",
    },
    "situation.fragile": {
        "fr": "À lire avec prudence : moins d’une personne sur deux a répondu.",
        "en": "Read with care: fewer than one person in two answered.",
    },
    "situation.outlook": {
        "fr": "Le plan proposé ({actions}) mènerait à {then}/100 d’ici {month}.",
        "en": "The proposed plan ({actions}) would lead to {then}/100 by {month}.",
    },
    "situation.indicative": {
        "fr": "L’indice est indicatif (formulaire express).",
        "en": "The index is indicative (express form).",
    },
    "indicative": {"fr": "indicatif, formulaire express", "en": "indicative, express form"},
    "situation.outlook.none": {
        "fr": "Le plan proposé compte {actions} d’ici {month}.",
        "en": "The proposed plan has {actions} until {month}.",
    },
    "situation.bars": {"fr": "Où en sont les processus", "en": "Where the processes stand"},
    "situation.axis": {
        "fr": "indice de 0 à 100 ; le trait fin est l’intervalle à 95 %",
        "en": "index from 0 to 100; the thin line is the 95% interval",
    },
    "situation.beside": {"fr": "{process}, à côté de l’indice", "en": "{process}, beside the index"},
    "situation.decisions.one": {"fr": "Une décision à prendre", "en": "One decision to take"},
    "situation.decisions": {"fr": "{count} décisions à prendre", "en": "{count} decisions to take"},
    "situation.decisions.none": {
        "fr": "Aucune action n’est proposée : les écarts connus n’en appellent pas.",
        "en": "No action is proposed: the known gaps do not call for one.",
    },
    "situation.next": {"fr": "Prochaine date", "en": "Next date"},
    "situation.next.what": {
        "fr": "{day} : réunion de suivi, trois jours ouvrés après le départ du plan ({start})",
        "en": "{day}: follow-up meeting, three working days after the plan starts ({start})",
    },
    "situation.next.wave": {"fr": "{day} : nouvelle mesure", "en": "{day}: new measurement"},
    # staged levels
    "staged": {"fr": "niveau {level} sur 5, {sureness}", "en": "level {level} of 5, {sureness}"},
    "staged.blocked": {"fr": "{staged} ; frein : {what}", "en": "{staged}; held back by {what}"},
    "staged.confirmed": {"fr": "confirmé", "en": "confirmed"},
    "staged.provisional": {"fr": "provisoire", "en": "provisional"},
    "staged.none": {"fr": "niveau non mesuré", "en": "level not measured"},
    "blocked.mean": {"fr": "la moyenne", "en": "its mean"},
    "blocked.gate": {"fr": "une pratique clé", "en": "a key practice"},
    "blocked.breadth": {"fr": "des pratiques inégales", "en": "uneven practices"},
    "blocked.kpi": {"fr": "les indicateurs", "en": "its KPIs"},
    "blocked.learning": {"fr": "l’apprentissage", "en": "learning"},
    "blocked.not_measured": {"fr": "une mesure qui manque", "en": "a missing measurement"},
    # reasons
    "reason.scored": {"fr": "noté", "en": "scored"},
    "reason.not_asked": {"fr": "question non posée", "en": "not asked"},
    "reason.no_answers": {"fr": "aucune réponse", "en": "no answers"},
    "reason.not_applicable": {"fr": "sans objet", "en": "does not apply"},
    "reason.unconfirmed": {"fr": "sans objet, à confirmer", "en": "does not apply, to be confirmed"},
    "reason.below_threshold": {"fr": "moins de {threshold} réponses", "en": "fewer than {threshold} answers"},
    "reason.protects_others": {"fr": "masqué pour protéger une petite équipe", "en": "hidden to protect a small team"},
    "reason.low_coverage": {"fr": "trop peu de questions notées", "en": "too few questions scored"},
    "reason.low_participation": {"fr": "moins de 30 % de participation", "en": "participation below 30%"},
    "reason.indicative": {"fr": "indicatif, par processus seulement", "en": "indicative, by process only"},
    "unscored": {"fr": "pas de résultat : {reason}", "en": "no result: {reason}"},
    # 2 profile
    "profile.kicker": {"fr": "Profil par étape", "en": "Step profile"},
    "profile.title": {
        "fr": "{weakest} est l’étape la plus fragile : {low} sur 5, contre {high} pour {strongest}",
        "en": "{weakest} is the most fragile step: {low} out of 5, against {high} for {strongest}",
    },
    "profile.title.one": {
        "fr": "Une seule étape peut être montrée : {weakest}, à {low} sur 5",
        "en": "Only one step can be shown: {weakest}, at {low} out of 5",
    },
    "profile.lead": {
        "fr": "Un client retient le maillon faible de la chaîne. La cible est un niveau plus haut, jusqu’à 4.",
        "en": "A client remembers the weakest link of the chain. The target is one level higher, up to 4.",
    },
    "profile.legend.dot": {"fr": "moyenne", "en": "mean"},
    "profile.legend.interval": {"fr": "intervalle à 95 %", "en": "95% interval"},
    "profile.legend.target": {"fr": "cible de la période", "en": "target of the period"},
    "profile.column.mean": {"fr": "sur 5", "en": "of 5"},
    "profile.column.staged": {"fr": "niveau", "en": "level"},
    "level.1": {"fr": "1 absent", "en": "1 absent"},
    "level.2": {"fr": "2 amorcé", "en": "2 started"},
    "level.3": {"fr": "3 structuré", "en": "3 defined"},
    "level.4": {"fr": "4 piloté", "en": "4 managed"},
    "level.5": {"fr": "5 apprenant", "en": "5 learning"},
    # 3 contrast
    "contrast.kicker": {"fr": "Équipes et étapes", "en": "Teams and steps"},
    "contrast.title": {
        "fr": "Les équipes divergent le plus sur {step} : de {low} à {high} sur 5",
        "en": "Teams differ most on {step}: from {low} to {high} out of 5",
    },
    "contrast.title.alike": {
        "fr": "Les équipes décrivent la même réalité : le chantier est commun",
        "en": "Teams describe the same reality: the work is shared",
    },
    "contrast.title.hidden": {
        "fr": "Peu d’équipes peuvent être montrées sans exposer des personnes",
        "en": "Few teams can be shown without exposing people",
    },
    "contrast.lead": {
        "fr": "Ce n’est pas un classement : une équipe se compare à son passé et à sa cible. En parler avant d’agir.",
        "en": "This is not a ranking: a team is compared with its own past and its target. Talk before acting.",
    },
    "contrast.all": {"fr": "Toute l’organisation", "en": "The whole organisation"},
    "contrast.none": {
        "fr": "case vide : question non posée ou sans objet",
        "en": "empty cell: not asked or does not apply",
    },
    "contrast.rest": {
        "fr": "… et {count} autres équipes, dans les résultats en ligne",
        "en": "… and {count} more teams, in the online results",
    },
    "contrast.scale": {"fr": "moyenne, de 1 à 5", "en": "mean, from 1 to 5"},
    "contrast.fragile": {
        "fr": "* fragile : 30 à 50 % seulement de l’équipe a répondu",
        "en": "* fragile: only 30 to 50% of the team answered",
    },
    "contrast.imported": {
        "fr": "† réponses recueillies ailleurs, en tout ou en partie",
        "en": "† answers collected elsewhere, in whole or in part",
    },
    "contrast.parent": {"fr": "en gras : l’ensemble de ses équipes", "en": "in bold: all of its teams together"},
    # 4 indicators
    "indicators.kicker": {"fr": "Indicateurs", "en": "KPIs"},
    "indicators.title": {
        "fr": "{alive} indicateurs sur {total} sont vivants : trop peu pour piloter ; installer d’abord, viser ensuite",
        "en": "{alive} of {total} KPIs are alive: too few to steer by; set them up first, aim later",
    },
    "indicators.title.one": {
        "fr": "Un seul indicateur sur {total} est vivant : installer d’abord, viser ensuite",
        "en": "Only one of {total} KPIs is alive: set them up first, aim later",
    },
    "indicators.title.most": {
        "fr": "Indicateurs vivants : {alive} sur {total} ; ceux-là peuvent servir à piloter",
        "en": "KPIs alive: {alive} of {total}; these can be steered by",
    },
    "indicators.title.none": {
        "fr": "Aucun des {total} indicateurs n’est vivant : installer d’abord, viser ensuite",
        "en": "None of the {total} KPIs is alive: set them up first, aim later",
    },
    "indicators.lead": {
        "fr": "Un indicateur vit à partir du stade 3 : mesuré, porté par quelqu’un, doté d’une cible, connu de l’équipe.",
        "en": "A KPI is alive from rung 3 on: measured, owned, with a dated target, and known to the team.",
    },
    "indicators.rest": {
        "fr": "… et {count} de plus, dans les résultats en ligne",
        "en": "… and {count} more, in the online results",
    },
    "indicators.dead": {"fr": "à installer", "en": "to set up"},
    "indicators.alive": {"fr": "vivants", "en": "alive"},
    "indicators.legend.rung": {"fr": "stade confirmé par 60 % des réponses", "en": "rung confirmed by 60% of answers"},
    "indicators.legend.record": {
        "fr": "stade du dossier, sinon confirmé par 60 % des réponses",
        "en": "rung of the record, else confirmed by 60% of answers",
    },
    "indicators.legend.interval": {"fr": "moyenne et intervalle à 95 %", "en": "mean and 95% interval"},
    "indicators.legend.mean": {"fr": "moyenne", "en": "mean"},
    "rung.0": {"fr": "0 inconnu", "en": "0 unknown"},
    "rung.1": {"fr": "1 défini", "en": "1 defined"},
    "rung.2": {"fr": "2 mesuré", "en": "2 measured"},
    "rung.3": {"fr": "3 porté", "en": "3 owned"},
    "rung.4": {"fr": "4 revu", "en": "4 reviewed"},
    "rung.5": {"fr": "5 agi", "en": "5 acted upon"},
    # 5 schedule
    "schedule.kicker": {"fr": "Feuille de route", "en": "Roadmap"},
    "schedule.title": {
        "fr": "Le plan mènerait de {now} à {then} sur 100 en {months}, avec {actions}",
        "en": "{actions} in {months} would take you from {now} to {then}/100",
    },
    "schedule.title.none": {
        "fr": "{actions} en {months} : d’abord installer, puis renforcer",
        "en": "{actions} in {months}: first set up, then reinforce",
    },
    "schedule.lead": {
        "fr": "On installe, puis on renforce ; rien n’est retiré avant d’avoir été mesuré.",
        "en": "Set up, then reinforce; nothing is removed before it has been measured.",
    },
    "phase.1": {"fr": "1 Installer", "en": "1 Set up"},
    "phase.2": {"fr": "2 Renforcer", "en": "2 Reinforce"},
    "phase.3": {"fr": "3 Retirer", "en": "3 Remove"},
    "schedule.now": {"fr": "aujourd’hui", "en": "today"},
    "schedule.then": {"fr": "en {month}", "en": "in {month}"},
    "schedule.expert": {
        "fr": "estimation d’expert, si tout le plan est tenu",
        "en": "expert estimate, if the whole plan is kept",
    },
    "schedule.no_index": {
        "fr": "Pas d’indice d’ensemble : il manque un processus.",
        "en": "No overall index: a process is missing.",
    },
    "schedule.rest": {"fr": "{actions} de plus en annexe", "en": "{actions} more in the annex"},
    "schedule.capacity": {
        "fr": "Charge des équipes, part de leur capacité",
        "en": "Load of teams, share of their capacity",
    },
    "schedule.capacity.some": {
        "fr": "Charge des {count} équipes les plus sollicitées",
        "en": "Load of the {count} busiest teams",
    },
    "schedule.decision": {"fr": "point de décision", "en": "decision point"},
    "schedule.full": {"fr": "capacité atteinte", "en": "at capacity"},
    # 6 decisions
    "decisions.kicker": {"fr": "Premières actions", "en": "First actions"},
    "decisions.title": {
        "fr": "{count} décisions à prendre maintenant, chacune avec son premier pas",
        "en": "{count} decisions to take now, each with its first step",
    },
    "decisions.title.one": {
        "fr": "Une décision à prendre maintenant, avec son premier pas",
        "en": "One decision to take now, with its first step",
    },
    "decisions.lead": {
        "fr": "La machine propose, vous décidez : chaque ligne attend un oui, un non ou un autre nom.",
        "en": "The machine proposes, you decide: each line awaits a yes, a no or another name.",
    },
    "decisions.column.action": {"fr": "Action", "en": "Action"},
    "decisions.column.why": {"fr": "Pourquoi", "en": "Why"},
    "decisions.column.owner": {"fr": "Qui", "en": "Who"},
    "decisions.column.step": {"fr": "Premier pas", "en": "First step"},
    "decisions.column.date": {"fr": "Avant le", "en": "By"},
    "decisions.by": {"fr": "avant le {day}", "en": "by {day}"},
    "owner.vacant": {"fr": "à nommer : {role}", "en": "to be named: {role}"},
    "owner.team": {"fr": "{who}, {team}", "en": "{who}, {team}"},
    "follow.start": {"fr": "départ du plan", "en": "plan starts"},
    "follow.meeting": {"fr": "réunion de suivi", "en": "follow-up meeting"},
    "follow.steps": {"fr": "premiers pas faits ?", "en": "first steps done?"},
    "follow.pulse": {"fr": "pouls à quatre mois", "en": "four-month pulse"},
    "follow.drawer": {"fr": "rien dans un tiroir ?", "en": "nothing in a drawer?"},
    "follow.wave": {"fr": "nouvelle mesure", "en": "new measurement"},
    # 7 staffing
    "staffing.kicker": {"fr": "Rôles, retraits, renoncements", "en": "Roles, removals, what waits"},
    "staffing.title": {
        "fr": "{roles} à pourvoir avant de lancer {actions}",
        "en": "{roles} to fill before {actions} can start",
    },
    "staffing.title.decisions": {
        "fr": "Tous les rôles sont tenus ; {decisions} en attente de mesure",
        "en": "All roles are held; {decisions} pending measurement",
    },
    "staffing.title.dropped": {
        "fr": "Tous les rôles sont tenus ; {actions} sans place dans le plan",
        "en": "All roles are held; {actions} without a place in the plan",
    },
    "staffing.lead": {
        "fr": "Nommer avant de lancer : une action sans porteur finit dans un tiroir.",
        "en": "Name people before starting: an action without an owner ends in a drawer.",
    },
    "staffing.roles": {"fr": "Rôles à pourvoir", "en": "Roles to fill"},
    "staffing.points": {"fr": "Décisions de retrait, datées", "en": "Removal decisions, dated"},
    "staffing.left": {"fr": "Ce qui est laissé de côté", "en": "What is left out"},
    "staffing.waits": {"fr": "Attendu par {actions}, dont {first}.", "en": "Awaited by {actions}, including {first}."},
    "staffing.waits.one": {"fr": "Attendu par {first}.", "en": "Awaited by {first}."},
    "staffing.none.roles": {"fr": "Aucun : chaque action a un porteur.", "en": "None: every action has an owner."},
    "staffing.none.points": {
        "fr": "Aucun retrait n’est envisagé pour l’instant.",
        "en": "No removal is considered for now.",
    },
    "staffing.none.left": {
        "fr": "Rien : tout ce qui est utile tient dans le plan.",
        "en": "Nothing: all that is useful fits in the plan.",
    },
    "staffing.more": {"fr": "… et {count} de plus", "en": "… and {count} more"},
    "staffing.point": {
        "fr": "À décider en {month}, si la mesure le permet.",
        "en": "To be decided in {month}, if the measurement allows it.",
    },
    # 8 annex
    "annex.kicker": {"fr": "Annexe", "en": "Annex"},
    "annex.title": {
        "fr": "Ce que ces chiffres disent, et ce qu’ils ne disent pas",
        "en": "What these figures say, and what they do not",
    },
    "annex.actions": {"fr": "Les autres actions du plan", "en": "The other actions of the plan"},
    "annex.actions.rest": {
        "fr": "… et {actions} de plus, dans la feuille de route en ligne",
        "en": "… and {actions} more, in the online roadmap",
    },
    "annex.method": {"fr": "La méthode en bref", "en": "The method in short"},
    "annex.method.text": {
        "fr": (
            "Chaque question décrit cinq comportements observables d’équipe, de 1 à 5 ; "
            "l’indice est 25\u00a0×\u00a0(niveau\u00a0−\u00a01). "
            "Une étape est la moyenne pondérée de ses pratiques, un processus celle de ses étapes, l’ensemble celle des "
            "processus ; les équipes comptent selon leur effectif. Le niveau par paliers est plus exigeant : moyenne, pratiques "
            "clés, étendue et indicateurs doivent tous suivre. L’intervalle à 95 % dit ce que toute l’équipe aurait répondu."
        ),
        "en": (
            "Each question describes five behaviours of a team that one can observe, from 1 to 5; "
            "the index is 25\u00a0×\u00a0(level\u00a0−\u00a01). "
            "A step is the weighted mean of its practices, a process that of its steps, the whole that of the processes; "
            "teams count by their headcount. The staged level demands more: mean, key practices, breadth and KPIs must all "
            "follow. The 95% interval says what the whole team would have answered."
        ),
    },
    "annex.hidden": {"fr": "Ce qui est masqué", "en": "What is hidden"},
    "annex.hidden.text": {
        "fr": (
            "Aucun groupe de moins de {threshold} réponses n’est montré, ni ne peut être retrouvé par soustraction ; "
            "ses réponses comptent dans l’ensemble dont il fait partie. {count}"
        ),
        "en": (
            "No group with fewer than {threshold} answers is shown, nor can be found by subtraction; "
            "its answers count in the whole that it belongs to. {count}"
        ),
    },
    "annex.hidden.list": {
        "fr": "Masqués en tout ou en partie : {names}.",
        "en": "Hidden in whole or in part: {names}.",
    },
    "annex.hidden.some": {
        "fr": "Masqués en tout ou en partie : {names} et {count} de plus.",
        "en": "Hidden in whole or in part: {names} and {count} more.",
    },
    "annex.hidden.none": {"fr": "Rien n’a dû être masqué.", "en": "Nothing had to be hidden."},
    "annex.limits": {"fr": "Les limites", "en": "The limits"},
    "annex.limits.text": {
        "fr": (
            "Ce sont des pratiques déclarées, non constatées. Ceux qui n’ont pas répondu diraient peut-être autre chose : "
            "les intervalles ne le disent pas. Les gains attendus sont des estimations d’expert. Rien ici ne prouve une cause."
        ),
        "en": (
            "These are practices as declared, not as observed. Those who did not answer might say something else: "
            "the intervals do not tell. Expected gains are expert estimates. Nothing here proves a cause."
        ),
    },
    "annex.imported.some": {
        "fr": "Une partie des réponses a été recueillie ailleurs, puis importée.",
        "en": "Some of the answers were collected elsewhere and imported.",
    },
    "annex.imported.all": {
        "fr": "Les réponses ont été recueillies ailleurs, puis importées.",
        "en": "The answers were collected elsewhere and imported.",
    },
    "annex.straight": {
        "fr": "Sans les {people} personnes qui ont donné la même réponse au moins 15 fois de suite, la moyenne d’ensemble, "
        "{with_them} sur 5, serait de {without}.",
        "en": "Without the {people} people who gave the same answer at least 15 times in a row the overall mean, "
        "{with_them} of 5, would be {without}.",
    },
    "annex.haste": {
        "fr": "Sans les {people} personnes qui ont donné la moitié de leurs réponses ou plus en moins de 3 secondes chacune, la "
        "moyenne d’ensemble, {with_them} sur 5, serait de {without}.",
        "en": "Without the {people} people who gave half of their answers or more in less than 3 seconds each the overall mean, "
        "{with_them} of 5, would be {without}.",
    },
    "annex.versions": {"fr": "Fait à partir de", "en": "Made from"},
    "annex.library": {"fr": "bibliothèque d’actions ({digest})", "en": "action library ({digest})"},
    "annex.made": {
        "fr": "Campagne du {start} au {end} ; plan n° {plan} du {day} ; moteurs {engines} ; faits {digest}",
        "en": "Campaign from {start} to {end}; plan no. {plan} of {day}; engines {engines}; facts {digest}",
    },
}

COUNTED: Final[dict[str, dict[Language, tuple[str, str]]]] = {
    "action": {"fr": ("action", "actions"), "en": ("action", "actions")},
    "month": {"fr": ("mois", "mois"), "en": ("month", "months")},
    "role": {"fr": ("rôle", "rôles"), "en": ("role", "roles")},
    "removal": {"fr": ("décision de retrait", "décisions de retrait"), "en": ("removal decision", "removal decisions")},
}

SHORT_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def say(key: str, language: Language, **values: str) -> str:
    """The sentence ``key`` with its values, spaced as its language asks."""
    return typeset(SENTENCES[key][language].format(**values), language)


def counted(noun: str, count: int, language: Language) -> str:
    """``3 actions``: a number with its noun; in French zero is singular, as one is."""
    one, many = COUNTED[noun][language]
    singular = count < 2 if language == "fr" else count == 1
    return f"{count}\u00a0{one if singular else many}"


def together(parts: list[str], language: Language) -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return say("list.and", language, first=", ".join(parts[:-1]), last=parts[-1])


def named(title: str, language: Language, *, start: bool = False) -> str:
    """A process as a sentence names it: « l’Offre » where French elides, its bare title in English, else in quotes."""
    if language == "en":
        return title
    if title[:1].lower() in "aeiouyéèêàâîôœ":
        return f"{'L' if start else 'l'}’{title}"
    return quoted(title, language)


def quoted(text: str, language: Language) -> str:
    """``text`` in the quotation marks of its language."""
    return say("quoted", language, text=text)


def short_month(day: date, language: Language) -> str:
    """``janv.`` or ``Jan``."""
    return SHORT_MONTHS[language][day.month - 1]
