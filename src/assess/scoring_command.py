"""The command that scores answers from files alone: no database, no data folder, no settings, and the engine of the server."""

import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from assess import scoring_table
from assess.campaign.answer_sheet import Expected, read_answers, rows_from_sheet
from assess.errors import Finding, Refusal
from assess.maturity.collected import (
    Asking,
    Company,
    ListedTeam,
    asking,
    company_of,
    discussions_of,
    expected_of,
    listed_teams,
)
from assess.maturity.computed import campaign_results, read
from assess.maturity.discussion import Discussion
from assess.maturity.facts import written
from assess.maturity.flat import COLUMNS, rows_of
from assess.maturity.model import CampaignResults
from assess.questionnaire.checking import checked_yaml
from assess.questionnaire.flaw import FileRefused, errors_in, sentence
from assess.questionnaire.model import Questionnaire
from assess.sheets import write_sheet
from assess.words import LANGUAGES, Language, Text

T = TypeVar("T")

ENGINE = "assess.maturity.engine:compute"
"""Imported when it is wanted: it brings numpy along, which no other command needs."""
MOST_ROWS = 5_000_000
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Scored(CampaignResults, frozen=True, kw_only=True):
    """What is printed as JSON: the results, what each node talks about first, and what had to be assumed."""

    discussions: list[Discussion]
    assumptions: list[Text]


@click.command("score")
@click.option(
    "--questionnaire", "questionnaires", multiple=True, required=True, type=FILE, help="YAML; can be repeated."
)
@click.option(
    "--answers", required=True, type=FILE, help="CSV: team,respondent,item,answer and, if known, perspective."
)
@click.option("--teams", type=FILE, help="CSV: team,parent,headcount. Without it the teams stand side by side.")
@click.option("--threshold", type=click.IntRange(5, 10), default=5, show_default=True, help="The smallest group shown.")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="fr", show_default=True, help="The language of the table."
)
@click.option("--format", "kind", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def score_command(
    questionnaires: tuple[Path, ...], answers: Path, teams: Path | None, threshold: int, lang: Language, kind: str
) -> None:
    """Score answers collected elsewhere, from files alone, exactly as the server does.

    An answer is a level's number, DK (does not know) or NA (does not apply). Everything is read before anything is scored; each
    problem is told on a line of its own, with the place where it stands, and the exit code is then 1.
    """
    asked = _asking(questionnaires)
    company = _company(asked, answers, teams, threshold)
    compute: Callable[[bytes], bytes] = pkgutil.resolve_name(ENGINE)
    results = campaign_results(read(compute(written(company.inputs))))
    versions = list(asked.questionnaires.values())
    discussions = discussions_of(results, versions)
    if kind == "json":
        click.echo(_json(results, discussions, company.assumptions))
    elif kind == "csv":
        click.echo(write_sheet(COLUMNS, rows_of(results)), nl=False)
        click.echo("".join(f"{text[lang]}\n" for text in company.assumptions), err=True, nl=False)
    else:
        scoring_table.show(scoring_table.Page.of(results, versions, lang), discussions, company.assumptions)


def _asking(paths: Iterable[Path]) -> Asking:
    """What was asked; each error of a questionnaire is a line."""
    asked = [_questionnaire(path) for path in paths]
    return _told("questionnaires", lambda: asking(asked))


def _questionnaire(path: Path) -> Questionnaire:
    try:
        questionnaire, flaws = checked_yaml(path.read_bytes())
    except FileRefused as refusal:
        raise click.ClickException(sentence(refusal.flaw, str(path))) from refusal
    errors = errors_in(flaws)
    for flaw in errors:
        click.echo(sentence(flaw, str(path)), err=True)
    if errors:
        raise click.ClickException(f"{path}: {len(errors)} errors; nothing was scored")
    return questionnaire


def _company(asked: Asking, answers: Path, teams: Path | None, threshold: int) -> Company:
    listed: list[ListedTeam] | None = None
    if teams is not None:
        body = teams.read_bytes()
        listed = _told(str(teams), lambda: listed_teams(body))
    expected = expected_of(listed or (), asked)
    others = Expected(asked.items, None) if listed is None else None
    sheet = _told(
        str(answers), lambda: read_answers(rows_from_sheet(answers.read_bytes(), MOST_ROWS), expected, others)
    )
    return company_of(sheet, asked, listed, threshold)


def _told(source: str, work: Callable[[], T]) -> T:
    """What ``work`` gives; a refusal is told finding by finding, a line each."""
    try:
        return work()
    except Refusal as refusal:
        for finding in refusal.errors:
            click.echo(_line(source, finding), err=True)
        raise click.ClickException(f"{source}: {refusal.detail or refusal.title()}; nothing was scored") from refusal


def _line(source: str, finding: Finding) -> str:
    """``answers.csv, line 7, answer: one of 1, 2, DK, NA; received '6'; for example 1``."""
    place = finding.pointer.removeprefix("#/line/").partition("/")
    line = f"line {place[0]}" if place[0].isdecimal() else ""
    where = ", ".join(part for part in (source, line, place[2] if line else "") if part)
    said = [finding.rule]
    said += [f"received {finding.received!r}"] if finding.received is not None else []
    said += [f"for example {finding.example}"] if finding.example is not None else []
    return f"{where}: {'; '.join(said)}"


def _json(results: CampaignResults, discussions: list[Discussion], assumptions: list[Text]) -> bytes:
    fields: dict[str, Any] = {name: getattr(results, name) for name in CampaignResults.__struct_fields__}
    return msgspec.json.encode(Scored(discussions=discussions, assumptions=assumptions, **fields))


COMMANDS: tuple[click.Command, ...] = (score_command,)
