"""The page of the company or of one team: its conclusion first, then the numbers, then how to read them."""

from assess.frame import Frame, framed
from assess.markup import Markup, each, element, joined
from assess.maturity.model import Comparability, Haste, State, StraightLining, Summary
from assess.report.findings import level, reason, told
from assess.report.page_balance import balance
from assess.report.page_kpis import kpis, perspectives
from assess.report.page_parts import (
    NOTHING,
    Cell,
    Column,
    Subject,
    View,
    explained,
    paragraphs,
    path_of,
    section,
    table,
)
from assess.report.page_processes import processes, steps
from assess.report.page_sentences import tell
from assess.report.page_teams import teams
from assess.report.profile import profile
from assess.report.situation import headline, participation
from assess.typography import day, number
from assess.words import Language


def node_page(view: View) -> bytes:
    """The whole page."""
    title = title_of(view)
    frame = Frame(
        language=view.language,
        title=title,
        here=path_of(view.campaign_id, view.node),
        trail=view.trail,
        reader=view.reader,
        foot=_made(view),
    )
    return framed(frame, _kicker(view), element("h1", title), *_content(view))


def title_of(view: View) -> str:
    """The conclusion in one sentence: of the company its index and weakest link, of a team its most fragile step."""
    facts, node, language = view.facts, view.node, view.language
    if node.parent is None:
        return headline(facts)
    page = profile(facts)
    if page is not None:
        return tell("title.team", language, team=node.name, conclusion=page.title)
    if node.state is State.SCORED:
        return node.name
    return tell("title.hidden", language, team=node.name, reason=reason(node.state, facts))


def _kicker(view: View) -> Markup:
    facts, language = view.facts, view.language
    start, end = day(facts.starts_on, language), day(facts.ends_on, language)
    return element("p", tell("kicker", language, campaign=facts.campaign, start=start, end=end), class_="kicker")


def _content(view: View) -> list[Markup | None]:
    lead = element("p", participation(view.facts), _badges(view), class_="lead")
    hidden = view.node.state is not State.SCORED and not _visible(view)
    note = element("p", tell("hidden.note", view.language), class_="note") if hidden else None
    parts = [] if hidden else [processes(view), steps(view)]
    rest = [teams(view), *([] if hidden else [kpis(view), perspectives(view), balance(view), _talk(view)])]
    return [lead, _imported(view), note, *parts, *rest, _compare(view), _reading(view, hidden=hidden)]


def _visible(view: View) -> bool:
    return any(process.result.state is State.SCORED for process in view.node.processes)


def _badges(view: View) -> Markup | None:
    share = view.node.participation
    if share is None or share >= 0.5:
        return None
    return joined([" ", element("span", tell("badge.fragile", view.language), class_="badge")])


def _imported(view: View) -> Markup | None:
    kind = view.node.imported
    return element("p", tell(f"imported.{kind}", view.language), class_="note") if kind in {"some", "all"} else None


def _talk(view: View) -> Markup | None:
    if not view.talk:
        return None
    points = each("li", (_subject(view, subject) for subject in view.talk))
    lead = element("p", tell("talk.lead", view.language))
    return section("talk", tell("talk.title", view.language), lead, element("ol", points, class_="talk"))


def _subject(view: View, subject: Subject) -> Markup:
    link = explained(view, view.node, subject.of, tell("explain", view.language))
    return joined([told(subject.sentence, view.language), " ", link])


def _compare(view: View) -> Markup | None:
    """Whether teams may be compared: a question about the company as a whole."""
    summary = view.facts.results.summary
    if view.node.parent is not None or not summary.comparability:
        return None
    lines = [_comparable(view, found) for found in summary.comparability]
    doubts = (("straight", summary.straight_lining), ("haste", summary.haste))
    doubtful = paragraphs([said for name, found in doubts for said in _doubtful(view, name, found)])
    return section(
        "compare", tell("compare.title", view.language), paragraphs(lines), *_variance(view, summary), doubtful
    )


def _comparable(view: View, found: Comparability) -> str:
    return tell(
        "compare.process", view.language, process=_compared(view, found), reason=told(found.reason, view.language)
    )


def _compared(view: View, found: Comparability) -> str:
    """What is compared: a process by name, or the overall score."""
    words = next((words for words in view.facts.processes if words.key == found.process), None)
    return tell("overall", view.language) if words is None else told(words.title, view.language)


def _variance(view: View, summary: Summary) -> list[Markup]:
    """From what each answer follows, where there are teams enough to calculate it."""
    language = view.language
    rows: list[list[Cell]] = [
        [
            _compared(view, found),
            number(found.teams, language),
            number(found.people, language),
            *_tested(found, language),
        ]
        for found in summary.comparability
        if found.icc2 is not None
    ]
    if not rows:
        return []
    columns = [
        Column(tell(f"column.{name}", language), name != "where") for name in ("where", "teams", "people", *_TESTED)
    ]
    numbers = table(tell("compare.table", language), language, columns, rows)
    return [numbers, element("p", tell("compare.how", language), class_="small")]


_TESTED = ("f", "p", "icc1", "icc2")


def _tested(found: Comparability, language: Language) -> list[Cell]:
    """F by two decimals, the others by three: 0.697 is no 0.70. None of F where the people of each team are of one mind."""
    values = zip((found.f, found.p, found.icc1, found.icc2), (2, 3, 3, 3), strict=True)
    return [NOTHING if value is None else number(value, language, decimals) for value, decimals in values]


def _doubtful(view: View, name: str, found: StraightLining | Haste | None) -> list[str]:
    """How many may not have read the questions, and what the overall mean would be without them, where it moves."""
    language = view.language
    if found is None:
        return []
    without = found.overall_without
    said = [tell(name, language, people=number(found.people, language))]
    return said if without is None else [*said, tell("doubtful.without", language, value=level(without, language))]


def _reading(view: View, *, hidden: bool) -> Markup:
    language, threshold = view.language, str(view.facts.results.threshold)
    keys = () if hidden else ("reading.explained", "reading.interval", "reading.prudent", "reading.declared")
    said = [*(tell(key, language) for key in keys), tell("reading.hidden", language, threshold=threshold)]
    return section("reading", tell("reading.title", language), paragraphs(said))


def _made(view: View) -> Markup:
    """From what the page was made, and where programs read the same."""
    results = view.facts.results
    made = tell("made", view.language, engine=results.engine, digest=results.inputs_digest[:12])
    api = f"/v1/campaigns/{view.campaign_id}/results"
    return element("p", made, " ", element("code", api))
