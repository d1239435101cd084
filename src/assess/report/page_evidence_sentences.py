"""The sentences of what stands beside a calculation, in both languages; ``page_sentences`` tells them."""

from typing import Final

from assess.words import Language

EVIDENCE_SENTENCES: Final[dict[str, dict[Language, str]]] = {
    # what stands beside a calculation
    "evidence.title": {"fr": "Ce qui accompagne ce nombre", "en": "What stands beside this number"},
    "evidence.interval": {"fr": "Intervalle à 95 % :", "en": "95% interval:"},
    "evidence.interval.how": {
        "fr": "Ce que toutes les personnes invitées auraient répondu : valeur ± t × √(s²/n × (1 − n/N)) ; d’une seule question, "
        "le calcul exact des réponses non vues.",
        "en": "What everybody invited would have answered: value ± t × √(s²/n × (1 − n/N)); of a single question the exact "
        "calculation of the unseen answers.",
    },
    "evidence.comparison": {"fr": "Pour comparer :", "en": "For comparing:"},
    "evidence.comparison.how": {
        "fr": "Le même intervalle sans (1 − n/N) : pour comparer des équipes ou des moments.",
        "en": "The same interval without (1 − n/N): for comparing teams or moments.",
    },
    "evidence.index": {"fr": "Le même en indice :", "en": "The same as an index:"},
    "evidence.index.how": {"fr": "25 × (niveau − 1), de 0 à 100.", "en": "25 × (level − 1), from 0 to 100."},
    "evidence.n": {"fr": "n :", "en": "n:"},
    "evidence.n.how": {
        "fr": "Les personnes qui ont donné au moins un niveau qui compte.",
        "en": "The people who gave at least one level that counts.",
    },
    "evidence.coverage": {"fr": "Couverture :", "en": "Coverage:"},
    "evidence.coverage.how": {
        "fr": "La part de ce qui s’applique, en poids, qui a pu être notée.",
        "en": "The share of what applies, by weight, that could be scored.",
    },
    "evidence.agreement": {"fr": "Accord (r*wg) :", "en": "Agreement (r*wg):"},
    "evidence.agreement.how": {
        "fr": "1 − variance moyenne des réponses ÷ variance de réponses au hasard ; 1 : tous d’accord.",
        "en": "1 − mean variance of the answers ÷ variance of random answers; 1: all agree.",
    },
    "evidence.skewed": {"fr": "Accord, au pire :", "en": "Agreement, at worst:"},
    "evidence.skewed.how": {
        "fr": "Le même, si le hasard penchait un peu vers un bout de l’échelle (variance 1,34 au lieu de 2).",
        "en": "The same if chance leaned a little to one end of the scale (variance 1.34 instead of 2).",
    },
    "evidence.deviation": {"fr": "Écart moyen (AD) :", "en": "Mean deviation (AD):"},
    "evidence.deviation.how": {
        "fr": "La distance moyenne des réponses à leur moyenne, en niveaux.",
        "en": "The mean distance of the answers from their mean, in levels.",
    },
    "evidence.range": {"fr": "Selon les équipes :", "en": "By team:"},
    "evidence.range.how": {
        "fr": "La plus basse et la plus haute valeur des équipes montrées.",
        "en": "The lowest and the highest value of the teams that are shown.",
    },
    "evidence.prudent": {"fr": "Prudent :", "en": "Prudent:"},
    "evidence.prudent.how": {
        "fr": "La valeur si chaque « ne sait pas » valait le niveau le plus bas.",
        "en": "The value if each “don’t know” counted as the lowest level.",
    },
    "evidence.perceived": {"fr": "Stade perçu :", "en": "Rung as seen:"},
    "evidence.perceived.how": {
        "fr": "Le plus haut que 60 % des réponses atteignent ; à partir de 3, il faut aussi que 60 % le connaissent.",
        "en": "The highest that 60% of the answers reach; from 3 on, 60% must also know the KPI.",
    },
    "evidence.awareness": {"fr": "Connu de :", "en": "Known to:"},
    "evidence.awareness.how": {
        "fr": "La part de ceux qui en disent quelque chose, « ne sait pas » compté contre.",
        "en": "The share of those who say something of it, “don’t know” counting against.",
    },
    "evidence.sides": {"fr": "{left} ; {right}", "en": "{left}; {right}"},
    "evidence.gap.how": {
        "fr": "Écart = première moyenne − seconde ; erreur-type = √(s₁²/n₁ + s₂²/n₂) ; t = écart ÷ erreur-type ; intervalle = "
        "écart ± t(0,975 ; ddl) × erreur-type, avec les degrés de liberté de Welch et Satterthwaite. Effet : g de Hedges.",
        "en": "Gap = first mean − second; standard error = √(s₁²/n₁ + s₂²/n₂); t = gap ÷ standard error; interval = gap ± "
        "t(0.975; df) × standard error, with the degrees of freedom of Welch and Satterthwaite. Effect: Hedges’ g.",
    },
    "evidence.gap.alike": {
        "fr": "Un tiret : les personnes de chaque côté sont d’accord entre elles, et rien ne permet de tester l’écart.",
        "en": "A dash: the people of each side agree among themselves, and there is nothing to test the gap by.",
    },
    "evidence.gap.rounded": {
        "fr": "Calculé sans arrondir, puis dit au dixième, pour ne dévoiler personne.",
        "en": "Calculated without rounding, then told by the tenth, so as to give nobody away.",
    },
    "evidence.gap.flagged": {
        "fr": "À discuter si le bas de l’intervalle dépasse 0,3 niveau.",
        "en": "To be discussed if the interval’s lower end is above 0.3 level.",
    },
    "column.views": {"fr": "Les deux regards", "en": "The two views"},
    "column.error": {"fr": "Erreur-type", "en": "Standard error"},
    "column.freedom": {"fr": "Degrés de liberté", "en": "Degrees of freedom"},
    "column.t": {"fr": "t", "en": "t"},
    "column.p": {"fr": "p", "en": "p"},
    "column.effect": {"fr": "Effet", "en": "Effect"},
    # the balanced score
    "evidence.balance": {
        "fr": "Équilibré : niveau {value}, soit un indice de {index}.",
        "en": "Balanced: level {value}, that is an index of {index}.",
    },
    "evidence.balance.table": {"fr": "Ce que chaque regard y apporte", "en": "What each perspective adds to it"},
    "evidence.balance.how": {
        "fr": "Niveau équilibré = somme des parts × moyennes. Les parts ont été fixées avant le lancement ; les moyennes sont "
        "celles des écarts, telles que dites, au dixième. Il ne dit donc rien de plus qu’elles.",
        "en": "Balanced level = sum of shares × means. The shares were fixed before the launch; the means are those of the gaps, "
        "as they are told, by the tenth. So it tells no more than these.",
    },
    "column.view": {"fr": "Regard", "en": "Perspective"},
    "column.share": {"fr": "Part", "en": "Share"},
    "column.part": {"fr": "Part × moyenne", "en": "Share × mean"},
    # the record of a KPI
    "record.title": {"fr": "Ce que dit le dossier", "en": "What the record shows"},
    "record.only": {
        "fr": "Personne n’a été interrogé là-dessus : seul son dossier parle.",
        "en": "Nobody was asked about it: its record alone speaks.",
    },
    "record.rung": {"fr": "Stade {value} sur 5.", "en": "Rung {value} of 5."},
    "record.mean": {
        "fr": "C’est la moyenne des dossiers des équipes, pondérée par leur effectif ; ouvrez une équipe pour voir le sien.",
        "en": "It is the mean of the records of the teams, weighted by their headcount; open a team to see its own.",
    },
    "record.rungs": {"fr": "Les stades, l’un sur l’autre", "en": "The rungs, each upon the one below"},
    "column.rung": {"fr": "Stade", "en": "Rung"},
    "column.demands": {"fr": "Ce qu’il demande", "en": "What it demands"},
    "column.holds": {"fr": "Atteint ?", "en": "Reached?"},
    "record.demands.1": {
        "fr": "La fiche dit ce qui est mesuré : nom, but, formule, unité, sens, source et rythme.",
        "en": "The sheet says what is measured: name, purpose, formula, unit, direction, source and cadence.",
    },
    "record.demands.2": {
        "fr": "Les deux dernières valeurs sont venues à temps, avec la formule actuelle.",
        "en": "The two last values came on time, under today’s formula.",
    },
    "record.demands.3": {
        "fr": "Un responsable nommé, une valeur de départ, une cible datée, et 60 % de l’équipe le connaissent.",
        "en": "A named owner, a baseline, a dated target, and 60% of the team know it.",
    },
    "record.demands.4": {
        "fr": "Trois des quatre derniers cycles ont une revue avec une note.",
        "en": "Three of the last four cycles have a review with a note.",
    },
    "record.demands.5": {
        "fr": "Un écart a mené à une action dont l’effet a été vérifié ; ou le relevé est automatique, avec une règle d’alerte.",
        "en": "A deviation led to an action whose effect was checked; or it is collected automatically, with an alert rule.",
    },
    "record.holds": {"fr": "Oui.", "en": "Yes."},
    "record.lacks": {"fr": "Non.", "en": "No."},
    "record.attainment": {"fr": "Le chemin vers la cible", "en": "The way to the target"},
    "column.fact": {"fr": "Fait", "en": "Fact"},
    "column.value": {"fr": "Valeur", "en": "Value"},
    "record.value": {"fr": "Dernière valeur, au {day}", "en": "Newest value, of {day}"},
    "record.interval": {"fr": "Son intervalle à 95 % (Wilson)", "en": "Its 95% interval (Wilson)"},
    "record.baseline": {"fr": "Valeur de départ", "en": "Baseline"},
    "record.target": {"fr": "Cible", "en": "Target"},
    "record.band": {"fr": "une fourchette", "en": "a band"},
    "record.share": {"fr": "Chemin parcouru", "en": "Way that is done"},
    "record.status": {"fr": "Conclusion", "en": "Conclusion"},
    "record.share.how": {
        "fr": "Chemin parcouru = (valeur − départ) ÷ (cible − départ), de 0 à 120 % ; dans une fourchette, "
        "1 − distance ÷ tolérance.",
        "en": "Way that is done = (value − baseline) ÷ (target − baseline), from 0 to 120%; of a band 1 − distance ÷ tolerance.",
    },
    "record.status.how": {
        "fr": "Atteinte si tout l’intervalle est du bon côté de la cible, non atteinte s’il est tout entier de l’autre ; un "
        "pourcentage dont on ne connaît pas les cas reste indécis.",
        "en": "Reached if the whole interval is on the good side of the target, not reached if all of it is on the other; a "
        "share whose cases are not known stays undecided.",
    },
    "record.gap": {
        "fr": "Moyenne des stades perçus moins stade du dossier : {gap}.",
        "en": "Mean rung as people see it minus the rung of the record: {gap}.",
    },
    "record.believed_not_evidenced": {
        "fr": "Au-delà de 1 : cru, mais non attesté.",
        "en": "Above 1: believed but not evidenced.",
    },
    "record.dead_indicator": {
        "fr": "En deçà de −1 : mesuré, mais ignoré.",
        "en": "Below −1: measured, but unseen.",
    },
}
