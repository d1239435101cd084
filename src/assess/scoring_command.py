"""The command that scores answers from files alone: no database, no data folder, no settings, and the engine of the server."""

import pkgutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
import msgspec

from assess import scoring_table
from assess.campaign.answer_sheet import Expected, Sheet, read_answers, rows_from_sheet
from assess.campaign.balance import BalanceInvalid, balanced
from assess.campaign.model import Balance, PerspectiveShare
from assess.errors import Finding, Refusal
from assess.maturity.collected import (
    Asking,
    Company,
    ListedTeam,
    Terms,
    asking,
    company_of,
    expected_of,
    listed_teams,
)
from assess.maturity.computed import campaign_results, read
from assess.maturity.discussion import Discussion, discussions_of, names_in
from assess.maturity.exemptions.listed import ListedExemption, listed_exemptions
from assess.maturity.facts import written
from assess.maturity.flat import sheet_of
from assess.maturity.model import CampaignResults
from assess.maturity.scores.everywhere import explanations_of
from assess.maturity.scores.explanation import Explanation
from assess.questionnaire.checking import checked_yaml
from assess.questionnaire.flaw import FileRefused, errors_in, sentence
from assess.questionnaire.model import Questionnaire
from assess.scoring_page import Page
from assess.web.problems import misplaced
from assess.words import LANGUAGES, Key, Language, Text

T = TypeVar("T")

ENGINE = "assess.maturity.engine:compute"
"""Imported when it is wanted: it brings numpy along, which no other command needs."""
MOST_ROWS = 5_000_000
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Shares(click.ParamType[list[PerspectiveShare]]):
    """``manager=0.5,member=0.5``: different perspectives, with shares that add up to 1."""

    name = "shares"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[PerspectiveShare]:
        """The shares in the order of the vocabulary, or what is wrong with them."""
        parts = [part.partition("=") for part in str(value).split(",")]
        said = [{"perspective": name.strip(), "share": share.strip()} for name, _, share in parts]
        try:
            return balanced(msgspec.convert(said, Balance, strict=False))
        except msgspec.ValidationError as error:
            return self.fail(f"{value!r}: {misplaced(error).detail}", param, ctx)
        except BalanceInvalid as refusal:
            return self.fail(f"{value!r}: {'; '.join(found.rule for found in refusal.errors)}", param, ctx)


class Scored(CampaignResults, frozen=True, kw_only=True):
    """What is printed as JSON: the results, what each node talks about first, what had to be assumed, and why each score is so.

    explanations: Explanation in JSON by the id of the score, whole: every part is there, however many.
    """

    discussions: list[Discussion]
    assumptions: list[Text]
    explanations: dict[UUID, msgspec.Raw]


