"""What came out of the play, on one screen."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assess.campaign.model import Participation, TeamParticipation
from assess.demo.play import Played
from assess.demo.screen import Screen
from assess.maturity.model import CampaignResults, Result, State
from assess.roadmap.model import Plan, PlannedAction
from assess.words import Key

FIRST, WHYS = 3, 2
HALF = 0.5
REASONS = {
    State.SCORED: "",
    State.NOT_ASKED: "not asked",
    State.NO_ANSWERS: "no answers",
    State.NOT_APPLICABLE: "does not apply",
    State.UNCONFIRMED: "said not to apply, not confirmed",
    State.BELOW_THRESHOLD: "fewer answers than the threshold",
    State.PROTECTS_OTHERS: "hidden so that a smaller team cannot be found by subtraction",
    State.LOW_COVERAGE: "too little of it could be scored",
    State.LOW_PARTICIPATION: "too few people answered",
    State.INDICATIVE: "from a short form",
}


def summarise(screen: Screen, played: Played) -> None:
    """Participation, scores or the reasons why there are none, the first actions, and the PDFs."""
    screen.heading("What came out")
    screen.say("participation", _participation(played.participation))
    screen.say("scores", Group(_scores(played.results, played.titles), *_not_shown(played.results)))
    screen.say("first actions", Group(*(_action(action) for action in first_actions(played.plan))))
    screen.say("reports", Group(*(Text(str(pdf)) for pdf in played.pdfs)))


def invite(screen: Screen, address: str, key: str) -> None:
    """How to try the API oneself, while the server runs."""
    screen.heading("Try the API")
    screen.plain(f"  address  {address}/docs")
    screen.plain(f"  key      {key}")
    screen.plain(f"  curl -H 'Authorization: Bearer {key}' {address}/v1/me")
    screen.plain("\nThe server runs until Ctrl-C.")


def first_actions(plan: Plan) -> Sequence[PlannedAction]:
    """The actions that start first, the more useful one before the other."""
    work = [action for action in plan.body.actions if not action.decision_point]
    return sorted(work, key=lambda action: (action.start_month, action.rank))[:FIRST]


def _participation(participation: Participation) -> Text:
    few = [team for team in participation.teams if team.completed < team.invited * HALF]
    share = participation.completed / participation.invited
    said = f"{participation.completed} of {participation.invited} people are done ({share:.0%})"
    return Text("; ".join([said, *map(_team, few)]))


def _team(team: TeamParticipation) -> str:
    return f"{team.name} only {team.completed} of {team.invited}"


def _scores(results: CampaignResults, titles: Mapping[Key, str]) -> Table:
    company = results.nodes[0]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("process", "of 100", "level (95 %)", "people", "weakest step"):
        table.add_column(name, justify="right" if name in {"of 100", "people"} else "left", overflow="fold")
    for process in company.processes:
        weakest = titles[process.weakest_step] if process.weakest_step else ""
        table.add_row(titles[process.key], *_result(process.result, weakest))
    table.add_row("Overall", *_result(company.overall, ""))
    return table


def _result(result: Result, weakest: str) -> tuple[str, str, str, str]:
    """Index, level with its interval, people, and the weakest step; without a score the reason stands in the last place."""
    if result.value is None or result.index is None or result.interval is None:
        return ("—", "", "", REASONS[result.state])
    low, high = result.interval.low, result.interval.high
    return (f"{result.index:.0f}", f"{result.value:.1f} ({low:.1f}–{high:.1f})", str(result.n), weakest)


def _not_shown(results: CampaignResults) -> Iterable[Text]:
    for node in results.nodes:
        if node.state is not State.SCORED:
            yield Text(f"{node.name}: not shown, {REASONS[node.state]}", style="dim")


def _action(action: PlannedAction) -> Text:
    owner = "to appoint" if action.owner.vacant else f"{action.owner.name}, {action.owner.team}"
    said = Text(f"{action.title['en']}", style="bold")
    said.append(f"\n{action.starts_on:%B %Y}; {action.owner.title['en']}: {owner}\n", style="not bold")
    said.append(" ".join(why.text["en"] for why in action.why[:WHYS]), style="not bold dim")
    return said
