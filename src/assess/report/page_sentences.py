"""The sentences of the result pages, in both languages as equals; those that the report says too stand in ``sentences``.

Templates take their numbers already written (see ``assess.typography``); French spacing is set here, once, on the way out.
"""

from typing import Final

from assess.report.page_evidence_sentences import EVIDENCE_SENTENCES
from assess.typography import typeset
from assess.words import Language

PAGE_SENTENCES: Final[dict[str, dict[Language, str]]] = {
    # the campaigns
    "campaigns.title": {"fr": "Résultats des campagnes", "en": "Results of the campaigns"},
    "campaigns.none": {
        "fr": "Aucune campagne n’est encore lancée.",
        "en": "No campaign has been launched yet.",
    },
    "campaigns.closed": {"fr": "close ; du {start} au {end}", "en": "closed; from {start} to {end}"},
    "campaigns.open": {
        "fr": "ouverte jusqu’au {end} ; les résultats viennent après la clôture",
        "en": "open until {end}; results come after the close",
    },
    # the head of a page
    "kicker": {"fr": "{campaign}, du {start} au {end}", "en": "{campaign}, {start} to {end}"},
    "title.team": {"fr": "{team} : {conclusion}", "en": "{team}: {conclusion}"},
    "title.hidden": {"fr": "{team} : pas de résultat, {reason}", "en": "{team}: no result, {reason}"},
    "badge.fragile": {"fr": "Fragile : 30 à 50 % de réponses", "en": "Fragile: 30 to 50% answered"},
    "badge.fragile.short": {"fr": "fragile", "en": "fragile"},
    "teams.fragile": {
        "fr": "fragile : 30 à 50 % seulement ont répondu",
        "en": "fragile: only 30 to 50% answered",
    },
    "badge.indicative": {"fr": "Indicatif : formulaire express", "en": "Indicative: express form"},
    "badge.imported.some": {"fr": "En partie importé", "en": "Imported in part"},
    "badge.imported.all": {"fr": "Importé", "en": "Imported"},
    "imported.some": {
        "fr": "Une partie des réponses a été recueillie ailleurs, puis importée : Assess n’a pas vu comment.",
        "en": "Some answers were collected elsewhere and imported: Assess has not seen how.",
    },
    "imported.all": {
        "fr": "Les réponses ont été recueillies ailleurs, puis importées : Assess n’a pas vu comment.",
        "en": "The answers were collected elsewhere and imported: Assess has not seen how.",
    },
    "hidden.note": {
        "fr": "Ses réponses comptent dans l’ensemble dont elle fait partie ; ce qui est masqué l’est partout, dans l’API et "
        "dans le rapport aussi.",
        "en": "Its answers count in the whole that it belongs to; what is hidden is hidden everywhere, in the API and in the "
        "report too.",
    },
    # processes
    "processes.title": {"fr": "Les processus", "en": "The processes"},
    "overall": {"fr": "Ensemble", "en": "Overall"},
    "of_100": {"fr": "sur 100", "en": "out of 100"},
    "level_of_5": {"fr": "niveau moyen {value} sur 5", "en": "mean level {value} of 5"},
    "interval": {"fr": "intervalle à 95 % : {low} à {high}", "en": "95% interval: {low} to {high}"},
    "counted": {"fr": "n = {n} ; couverture {coverage}", "en": "n = {n}; coverage {coverage}"},
    "weakest": {"fr": "étape la plus fragile : {step}, {value}", "en": "most fragile step: {step}, {value}"},
    "evidenced": {
        "fr": "lien à l’appui : {share} des réponses de niveau 4 ou plus",
        "en": "backed by a link: {share} of the answers at level 4 or above",
    },
    "prudent": {
        "fr": "prudent : {value}",
        "en": "prudent: {value}",
    },
    "agreement": {"fr": "accord {strength} ({value})", "en": "{strength} agreement ({value})"},
    "agreement.lack": {"fr": "absent", "en": "no"},
    "agreement.weak": {"fr": "faible", "en": "weak"},
    "agreement.moderate": {"fr": "modéré", "en": "moderate"},
    "agreement.strong": {"fr": "fort", "en": "strong"},
    "agreement.very_strong": {"fr": "très fort", "en": "very strong"},
    "agreement.consensus": {"fr": "{agreement}, consensus", "en": "{agreement}, consensus"},
    "range": {"fr": "de {low} à {high} selon les équipes", "en": "from {low} to {high} by team"},
    "kpi_maturity": {"fr": "indicateurs : stade moyen {value} sur 5", "en": "KPIs: mean rung {value} of 5"},
    "explain": {"fr": "comment est-ce calculé ?", "en": "how is this calculated?"},
    "explain.of": {"fr": "{value}, comment {what} est calculé", "en": "{value}, how {what} is calculated"},
    # pictures
    "picture.bars": {"fr": "Indice des processus", "en": "Index of the processes"},
    "picture.bars.about": {
        "fr": "Barres de 0 à 100 avec leur intervalle à 95 % ; les nombres sont écrits à côté.",
        "en": "Bars from 0 to 100 with their 95% interval; the numbers are written beside.",
    },
    "picture.dots": {"fr": "Profil par étape", "en": "Step profile"},
    "picture.dots.about": {
        "fr": "Un point par étape sur l’échelle de 1 à 5, avec intervalle et cible ; le tableau qui suit donne les nombres.",
        "en": "One dot per step on the scale from 1 to 5, with interval and target; the table below has the numbers.",
    },
    "picture.kpis": {"fr": "Indicateurs : vivants, et bons ?", "en": "KPIs: alive, and good?"},
    "picture.kpis.about": {
        "fr": "Chaque indicateur par son numéro : à droite les vivants, en haut ceux qui approchent de leur cible ; le tableau "
        "qui suit donne les noms et les nombres.",
        "en": "Each KPI by its number: alive ones on the right, those near their target at the top; the table below has names "
        "and numbers.",
    },
    "picture.views": {"fr": "Écarts entre les regards", "en": "Gaps between perspectives"},
    "picture.views.about": {
        "fr": "Deux points par étape sur l’échelle de 1 à 5, un par regard ; le tableau qui suit donne les nombres.",
        "en": "Two dots per step on the scale from 1 to 5, one for each perspective; the table below has the numbers.",
    },
    # steps
    "steps.title": {"fr": "Les étapes", "en": "The steps"},
    "steps.table": {"fr": "Les étapes en nombres", "en": "The steps in numbers"},
    "column.process": {"fr": "Processus", "en": "Process"},
    "column.step": {"fr": "Étape", "en": "Step"},
    "column.mean": {"fr": "Moyenne (1 à 5)", "en": "Mean (1 to 5)"},
    "column.interval": {"fr": "Intervalle à 95 %", "en": "95% interval"},
    "column.target": {"fr": "Cible", "en": "Target"},
    "column.staged": {"fr": "Niveau par paliers", "en": "Staged level"},
    "column.n": {"fr": "n", "en": "n"},
    "column.coverage": {"fr": "Couverture", "en": "Coverage"},
    "column.agreement": {"fr": "Accord (r*wg)", "en": "Agreement (r*wg)"},
    "bounds": {"fr": "{low} à {high}", "en": "{low} to {high}"},
    "region": {"fr": "{table}, tableau à faire défiler", "en": "{table}, scrollable table"},
    # teams
    "teams.title": {"fr": "Équipes et étapes", "en": "Teams and steps"},
    "teams.table": {
        "fr": "Moyenne de 1 à 5 de chaque équipe à chaque étape ; par ordre alphabétique, jamais par note",
        "en": "Mean from 1 to 5 of each team at each step; in alphabetical order, never by score",
    },
    "teams.team": {"fr": "Équipe", "en": "Team"},
    "teams.here": {"fr": "{team} (cette page)", "en": "{team} (this page)"},
    "teams.invited": {"fr": "{count} invités", "en": "{count} invited"},
    "teams.some": {
        "fr": "Équipes {first} à {last} sur {count}, un niveau à la fois ; ouvrez une équipe pour voir celles qu’elle contient.",
        "en": "Teams {first} to {last} of {count}, one level at a time; open a team to see those within it.",
    },
    "teams.next": {"fr": "Équipes suivantes", "en": "Next teams"},
    "teams.previous": {"fr": "Équipes précédentes", "en": "Previous teams"},
    "teams.not_ranked": {
        "fr": "Ce n’est pas un classement : une équipe se compare à son passé et à sa cible.",
        "en": "This is not a ranking: a team is compared with its own past and its target.",
    },
    # KPIs
    "kpis.title": {"fr": "Les indicateurs", "en": "The KPIs"},
    "kpis.picture": {"fr": "Vivants, et bons ?", "en": "Alive, and good?"},
    "kpis.axis": {
        "fr": "stade de 0 à 5 : du dossier, sinon du ressenti",
        "en": "rung from 0 to 5: of the record, else as seen",
    },
    "kpis.target": {"fr": "cible", "en": "target"},
    "kpis.unknown": {"fr": "sans valeur ou sans cible", "en": "no value, or no target"},
    "quadrant.live_bad": {"fr": "agir", "en": "act"},
    "quadrant.live_good": {"fr": "garder", "en": "keep"},
    "quadrant.dead_good": {"fr": "de la chance", "en": "luck"},
    "quadrant.dead_bad": {"fr": "installer d’abord", "en": "set up first"},
    "kpis.table": {"fr": "Les indicateurs en nombres", "en": "The KPIs in numbers"},
    "column.number": {"fr": "N°", "en": "No."},
    "column.kpi": {"fr": "Indicateur", "en": "KPI"},
    "column.perceived": {"fr": "Stade perçu (0 à 5)", "en": "Rung as seen (0 to 5)"},
    "column.rungs": {"fr": "Moyenne des stades", "en": "Mean rung"},
    "column.awareness": {"fr": "Connu de", "en": "Known to"},
    "column.factual": {"fr": "Stade du dossier", "en": "Rung of the record"},
    "column.attainment": {"fr": "Chemin vers la cible", "en": "Way to the target"},
    "column.finding": {"fr": "À noter", "en": "To note"},
    "status.reached": {"fr": "cible atteinte", "en": "target reached"},
    "status.not_reached": {"fr": "cible non atteinte", "en": "target not reached"},
    "status.undecided": {"fr": "indécis", "en": "undecided"},
    "status.unknown": {"fr": "inconnu", "en": "unknown"},
    "finding.believed_not_evidenced": {"fr": "cru, mais non attesté", "en": "believed but not evidenced"},
    "finding.dead_indicator": {"fr": "mesuré, mais ignoré", "en": "measured, but unseen"},
    # perspectives
    "views.title": {"fr": "Là où les regards diffèrent", "en": "Where views differ"},
    "views.picture": {"fr": "Écarts entre les regards", "en": "Gaps between perspectives"},
    "views.lead": {
        "fr": "Un écart positif des encadrants sur les équipes est attendu ; il n’est signalé que s’il dépasse 0,3 niveau à coup "
        "sûr. En parler avant d’agir.",
        "en": "Managers seeing things better than their teams is expected; a gap is flagged only if it surely exceeds 0.3 "
        "level. Talk before acting.",
    },
    "views.table": {"fr": "Les écarts en nombres", "en": "The gaps in numbers"},
    "column.where": {"fr": "Où", "en": "Where"},
    "column.left": {"fr": "Premier regard", "en": "First view"},
    "column.right": {"fr": "Second regard", "en": "Second view"},
    "column.gap": {"fr": "Écart", "en": "Gap"},
    "view": {"fr": "{who} : {value} (n = {n})", "en": "{who}: {value} (n = {n})"},
    "views.flagged": {"fr": "à discuter", "en": "to discuss"},
    "views.whole": {"fr": "{process} (tout le processus)", "en": "{process} (whole process)"},
    "perspective.manager": {"fr": "encadrants", "en": "managers"},
    "perspective.member": {"fr": "membres de l’équipe", "en": "team members"},
    "perspective.client_facing": {"fr": "au contact des clients", "en": "client-facing"},
    "perspective.headquarters": {"fr": "siège", "en": "headquarters"},
    # the balanced score
    "balance.title": {"fr": "Le score équilibré par regard", "en": "The score balanced by perspective"},
    "balance.lead": {
        "fr": "Avant le lancement, la campagne a fixé la part de chaque regard : {shares}. Le score équilibré est la somme des "
        "parts × moyennes, moyennes déjà dites au dixième ; il accompagne le score, où chaque personne compte une fois.",
        "en": "Before its launch the campaign fixed the share of each perspective: {shares}. The balanced score is the sum of "
        "shares × means, as the means are told, by the tenth; it stands beside the score, in which each person counts once.",
    },
    "balance.share": {"fr": "{who} {share}", "en": "{who} {share}"},
    "balance.untold": {"fr": "{who} : —", "en": "{who}: —"},
    "balance.table": {"fr": "Les scores équilibrés en nombres", "en": "The balanced scores in numbers"},
    "column.balanced": {"fr": "Équilibré (1 à 5)", "en": "Balanced (1 to 5)"},
    "column.balanced_index": {"fr": "Indice équilibré", "en": "Balanced index"},
    "column.balanced_views": {"fr": "Les regards", "en": "The views"},
    # what to talk about, and what may be compared
    "talk.title": {"fr": "De quoi parler d’abord", "en": "What to talk about first"},
    "talk.lead": {
        "fr": "Un désaccord est un résultat : ces points se discutent en équipe avant toute décision.",
        "en": "Disagreement is a result: these points are for the team to discuss before anything is decided.",
    },
    "compare.title": {"fr": "Peut-on comparer les équipes ?", "en": "Can teams be compared?"},
    "compare.process": {"fr": "{process} : {reason}", "en": "{process}: {reason}"},
    "compare.table": {
        "fr": "Le calcul, sur les équipes montrées",
        "en": "The calculation, over the teams that are shown",
    },
    "compare.how": {
        "fr": "Analyse de variance à un facteur des moyennes des personnes : F = variance entre équipes ÷ variance dans les "
        "équipes, p la probabilité d’un F au moins aussi grand si toutes les équipes se valaient ; ICC(2) = 1 − 1/F ; "
        "ICC(1) = (F − 1) ÷ (F + m − 1), où m = personnes ÷ équipes. À partir de cinq équipes, des groupes dès 0,50, un "
        "classement dès 0,70.",
        "en": "One-way analysis of variance of people’s means: F = variance between teams ÷ variance within teams, p the "
        "probability of an F at least as large if all teams were alike; ICC(2) = 1 − 1/F; ICC(1) = (F − 1) ÷ (F + m − 1), where "
        "m = people ÷ teams. From five teams on, bands from 0.50, a ranking from 0.70.",
    },
    "column.teams": {"fr": "Équipes", "en": "Teams"},
    "column.people": {"fr": "Personnes", "en": "People"},
    "column.f": {"fr": "F", "en": "F"},
    "column.icc1": {"fr": "ICC(1)", "en": "ICC(1)"},
    "column.icc2": {"fr": "ICC(2)", "en": "ICC(2)"},
    "straight": {
        "fr": "{people} personnes ont donné la même réponse au moins 15 fois de suite ; elles sont comptées.",
        "en": "{people} people gave the same answer at least 15 times in a row; they are counted.",
    },
    "haste": {
        "fr": "{people} personnes ont donné la moitié de leurs réponses ou plus en moins de 3 secondes chacune, à ce qu’en dit "
        "leur écran ; elles sont comptées.",
        "en": "{people} people gave half of their answers or more in less than 3 seconds each, as their screens say; they are "
        "counted.",
    },
    "doubtful.without": {
        "fr": "Sans elles, la moyenne d’ensemble serait de {value} sur 5.",
        "en": "Without them the overall mean would be {value} of 5.",
    },
    # how to read it
    "reading.title": {"fr": "Comment lire ces nombres", "en": "How to read these numbers"},
    "reading.interval": {
        "fr": "L’intervalle à 95 % dit ce que toute l’équipe aurait répondu. Il ne contient pas l’effet des non-réponses : ceux "
        "qui n’ont pas répondu diraient peut-être autre chose.",
        "en": "The 95% interval says what the whole team would have answered. It does not contain the effect of non-response: "
        "those who did not answer might say something else.",
    },
    "reading.prudent": {
        "fr": "« Prudent » : la moyenne si chaque « ne sait pas » valait 1.",
        "en": "“Prudent”: the mean if each “don’t know” counted as 1.",
    },
    "reading.declared": {
        "fr": "Ce sont des pratiques déclarées, non constatées. Rien ici ne prouve une cause.",
        "en": "These are practices as declared, not as observed. Nothing here proves a cause.",
    },
    "reading.hidden": {
        "fr": "Aucun groupe de moins de {threshold} réponses n’est montré, ni ne peut être retrouvé par soustraction ; il compte "
        "dans l’ensemble dont il fait partie.",
        "en": "No group with fewer than {threshold} answers is shown, nor can be found by subtraction; it counts in the whole "
        "that it belongs to.",
    },
    "reading.explained": {
        "fr": "Chaque nombre souligné mène à son calcul, jusqu’aux questions.",
        "en": "Each underlined number leads to its calculation, down to the questions.",
    },
    "made": {
        "fr": "Moteur {engine} ; données {digest} ; les mêmes nombres par l’API :",
        "en": "Engine {engine}; inputs {digest}; the same numbers by the API:",
    },
    "why.below_threshold": {"fr": "moins de {threshold}", "en": "fewer than {threshold}"},
    "why.protects_others": {"fr": "protège une petite équipe", "en": "protects a small team"},
    "why.low_participation": {"fr": "moins de 30 %", "en": "below 30%"},
    "why.low_coverage": {"fr": "peu noté", "en": "too little scored"},
    "why.no_answers": {"fr": "aucune réponse", "en": "no answers"},
    "why.not_asked": {"fr": "non posé", "en": "not asked"},
    "why.not_applicable": {"fr": "sans objet", "en": "does not apply"},
    "why.unconfirmed": {"fr": "à confirmer", "en": "to be confirmed"},
    "why.indicative": {"fr": "indicatif", "en": "indicative"},
    # the explanation
    "explanation.title": {"fr": "Comment « {name} » est calculé", "en": "How “{name}” is calculated"},
    "explanation.title.none": {"fr": "« {name} » n’a pas de résultat", "en": "“{name}” has no result"},
    "explanation.short": {"fr": "Calcul", "en": "Calculation"},
    "explanation.parts": {"fr": "Ce qui le compose", "en": "What it is made of"},
    "explanation.beside": {"fr": "À côté, sans y compter", "en": "Beside it, without counting"},
    "explanation.left": {"fr": "Ce qui n’y compte pas, et pourquoi", "en": "What does not count, and why"},
    "explanation.base": {"fr": "Point de départ (milieu de l’échelle)", "en": "Starting point (middle of the scale)"},
    "explanation.sum": {"fr": "Somme : le résultat", "en": "Sum: the result"},
    "explanation.exact": {"fr": "exactement {exact}", "en": "exactly {exact}"},
    "explanation.column.part": {"fr": "Élément", "en": "Input"},
    "explanation.column.share": {"fr": "Part", "en": "Share"},
    "explanation.column.value": {"fr": "Valeur", "en": "Value"},
    "explanation.column.contribution": {"fr": "Contribution", "en": "Contribution"},
    "explanation.column.n": {"fr": "n", "en": "n"},
    "explanation.adds": {
        "fr": "Contribution = part × (valeur − point de départ). Point de départ et contributions font le résultat, exactement.",
        "en": "Contribution = share × (value − starting point). Starting point and contributions make the result, exactly.",
    },
    "explanation.more": {"fr": "Le même calcul par l’API :", "en": "The same calculation by the API:"},
    "explanation.conditions": {"fr": "Les conditions du niveau {level}", "en": "The conditions of level {level}"},
    "explanation.staged": {"fr": "Niveau par paliers : {staged}.", "en": "Staged level: {staged}."},
    "condition.mean": {"fr": "moyenne de l’étape", "en": "mean of the step"},
    "condition.gate": {"fr": "pratique clé : {name}", "en": "key practice: {name}"},
    "condition.breadth": {"fr": "part des pratiques proches du niveau", "en": "share of practices near the level"},
    "condition.kpi": {"fr": "stade moyen des indicateurs", "en": "mean rung of the KPIs"},
    "condition.learning": {"fr": "étape « apprendre »", "en": "step “learn”"},
    "explanation.column.condition": {"fr": "Condition", "en": "Condition"},
    "explanation.column.needed": {"fr": "Demandé", "en": "Needed"},
    "explanation.column.holds": {"fr": "Tenue ?", "en": "Met?"},
    "explanation.holds": {"fr": "oui", "en": "yes"},
    "explanation.fails": {"fr": "non", "en": "no"},
    "explanation.unmeasured": {"fr": "non mesuré", "en": "not measured"},
    "explanation.up": {"fr": "Tout le calcul", "en": "The whole calculation"},
    "explanation.band": {"fr": "entre bornes : {band}", "en": "as a band: {band}"},
    "explanation.index": {
        "fr": "Niveau {value}, soit un indice de {index} : 25 × (niveau − 1).",
        "en": "Level {value}, that is an index of {index}: 25 × (level − 1).",
    },
    "explanation.rung": {"fr": "Stade {value} sur 5.", "en": "Rung {value} of 5."},
    "formula.weighted_mean_of_processes": {
        "fr": "Moyenne pondérée des processus.",
        "en": "Weighted mean of the processes.",
    },
    "formula.weighted_mean_of_steps": {"fr": "Moyenne pondérée des étapes.", "en": "Weighted mean of the steps."},
    "formula.weighted_mean_of_items": {
        "fr": "Moyenne pondérée des questions.",
        "en": "Weighted mean of the questions.",
    },
    "formula.mean_by_headcount": {
        "fr": "Moyenne des équipes, pondérée par leur effectif.",
        "en": "Mean of the teams, weighted by their headcount.",
    },
    "formula.mean_of_answers": {"fr": "Moyenne des réponses.", "en": "Mean of the answers."},
    "formula.record_of_the_kpi": {"fr": "Stade constaté dans le dossier.", "en": "Rung found in the record."},
    "formula.mean_of_several_items": {
        "fr": "Moyenne de plusieurs questions sensibles, dites ensemble.",
        "en": "Mean of several sensitive questions, told together.",
    },
    "formula.band_of_the_mean": {
        "fr": "Question sensible : seul l’intervalle où tombe la moyenne est dit.",
        "en": "Sensitive question: only the band in which the mean lies is told.",
    },
    "formula.none": {"fr": "Pas de valeur.", "en": "No value."},
    **EVIDENCE_SENTENCES,
}


def tell(key: str, language: Language, **values: str) -> str:
    """The sentence ``key`` with its values, spaced as its language asks."""
    return typeset(PAGE_SENTENCES[key][language].format(**values), language)
