"""One calculation to be shown: a step of two practices, a sensitive pair, and what does not count."""

from fractions import Fraction
from typing import Any
from uuid import UUID

from looked_at import CAMPAIGN, COMPANY, results
from msgspec.structs import replace

from assess.frame import Reader
from assess.maturity.model import ENGINE, Staged, State
from assess.maturity.scores.exact import said
from assess.maturity.scores.explanation import Explained, Explanation, LevelCondition
from assess.report.page_explanation import Account
from assess.words import Language

BASE = Fraction(3)
SHARES = {"acq-engage-direct": Fraction(2, 5), "acq-engage:sensitive": Fraction(3, 5)}
VALUES = {"acq-engage-direct": Fraction(9, 5), "acq-engage:sensitive": Fraction(37, 15)}


def step() -> Explained:
    """The step: 2/5 · 9/5 + 3/5 · 37/15 = 11/5."""
    value = sum((SHARES[of] * VALUES[of] for of in SHARES), Fraction(0))
    names = {"acq-engage-direct": "Approche directe", "acq-engage:sensitive": "2 questions sensibles"}
    parts = [
        replace(
            _line(of, "item" if of in names and ":" not in of else "combined", names[of]),
            share=said(SHARES[of]),
            value=said(VALUES[of]),
            contribution=said(SHARES[of] * (VALUES[of] - BASE)),
            n=9 if ":" not in of else None,
            formula="mean_of_answers",
        )
        for of in SHARES
    ]
    left = replace(
        _line("acq-engage-brief", "item", "Tout le brief"),
        state=State.BELOW_THRESHOLD,
        reason={"fr": "moins de 5 réponses", "en": "fewer than 5 answers"},
    )
    conditions = [
        LevelCondition(level=3, condition="mean", of="acq-engage", needed=3, value=said(value), holds=False),
        LevelCondition(
            level=3, condition="breadth", of="acq-engage", needed=0.7, value=said(Fraction(2, 5)), holds=False
        ),
        LevelCondition(
            level=3, condition="gate", of="acq-engage-direct", needed=2, value=said(Fraction(9, 5)), holds=False
        ),
        LevelCondition(level=3, condition="kpi", of="acq:kpis", needed=3, value=None, holds=None),
    ]
    return replace(
        _line("acq-engage", "step", "Engager"),
        value=said(value),
        n=9,
        formula="weighted_mean_of_items",
        staged=Staged(level=2, blocked_at=3, blocked_by=["mean"], confirmed=False),
        conditions=conditions,
        parts=[*parts, left],
    )


def hidden() -> Explained:
    """A process of which nothing may be told."""
    return replace(
        _line("off", "process", "Offre"),
        state=State.BELOW_THRESHOLD,
        sentence={
            "fr": "« Offre » n’a pas de note : moins de 5 réponses.",
            "en": "“Offer” has no score: fewer than 5.",
        },
    )


def account(language: Language, result: Explained, of: str | None = "acq-engage") -> Account:
    """What the page of a calculation says."""
    explanation = Explanation(
        score_id=UUID(int=7),
        campaign_id=CAMPAIGN,
        node=COMPANY,
        key="company",
        name="Maison Verdelune",
        imported="none",
        engine=ENGINE,
        inputs_digest="0" * 64,
        threshold=5,
        questionnaires=[],
        mask=[],
        result=result,
    )
    return Account(
        explanation=explanation,
        score=results().nodes[0],
        of=of,
        language=language,
        reader=Reader("Ana", "Maison Verdelune"),
        trail=[("Résultats", "/results")],
    )


def _line(of: str, kind: Any, name: str) -> Explained:
    return Explained(
        of=of,
        kind=kind,
        name={"fr": name, "en": f"{name} (en)"},
        state=State.SCORED,
        weight=said(Fraction(1)),
        share=None,
        base=said(BASE),
        value=None,
        contribution=None,
        n=None,
        band=None,
        formula="none",
        staged=None,
        conditions=[],
        reason=None,
        sentence={"fr": f"« {name} » vaut ce qu’il vaut.", "en": f"“{name}” is what it is."},
        more=False,
        parts=[],
    )