@click.command("score")
@click.option(
    "--questionnaire", "questionnaires", multiple=True, required=True, type=FILE, help="YAML; can be repeated."
)
@click.option(
    "--answers", required=True, type=FILE, help="CSV: team,respondent,item,answer and, if known, perspective."
)
@click.option("--teams", type=FILE, help="CSV: team,parent,headcount. Without it the teams stand side by side.")
@click.option(
    "--exemptions", type=FILE, help="CSV: team,item,reason. What does not apply there; without it nothing is confirmed."
)
@click.option("--threshold", type=click.IntRange(5, 10), default=5, show_default=True, help="The smallest group shown.")
@click.option(
    "--balance",
    type=Shares(),
    help="What each perspective counts in a second score, such as manager=0.5,member=0.5; the answers must tell perspectives.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="fr", show_default=True, help="The language of the table."
)
@click.option("--format", "kind", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def score_command(
    questionnaires: tuple[Path, ...],
    answers: Path,
    teams: Path | None,
    exemptions: Path | None,
    threshold: int,
    balance: list[PerspectiveShare] | None,
    lang: Language,
    kind: str,
) -> None:
    """Score answers collected elsewhere, from files alone, exactly as the server does.

    An answer is a level's number, DK (does not know) or NA (does not apply). Everything is read before anything is scored; every
    problem of every file is told on a line of its own, with the place where it stands, and the exit code is then 1.
    """
    company, asked = _read(questionnaires, answers, (teams, exemptions), Terms(threshold, balance))
    compute: Callable[[bytes], bytes] = pkgutil.resolve_name(ENGINE)
    computed = read(compute(written(company.inputs)))
    results = campaign_results(computed)
    versions = list(asked.questionnaires.values())
    discussions = list(discussions_of(results, names_in(versions)))
    if kind == "json":
        explained = explanations_of(company.inputs, computed, results)
        click.echo(_json(results, discussions, company.assumptions, explained))
    elif kind == "csv":
        click.echo(sheet_of(results, discussions), nl=False)
        click.echo("".join(f"{text[lang]}\n" for text in company.assumptions), err=True, nl=False)
    else:
        scoring_table.show(Page.of(results, versions, lang), discussions, company.assumptions)


class _Reading:
    """Files on their way: what is wrong in each is told at once, finding by finding, and none is scored unless all are right."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def of(self, source: str, work: Callable[[], T]) -> T | None:
        """What ``work`` makes of a file, or none when it is refused."""
        try:
            return work()
        except FileRefused as refusal:
            self.refused.append(sentence(refusal.flaw, source))
        except Refusal as refusal:
            for finding in refusal.errors:
                click.echo(_line(source, finding), err=True)
            self.refused.append(f"{source}: {refusal.detail or refusal.title()}")
        return None

    def questionnaire(self, path: Path) -> Questionnaire | None:
        """A questionnaire without errors, or none."""
        found = self.of(str(path), lambda: checked_yaml(path.read_bytes()))
        errors = errors_in(found[1]) if found else []
        for flaw in errors:
            click.echo(sentence(flaw, str(path)), err=True)
        if errors:
            self.refused.append(f"{path}: {len(errors)} errors")
        return found[0] if found and not errors else None

    def right(self, made: T | None) -> T:
        """What was made, if nothing was refused; otherwise the end."""
        if self.refused or made is None:
            raise click.ClickException(f"{'; '.join(self.refused)}; nothing was scored")
        return made


def _read(
    paths: Iterable[Path], answers: Path, lists: tuple[Path | None, Path | None], terms: Terms
) -> tuple[Company, Asking]:
    """The company and what it was asked. Answers are read beside a faulty list of teams too, as if there were none.

    lists: the teams', and that of exemptions.
    """
    reading, (teams, exemptions) = _Reading(), lists
    found = [reading.questionnaire(path) for path in paths]
    asked = reading.right(reading.of("questionnaires", lambda: asking(each for each in found if each)))
    listed = reading.of(str(teams), lambda: listed_teams(teams.read_bytes())) if teams else None
    read = reading.of(str(answers), lambda: _answers(answers, asked, listed))
    exempted = _exemptions(reading, exemptions, asked, _teams(listed, read))
    sheet = reading.right(read)
    company = reading.right(reading.of(str(answers), lambda: company_of(sheet, asked, listed, terms, exempted)))
    return company, asked


def _exemptions(reading: _Reading, path: Path | None, asked: Asking, teams: set[Key] | None) -> list[ListedExemption]:
    if path is None:
        return []
    return reading.of(str(path), lambda: listed_exemptions(path.read_bytes(), asked.items, teams)) or []


def _teams(listed: Sequence[ListedTeam] | None, sheet: Sheet | None) -> set[Key] | None:
    """The teams that there are, as far as the files could be read."""
    if listed is not None:
        return {team.key for team in listed}
    return None if sheet is None else {response.team for response in sheet.responses}


def _answers(path: Path, asked: Asking, listed: Sequence[ListedTeam] | None) -> Sheet:
    others = Expected(asked.items, None) if listed is None else None
    rows = rows_from_sheet(path.read_bytes(), MOST_ROWS)
    return read_answers(rows, expected_of(listed or (), asked), others, told=MOST_ROWS)


def _line(source: str, finding: Finding) -> str:
    """``answers.csv, line 7, answer: one of 1, 2, DK, NA; received '6'; for example 1``."""
    place = finding.pointer.removeprefix("#/line/").partition("/")
    line = f"line {place[0]}" if place[0].isdecimal() else ""
    where = ", ".join(part for part in (source, line, place[2] if line else "") if part)
    said = [finding.rule]
    said += [f"received {finding.received!r}"] if finding.received is not None else []
    said += [f"for example {finding.example}"] if finding.example is not None else []
    return f"{where}: {'; '.join(said)}"


def _json(
    results: CampaignResults, discussions: list[Discussion], assumptions: list[Text], explained: Iterable[Explanation]
) -> bytes:
    """Explanations become bytes one by one: together they are several times as long as the results."""
    fields: dict[str, Any] = {name: getattr(results, name) for name in CampaignResults.__struct_fields__}
    explanations = {each.score_id: msgspec.Raw(msgspec.json.encode(each)) for each in explained}
    scored = Scored(discussions=discussions, assumptions=assumptions, explanations=explanations, **fields)
    return msgspec.json.encode(scored)


COMMANDS: tuple[click.Command, ...] = (score_command,)
