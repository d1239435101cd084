"""``assess score``: what outsiders check us with. The same numbers as the server's, from files alone."""

import csv
import io
import json
import os
import random
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from click.testing import Result as Ran

from assess import shipped
from assess.cli import assess
from assess.maturity.discussion import DiscussionPoint
from assess.maturity.flat import COLUMNS
from assess.maturity.model import (
    Agreement,
    CampaignResults,
    Comparability,
    Factual,
    Hidden,
    ItemResult,
    KpiResult,
    NodeResults,
    PerspectiveGap,
    ProcessResult,
    Result,
    Staged,
    StepResult,
    StraightLining,
    View,
)
from assess.maturity.scores.explanation import ROOM
from assess.questionnaire.files import read_yaml
from assess.questionnaire.model import Questionnaire
from world import done

GOLDEN = json.loads((Path(__file__).parent / "golden" / "measurement.json").read_text("utf-8"))
EXAMPLE = shipped.folder("examples") / "score"
HEADER = "team,respondent,item,answer,perspective"
GOOD = "lyon,r1,a-s-one,3,"
MEMORY = 1_500_000_000
"""Bytes of address space in which a million answers are scored."""


def item(key: str, weight: int = 1, options: int = 5) -> dict[str, Any]:
    text = {"en": "A behaviour that one can see."}
    levels = [{"ordinal": ordinal, "text": {"en": f"Behaviour number {ordinal}."}} for ordinal in range(1, options + 1)]
    own = {"key": key, "kind": "practice", "weight": weight, "comparability_key": key}
    return {**own, "label": {"en": key}, "text": text, "levels": levels}


def questionnaire(*items: dict[str, Any], key: str = "own", process: str = "a") -> bytes:
    """A questionnaire of one step, as a file; JSON is YAML."""
    text = {"en": "A text"}
    step = {
        "key": f"{process}-s",
        "title": text,
        "purpose": {"en": "To see."},
        "weight": 1,
        "owner_role": "service",
        "items": list(items),
    }
    whole = {"key": process, "title": text, "weight": 1, "in_overall": True, "steps": [step]}
    frame = {"key": key, "version": "1.0.0", "languages": ["en"], "title": text, "introduction": {"en": "About us."}}
    return json.dumps({**frame, "processes": [whole]}).encode()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a questionnaire of two items."""
    (tmp_path / "own.yaml").write_bytes(questionnaire(item("a-s-one"), item("a-s-two", options=4)))
    return tmp_path


def score(folder: Path, answers: str, *more: str, teams: str | None = None, name: str = "own.yaml") -> Ran:
    """The command on files in a folder, with no variable of ours set."""
    (folder / "answers.csv").write_text(answers)
    listed = []
    if teams is not None:
        (folder / "teams.csv").write_text(teams)
        listed = ["--teams", str(folder / "teams.csv")]
    arguments = ["score", "--questionnaire", str(folder / name), "--answers", str(folder / "answers.csv"), *listed]
    bare = {name: None for name in os.environ if name.startswith("ASSESS_")}
    return CliRunner(env=bare).invoke(assess, [*arguments, *more])


def scored(result: Ran) -> Any:
    """The JSON that was printed."""
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def node_of(results: Any, key: str) -> Any:
    return next(node for node in results["nodes"] if node["key"] == key)


def test_the_worked_team_of_the_method_comes_out(tmp_path: Path) -> None:
    """Weights 2 1 1 1, eight people of whom six answer; the figures are the golden's."""
    names = ("one", "two", "three", "four")
    (tmp_path / "own.yaml").write_bytes(
        questionnaire(*(item(f"a-s-{name}", 2 if name == "one" else 1) for name in names))
    )
    people = ("3 2 4 DK", "4 3 3 2", "2 2 NA 1", "3 DK 4 2", "5 4 4 3", "3 2 3 2")
    lines = [
        f"lyon,r{number},a-s-{name},{answer},"
        for number, said in enumerate(people)
        for name, answer in zip(names, said.split(), strict=True)
    ]
    sheet = "\n".join([HEADER, *lines])
    results = scored(score(tmp_path, sheet, "--format", "json", teams="team,parent,headcount\nlyon,,8\n"))
    golden = GOLDEN["G1"]
    (process,) = node_of(results, "lyon")["processes"]
    (step,) = process["steps"]
    result = step["result"]
    bounds = [result["interval"]["low"], result["interval"]["high"]]
    compared = [result["comparison"]["low"], result["comparison"]["high"]]
    assert (result["value"], result["index"]) == pytest.approx((golden["step"], golden["index"]), rel=1e-9)
    assert bounds == pytest.approx(golden["ci"], rel=1e-9)
    assert compared == pytest.approx(golden["ci_superpop"], rel=1e-9)
    assert step["prudent"] == pytest.approx(GOLDEN["G1_prudent"], rel=1e-9)
    assert [each["result"]["n"] for each in step["items"]] == list(golden["item_n"].values())
    means = [each["result"]["value"] for each in step["items"]]
    assert means == pytest.approx(list(golden["item_mean"].values()), rel=1e-9)
    assert (result["n"], node_of(results, "lyon")["headcount"]) == (golden["n"], golden["N"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            "lyon,r9,a-s-tow,3,",
            "line 3, item: the key of an item of the questionnaires; received 'a-s-tow'; for example a-s-two",
            id="an unknown item",
        ),
        pytest.param(
            "lyon,r9,a-s-one,6,",
            "line 3, answer: one of 1, 2, 3, 4, 5, DK, NA; received '6'; for example 1",
            id="level 6",
        ),
        pytest.param(
            "lyon,r9,a-s-two,5,",
            "line 3, answer: one of 1, 2, 3, 4, DK, NA; received '5'; for example 1",
            id="above an own scale",
        ),
        pytest.param(
            "lyon,r1,a-s-one,4,",
            "line 3, item: a respondent answers an item once; an earlier line says 3; received 'a-s-one'",
            id="two answers by one respondent",
        ),
        pytest.param(
            "paris,r1,a-s-two,4,",
            "line 3, team: a respondent belongs to one team; line 2 says lyon; received 'paris'; for example lyon",
            id="a respondent in two teams",
        ),
        pytest.param(
            "lyon,r1,a-s-two,3,boss",
            "line 3, perspective: a respondent has one perspective; line 2 says none; received 'boss'",
            id="a respondent of two perspectives",
        ),
        pytest.param(
            "lyon,r9,a-s-one,3,boss",
            "line 3, perspective: one of manager, member, client_facing, headquarters; received 'boss'",
            id="an unknown perspective",
        ),
        pytest.param(
            "Lyon 2,r9,a-s-one,3,",
            "line 3, team: a key: small letters and digits, in words joined by -; received 'Lyon 2'; for example sales-lyon",
            id="no key of a team",
        ),
        pytest.param(
            "company,r9,a-s-one,3,",
            "line 3, team: a key of the team's own: company stands for the whole company; received 'company'",
            id="the root's key",
        ),
        pytest.param(
            "lyon,r9,a-s-one",
            "line 3: a line has 5 cells, as the header; received 'lyon,r9,a-s-one'",
            id="a line that is too short",
        ),
    ],
)
def test_each_finding_is_a_line_with_its_place(files: Path, line: str, said: str) -> None:
    refused = score(files, "\n".join([HEADER, GOOD, line]))
    assert (refused.exit_code, refused.stdout) == (1, "")
    told, summary = refused.stderr.splitlines()
    assert told.startswith(f"{files / 'answers.csv'}, {said}")
    assert summary == f"Error: {files / 'answers.csv'}: 1 problem; no answer was taken; nothing was scored"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param(
            "",
            "line 1: a header line is needed; for example team,respondent,item,answer,perspective",
            id="an empty file",
        ),
        pytest.param(HEADER, "line 2: at least one line", id="a header alone"),
        pytest.param("team,respondent,answer\nx,y,3", "line 1: the column item is needed", id="a column is missing"),
    ],
)
def test_a_file_without_answers_is_told(files: Path, answers: str, said: str) -> None:
    refused = score(files, answers)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[0].startswith(f"{files / 'answers.csv'}, {said}")


@pytest.mark.parametrize(
    ("teams", "said"),
    [
        pytest.param(
            "team,parent,headcount\nlyon,nord,8",
            "line 2, parent: the key of a team of this list; received 'nord'; for example lyon",
            id="an unknown parent",
        ),
        pytest.param(
            "team,parent,headcount\nlyon,,8\nlyon,,9",
            "line 3, team: each team stands once; received 'lyon'",
            id="a team twice",
        ),
        pytest.param(
            "team,parent,headcount\nlyon,nord,8\nnord,lyon,",
            "line 2, parent: a team cannot be below itself; received 'nord'",
            id="in circles",
        ),
        pytest.param(
            "team,parent,headcount\nlyon,,many", "line 2, headcount: a whole number of people from 1 on", id="no number"
        ),
        pytest.param(
            "team,parent,headcount\nlyon,,0", "line 2, headcount: a whole number of people from 1 on", id="nobody"
        ),
        pytest.param(
            "team,headcount\nlyon,8\ncompany,8",
            "line 3, team: a key of the team's own: company stands for the whole company; received 'company'",
            id="the root's key",
        ),
        pytest.param("team,headcount\nlyon 2,8", "line 2, team: a key: small letters and digits", id="no key"),
        pytest.param("team,parent\nlyon,", "line 1: the column headcount is needed", id="no headcounts"),
    ],
)
def test_each_finding_in_the_list_of_teams_is_a_line_too(files: Path, teams: str, said: str) -> None:
    refused = score(files, f"{HEADER}\n{GOOD}", teams=teams)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[0].startswith(f"{files / 'teams.csv'}, {said}")


def test_a_headcount_below_the_respondents_is_told_with_the_line_of_the_first_too_many(files: Path) -> None:
    lines = [f"lyon,r{number},a-s-one,3," for number in range(7)]
    refused = score(files, "\n".join([HEADER, *lines]), teams="team,parent,headcount\nlyon,,5\n")
    assert refused.exit_code == 1
    said = "line 7, respondent: the team lyon has 5 people who may answer; here are 7; received 7; for example 5"
    assert refused.stderr.splitlines()[0] == f"{files / 'answers.csv'}, {said}"


def test_a_team_that_the_list_does_not_have_is_told(files: Path) -> None:
    refused = score(files, f"{HEADER}\nlyno,r1,a-s-one,3,", teams="team,parent,headcount\nlyon,,5\n")
    assert (
        "line 2, team: the key of a team whose answers are expected; received 'lyno'; for example lyon"
        in refused.stderr
    )


def test_many_findings_are_all_told_each_with_its_line(files: Path) -> None:
    lines, teams = [f"lyon,r{n},a-s-one,7," for n in range(250)], [f"team {n},,8" for n in range(120)]
    refused = score(files, "\n".join([HEADER, *lines]), teams="\n".join(["team,parent,headcount", *teams]))
    *told, summary = refused.stderr.splitlines()
    places = [line.removeprefix(f"{files}/").partition(":")[0] for line in told]
    assert places == [
        *(f"teams.csv, line {2 + n}, team" for n in range(120)),
        *(f"answers.csv, line {2 + n}, answer" for n in range(250)),
    ]
    assert "120 problems; " in summary
    assert "250 problems; no answer was taken; nothing was scored" in summary


def test_a_faulty_list_of_teams_hides_no_finding_of_the_answers(files: Path) -> None:
    """Which teams there are, and of how many people, is not known then: nothing is said of that."""
    sheet = f"{HEADER}\n{GOOD}\nlyon,r1,a-s-one,4,\nparis,r2,a-s-one,3,"
    refused = score(files, sheet, teams="team,parent,headcount\nlyon,,many")
    *told, summary = refused.stderr.splitlines()
    assert [line.removeprefix(f"{files}/").partition(": ")[0] for line in told] == [
        "teams.csv, line 2, headcount",
        "answers.csv, line 3, item",
    ]
    assert (refused.exit_code, summary.endswith("nothing was scored")) == (1, True)


def exempting(folder: Path, sheet: str) -> tuple[str, str]:
    """The option with a list of exemptions."""
    (folder / "exemptions.csv").write_text(f"team,item,reason\n{sheet}\n")
    return "--exemptions", str(folder / "exemptions.csv")


def test_what_most_say_does_not_apply_loses_its_weight_once_it_is_listed(files: Path) -> None:
    lines = [f"lyon,r{n},{item},{answer}," for n in range(6) for item, answer in (("a-s-one", 3), ("a-s-two", "NA"))]
    answers = "\n".join([HEADER, *lines])
    found = [
        scored(score(files, answers, *more, "--format", "json"))
        for more in ((), exempting(files, "lyon,a-s-two,No case there"))
    ]
    steps = [node_of(each, "lyon")["processes"][0]["steps"][0] for each in found]
    assert [step["items"][1]["result"]["state"] for step in steps] == ["unconfirmed", "not_applicable"]
    assert [step["result"]["state"] for step in steps] == ["low_coverage", "scored"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            "paris,a-s-one,Nothing there",
            "line 2, team: the key of a team that answered or is listed; received 'paris'; for example lyon",
            id="no such team",
        ),
        pytest.param(
            "lyon,a-s-on,Nothing there",
            "line 2, item: the key of an item of these questionnaires; received 'a-s-on'; for example a-s-one",
            id="no such item",
        ),
        pytest.param(
            "lyon,a-s-one,", "line 2, reason: why it does not apply; for example No bids there", id="no reason"
        ),
        pytest.param(
            "lyon,a-s-one,Nothing there\nlyon,a-s-one,Nothing at all",
            "line 3, item: each item of a team stands once; received 'a-s-one'",
            id="twice",
        ),
    ],
)
def test_each_finding_in_the_list_of_exemptions_is_a_line_too(files: Path, line: str, said: str) -> None:
    refused = score(files, f"{HEADER}\n{GOOD}", *exempting(files, line))
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[0] == f"{files / 'exemptions.csv'}, {said}"


def test_every_faulty_questionnaire_is_told(files: Path) -> None:
    (files / "own.yaml").write_bytes(questionnaire(item("a-s-one"), item("a-s-one")))
    (files / "other.yaml").write_bytes(b"title: [")
    refused = score(files, f"{HEADER}\n{GOOD}", "--questionnaire", str(files / "other.yaml"))
    assert (refused.exit_code, "own.yaml: 2 errors" in refused.stderr, "other.yaml" in refused.stderr) == (
        1,
        True,
        True,
    )


def test_a_questionnaire_with_errors_is_told_with_its_lines(files: Path) -> None:
    (files / "own.yaml").write_bytes(questionnaire(item("a-s-one"), item("a-s-one")))
    refused = score(files, f"{HEADER}\n{GOOD}")
    assert refused.exit_code == 1
    assert "duplicate_key" in refused.stderr.splitlines()[0]
    assert refused.stderr.splitlines()[-1] == f"Error: {files / 'own.yaml'}: 2 errors; nothing was scored"


def test_two_questionnaires_that_share_an_item_are_refused(files: Path) -> None:
    (files / "other.yaml").write_bytes(questionnaire(item("a-s-one"), key="other"))
    refused = score(files, f"{HEADER}\n{GOOD}", "--questionnaire", str(files / "other.yaml"))
    assert (refused.exit_code, "each item stands in one" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--threshold", "4"], id="a threshold below five"),
        pytest.param(["--format", "pdf"], id="a format that is not known"),
        pytest.param(["--teams", "nowhere.csv"], id="a file that is not there"),
        pytest.param(["--lang", "de"], id="a language that is not known"),
    ],
)
def test_a_command_written_wrongly_ends_with_two(files: Path, arguments: list[str]) -> None:
    assert score(files, f"{HEADER}\n{GOOD}", *arguments).exit_code == 2


def answers_of(sizes: dict[str, int], seed: int = 1) -> list[tuple[str, str, str, str, str]]:
    """Random answers to the offer and the experience questionnaires; the last team answers the offer alone."""
    chance = random.Random(seed)
    rows = []
    for team, size in sizes.items():
        asked = ("offer",) if team == list(sizes)[-1] else ("offer", "experience")
        items = [each for key in asked for each in published(key).items()]
        for number in range(size):
            perspective = chance.choice(("manager", "client_facing", "client_facing", ""))
            for each in items:
                word = chance.choice([*sorted(each.ordinals)] * 4 + ["DK", "NA"])
                if chance.random() < 0.95:
                    rows.append((team, f"{team}-{number}", each.key, str(word), perspective))
    return rows


def published(key: str) -> Questionnaire:
    return read_yaml(shipped.folder("questionnaires") / key / "1.0.0.yaml", Questionnaire)


def test_without_a_list_of_teams_the_assumption_is_said(files: Path) -> None:
    lines = [f"{team},{team}{number},a-s-one,{1 + number % 5}," for team in ("lyon", "paris") for number in range(6)]
    results = scored(score(files, "\n".join([HEADER, *lines]), "--format", "json"))
    assert [node["key"] for node in results["nodes"]] == ["company", "lyon", "paris"]
    assert [node["headcount"] for node in results["nodes"]] == [12, 6, 6]
    assert {node["imported"] for node in results["nodes"]} == {"all"}
    assert [text["en"].split(",")[0] for text in results["assumptions"]] == ["Without a list of teams"]
    table = score(files, "\n".join([HEADER, *lines]), "--lang", "en")
    assert "Without a list of teams" in table.stdout
    msgspec.json.decode(json.dumps(results), type=CampaignResults)


def test_a_small_team_is_hidden_with_its_reason_and_a_second_one_with_it(files: Path) -> None:
    sizes = {"lyon": 6, "paris": 6, "nantes": 3}
    lines = [
        f"{team},{team}{n},{key},{1 + n % 4},"
        for team, size in sizes.items()
        for n in range(size)
        for key in ("a-s-one", "a-s-two")
    ]
    done_well = score(files, "\n".join([HEADER, *lines]), "--lang", "fr")
    assert done_well.exit_code == 0
    hidden = done_well.stdout.partition("Masqué")[2]
    assert "nantes, " in hidden
    assert "moins de 5 réponses" in hidden
    assert "masqué pour protéger une petite équipe" in hidden


def test_the_table_fits_a_terminal_and_names_what_was_asked() -> None:
    arguments = [
        "score",
        "--questionnaire",
        str(EXAMPLE / "questionnaire.yaml"),
        "--answers",
        str(EXAMPLE / "answers.csv"),
    ]
    told = {
        "en": ("Waiting time", "Comparing teams", "prudent", "weakest step: Solve", "level 3 is held back by its mean"),
        "fr": ("Temps d’attente", "Comparer", "étape la plus fragile", "provisoire", "toutes recueillies ailleurs"),
    }
    for language, words in told.items():
        for width in (80, 120):
            command = [*arguments, "--teams", str(EXAMPLE / "teams.csv"), "--lang", language]
            shown = CliRunner(env={"COLUMNS": str(width)}).invoke(assess, command)
            assert shown.exit_code == 0, shown.stderr
            unfolded = " ".join(shown.stdout.split())
            assert not [word for word in words if word not in unfolded]
            assert max(len(line) for line in shown.stdout.splitlines()) <= width


def test_the_example_works_as_it_is_printed(tmp_path: Path) -> None:
    block = (EXAMPLE / "README.md").read_text("utf-8").split("```sh\n")[1].partition("```")[0]
    command = tmp_path / "assess"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assess "$@"\n')
    command.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", block],
        cwd=shipped.folder("examples").parent,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "harbour" in ran.stdout


def test_the_sheet_has_a_row_for_each_number_and_no_formula(files: Path) -> None:
    lines = [f"lyon,r{number},{key},{1 + number % 4}," for number in range(6) for key in ("a-s-one", "a-s-two")]
    printed = score(files, "\n".join([HEADER, *lines]), "--format", "csv")
    assert printed.exit_code == 0
    table = list(csv.DictReader(io.StringIO(printed.stdout)))
    assert tuple(table[0]) == COLUMNS
    assert [row["kind"] for row in table[:3]] == ["campaign", "comparability", "comparability"]
    assert "teams" in table[1]["sentence_en"]
    kinds = [(row["node"], row["kind"], row["key"]) for row in table if row["node"]]
    assert kinds[:5] == [
        ("company", "overall", ""),
        ("company", "process", "a"),
        ("company", "step", "a-s"),
        ("company", "item", "a-s-one"),
        ("company", "item", "a-s-two"),
    ]
    step = next(row for row in table if (row["node"], row["kind"]) == ("lyon", "step"))
    assert (step["state"], step["n"], step["imported"]) == ("scored", "6", "all")
    assert float(step["low"]) <= float(step["value"]) <= float(step["high"])
    assert not [cell for row in table for cell in row.values() if cell[:1] in set("=@\t") or cell[:2] == "+-"]


RENAMED = {
    "mean": "left_mean",
    "perspective": "left",
    "reason": "sentence_fr",
    "rung": "factual_rung",
    "sentence": "sentence_en",
    "kind": "finding",
    "evidence": "gap",
}
"""Columns that are not called as in the JSON; intervals stand in two each."""
NESTED = {
    "result",
    "staged",
    "agreement",
    "overall",
    "steps",
    "items",
    "kpis",
    "kpi_maturity",
    "gaps",
    "balanced",
    "parts",
    "processes",
    "factual",
}
ELSEWHERE = {"name", "in_overall", "missing", "waived", "item", "left", "right"}
"""Told by where a row stands, or not at all: what is called how, and whether a process counts, stand in the questionnaire."""


@pytest.mark.parametrize(
    "told",
    [
        *(NodeResults, ProcessResult, StepResult, ItemResult, KpiResult, Factual, Result, Staged, Agreement),
        *(PerspectiveGap, View, Comparability, StraightLining, Hidden, DiscussionPoint),
    ],
    ids=lambda told: told.__name__,
)
def test_whatever_is_told_of_a_node_has_a_column(told: type) -> None:
    fields = set(told.__struct_fields__) - NESTED - ELSEWHERE
    columns = {*COLUMNS, *(name.removesuffix("_low") for name in COLUMNS), *(["interval"] * ("low" in COLUMNS))}
    assert {RENAMED.get(field, field) for field in fields} <= columns


def test_the_sheet_tells_gaps_subjects_and_what_is_hidden(files: Path) -> None:
    """Managers at levels 4 and 5, members at 1 and 2, in two teams of twenty; a third one has three people."""
    (files / "own.yaml").write_bytes(questionnaire(item("a-s-one"), item("a-s-two")))
    people = [
        (team, f"{team}{n}", (4 if n % 2 else 1) + n // 2 % 2, "manager" if n % 2 else "member")
        for team, size in {"lyon": 20, "paris": 20, "nantes": 3}.items()
        for n in range(size)
    ]
    lines = [
        f"{team},{who},{key},{level},{as_who}" for team, who, level, as_who in people for key in ("a-s-one", "a-s-two")
    ]
    printed = score(files, "\n".join([HEADER, *lines]), "--format", "csv")
    results = scored(score(files, "\n".join([HEADER, *lines]), "--format", "json"))
    table = list(csv.DictReader(io.StringIO(printed.stdout)))
    gap = next(row for row in table if row["kind"] == "gap")
    assert (gap["node"], gap["left"], gap["right"], gap["flagged"]) == ("company", "manager", "member", "true")
    assert (float(gap["difference"]), float(gap["left_mean"]) - float(gap["right_mean"])) == (3, 3)
    subjects = [(row["node"], row["finding"], row["key"]) for row in table if row["kind"] == "discussion"]
    assert subjects == [
        (discussion["key"], point["kind"], (point["item"] or point["step"] or point["process"])["key"])
        for discussion in results["discussions"]
        for point in discussion["points"]
    ]
    assert ("lyon", "split_item", "a-s-one") in subjects
    hidden = [
        (row["node"], row["process"], row["perspective"], row["state"]) for row in table if row["kind"] == "hidden"
    ]
    assert hidden == [tuple(part or "" for part in cell(each)) for each in results["mask"]]
    assert ("nantes", "a", "", "below_threshold") in hidden


def told_apart(shares: str | None, files: Path, *more: str, perspectives: bool = True) -> Ran:
    """Two teams of twenty: managers at levels 4 and 5, members at 1 and 2."""
    people = [
        (team, f"{team}{n}", (4 if n % 2 else 1) + n // 2 % 2, "manager" if n % 2 else "member")
        for team in ("lyon", "paris")
        for n in range(20)
    ]
    lines = [
        f"{team},{who},{key},{level},{as_who if perspectives else ''}"
        for team, who, level, as_who in people
        for key in ("a-s-one", "a-s-two")
    ]
    (files / "own.yaml").write_bytes(questionnaire(item("a-s-one"), item("a-s-two")))
    said = [] if shares is None else ["--balance", shares]
    return score(files, "\n".join([HEADER, *lines]), *said, *more)


@pytest.mark.parametrize("shares", ["manager=0.25,member=0.75", "member=0.75, manager = 0.25"])
def test_a_balance_gives_each_perspective_its_share(files: Path, shares: str) -> None:
    """Managers say 4.5, members 1.5: a quarter of the one and three of the other are 2.25, half and half would be 3."""
    results = scored(told_apart(shares, files, "--format", "json"))
    (process,) = node_of(results, "company")["processes"]
    assert (process["result"]["value"], process["balanced"]["value"], process["balanced"]["index"]) == (
        3.0,
        2.25,
        31.25,
    )
    assert [(part["perspective"], part["share"], part["mean"], part["n"]) for part in process["balanced"]["parts"]] == [
        ("manager", 0.25, 4.5, 20),
        ("member", 0.75, 1.5, 20),
    ]
    assert [step["balanced"]["value"] for step in process["steps"]] == [2.25]
    assert node_of(results, "lyon")["processes"][0]["balanced"] is None
    table = list(csv.DictReader(io.StringIO(told_apart(shares, files, "--format", "csv").stdout)))
    told = [(row["node"], row["kind"], row["step"], row["perspective"], row["share"], row["value"]) for row in table]
    for step in ("", "a-s"):
        assert ("company", "balanced", step, "", "", "2.25") in told
        assert ("company", "balanced_part", step, "manager", "0.25", "4.5") in told


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "2.25 (31/100) = 25% × managers 4.5 + 75% × members 1.5"),
        ("fr", "2,25 (31/100) = 25\u00a0% × responsables 4,5 + 75\u00a0% × membres 1,5"),
    ],
)
def test_the_table_says_what_a_balanced_score_is_made_of(files: Path, language: str, line: str) -> None:
    printed = told_apart("manager=0.25,member=0.75", files, "--lang", language)
    assert printed.exit_code == 0
    assert "".join(printed.stdout.split()).count("".join(line.split())) == 2, printed.stdout


def test_the_table_says_why_there_is_no_balanced_score(files: Path) -> None:
    printed = told_apart("manager=0.5,headquarters=0.5", files, "--lang", "en")
    assert "— (fewer than 5 answers)" in printed.stdout
    assert "balanced" not in told_apart(None, files, "--lang", "en").stdout


@pytest.mark.parametrize(
    ("shares", "rule"),
    [
        pytest.param("manager=0.5,member=0.4", "shares that add up to 1", id="too little"),
        pytest.param("manager=0.5,manager=0.5", "each perspective stands once", id="a perspective twice"),
        pytest.param("manager=1", "length", id="one perspective"),
        pytest.param("manager=nan,member=0.5", "float", id="no number"),
        pytest.param("manager,member=0.5", "float", id="no share"),
        pytest.param("boss=0.5,member=0.5", "boss", id="an unknown perspective"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_balance_that_cannot_be_is_a_mistake_of_the_command(files: Path, shares: str, rule: str) -> None:
    printed = told_apart(shares, files)
    assert (printed.exit_code, printed.stdout) == (2, "")
    assert "--balance" in printed.stderr
    assert rule in printed.stderr


def test_a_balance_needs_answers_that_tell_perspectives(files: Path) -> None:
    printed = told_apart("manager=0.5,member=0.5", files, perspectives=False)
    assert (printed.exit_code, printed.stdout) == (1, "")
    assert "needs the perspective of those who answered" in printed.stderr


def test_a_higher_threshold_hides_a_team_that_a_lower_one_shows(files: Path) -> None:
    sizes = {"lyon": 6, "paris": 9, "nantes": 9}
    lines = [
        f"{team},{team}{n},{key},{1 + n % 4},"
        for team, size in sizes.items()
        for n in range(size)
        for key in ("a-s-one", "a-s-two")
    ]
    shown = {}
    for threshold in (5, 8):
        results = scored(score(files, "\n".join([HEADER, *lines]), "--format", "json", "--threshold", str(threshold)))
        shown[threshold] = [node["key"] for node in results["nodes"] if node["state"] == "scored"]
        assert results["threshold"] == threshold
    assert shown[5] == ["company", "lyon", "nantes", "paris"]
    assert "lyon" not in shown[8]
    assert len(shown[8]) == 2, "of the others one protects it"


def test_nothing_is_needed_and_nothing_is_left_behind(files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A database that is not there, a data folder that cannot be made, settings that are wrong: none of them matters."""
    (files / "answers.csv").write_text("\n".join([HEADER, *(f"lyon,r{n},a-s-one,3," for n in range(5))]))
    empty = tmp_path_factory.mktemp("empty")
    arguments = ["score", "--questionnaire", str(files / "own.yaml"), "--answers", str(files / "answers.csv")]
    broken = {"ASSESS_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x", "ASSESS_DATA": "/proc/no", "ASSESS_PORT": "x"}
    ran = subprocess.run(
        [sys.executable, "-m", "assess", *arguments],
        cwd=empty,
        env={**os.environ, **broken},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert list(empty.iterdir()) == []


def test_an_explanation_is_printed_whole_however_many_its_parts(tmp_path: Path) -> None:
    """Thirty teams of five, eighty questions: more than one reply of the API holds."""
    names = [f"a-s-q{number}" for number in range(80)]
    (tmp_path / "own.yaml").write_bytes(questionnaire(*map(item, names)))
    teams = [f"team-{number}" for number in range(30)]
    lines = [f"{team},{team}-{n},{name},{1 + n % 5}," for team in teams for n in range(5) for name in names]
    results = scored(score(tmp_path, "\n".join([HEADER, *lines]), "--format", "json"))
    whole = results["explanations"][node_of(results, "company")["score_id"]]["result"]
    (process,) = whole["parts"]
    (step,) = process["parts"]
    assert [len(team["parts"]) for team in step["parts"]] == [80] * 30
    assert len(step["parts"]) * 80 > ROOM


def test_the_same_files_give_the_same_bytes_in_any_order(files: Path) -> None:
    lines = [f"{team},{team}{n},a-s-one,{1 + n % 5}," for team in ("lyon", "paris") for n in range(6)]
    first = score(files, "\n".join([HEADER, *lines]), "--format", "json")
    again = score(files, "\n".join([HEADER, *reversed(lines)]), "--format", "json")
    assert first.stdout == again.stdout != ""


def test_a_million_answers_are_scored_in_bounded_memory(tmp_path: Path) -> None:
    """Of 100 teams of 400 people; the last line, made wrong, stops all of it."""
    items = [each.key for each in published("offer").items()]
    people = 1 + 1_000_000 // len(items)
    with (tmp_path / "answers.csv").open("w") as sheet:
        sheet.write("team,respondent,item,answer\n")
        said = [
            [f",{key},{(person * 7 + place * 3) % 5 + 1}\n" for place, key in enumerate(items)] for person in range(5)
        ]
        for person in range(people):
            who = f"team-{person % 100},r{person}"
            sheet.write(who + who.join(said[person % 5]))
    printed = limited(tmp_path)
    assert (printed.returncode, printed.stderr[-500:]) == (0, b"")
    results = msgspec.json.decode(printed.stdout, type=CampaignResults)
    assert sum(node.responses or 0 for node in results.nodes[1:]) == people
    with (tmp_path / "answers.csv").open("a") as sheet:
        sheet.write(f"team-0,r0,{items[0]},1\n")
    refused = limited(tmp_path)
    line = people * len(items) + 2
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert f"answers.csv, line {line}, item: a respondent answers an item once".encode() in refused.stderr


def limited(folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own with so much memory and no more."""
    offer = shipped.folder("questionnaires") / "offer" / "1.0.0.yaml"
    arguments = ["score", "--questionnaire", str(offer), "--answers", str(folder / "answers.csv"), "--format", "json"]
    return subprocess.run(
        [sys.executable, "-m", "assess", *arguments],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )


SIZES = {"lyon": 18, "paris": 16, "nantes": 4, "rome": 12, "oslo": 24}
HEADCOUNTS = {"lyon": 20, "paris": 16, "nantes": 5, "rome": 15, "oslo": 30}


@pytest.mark.anyio
async def test_the_server_gives_the_same_numbers_for_the_same_answers(client, admin, tmp_path: Path) -> None:
    """Imported, sealed and scored there; read from files here. A tree, small teams, don't know, silence, perspectives."""
    rows = answers_of(SIZES)
    sheet = "\n".join([HEADER, *map(",".join, rows)])
    theirs = await served(client, admin, sheet)
    teams = "\n".join(
        ["team,parent,headcount", "south,,", *(f"{team},{parent(team)},{n}" for team, n in HEADCOUNTS.items())]
    )
    (tmp_path / "experience.yaml").write_bytes(
        (shipped.folder("questionnaires") / "experience" / "1.0.0.yaml").read_bytes()
    )
    (tmp_path / "offer.yaml").write_bytes((shipped.folder("questionnaires") / "offer" / "1.0.0.yaml").read_bytes())
    other = ["--questionnaire", str(tmp_path / "experience.yaml")]
    other += ["--balance", "client_facing=0.4,manager=0.6"]
    ours = scored(score(tmp_path, sheet, "--format", "json", *other, teams=teams, name="offer.yaml"))
    assert [node["key"] for node in ours["nodes"]] == [node["key"] for node in theirs["nodes"]]
    for here, there in zip(ours["nodes"], theirs["nodes"], strict=True):
        assert numbers(here) == numbers(there), here["key"]
    assert ours["summary"] == theirs["summary"]
    assert [cell(hidden) for hidden in ours["mask"]] == [cell(hidden) for hidden in theirs["mask"]]
    assert any(process["gaps"] for node in ours["nodes"] for process in node["processes"])
    assert any((process["balanced"] or {"value": None})["value"] for process in ours["nodes"][0]["processes"])
    assert {node["imported"] for node in theirs["nodes"] if node["responses"]} == {"all"}
    for here, there in zip(ours["nodes"], theirs["nodes"], strict=True):
        told = await done(client, "GET", f"/v1/scores/{there['score_id']}/explanation", admin)
        assert unnamed(ours["explanations"][here["score_id"]]["result"]) == unnamed(told["result"]), here["key"]
        assert told["imported"] == here["imported"] == ("all" if here["responses"] else None)
    assert len(ours["explanations"]) == len(ours["nodes"])


def unnamed(explained: Any) -> Any:
    """A result with its parts, without what they are called."""
    kept = {name: value for name, value in explained.items() if name not in {"name", "sentence"}}
    return {**kept, "parts": [unnamed(part) for part in explained["parts"]]}


def parent(team: str) -> str:
    return "south" if team in {"lyon", "nantes", "rome"} else ""


def numbers(node: Any) -> Any:
    """Everything said about a node but what it is called."""
    return {name: value for name, value in node.items() if name not in {"score_id", "node", "parent", "name"}}


def cell(hidden: Any) -> Any:
    return hidden["key"], hidden["process"], hidden["perspective"], hidden["reason"]


async def served(client, admin, sheet: str) -> Any:
    """The results of a campaign whose answers were all imported."""
    text = {**admin, "Content-Type": "text/csv"}
    teams = ["key,name,parent", "south,South,", *(f"{team},{team},{parent(team)}" for team in SIZES)]
    await done(client, "POST", "/v1/teams/import", text, content="\n".join(teams))
    today = datetime.now(UTC).date()
    new = {"key": "paper", "name": "Paper", "starts_on": str(today), "ends_on": str(today + timedelta(days=3))}
    new["balance"] = [{"perspective": "manager", "share": 0.6}, {"perspective": "client_facing", "share": 0.4}]
    at = f"/v1/campaigns/{(await done(client, 'POST', '/v1/campaigns', admin, json=new))['id']}"
    chosen = [
        {
            "team": team,
            "asked_elsewhere": people,
            "questionnaires": [{"key": key, "version": "1.0.0"} for key in asked_of(team)],
        }
        for team, people in HEADCOUNTS.items()
    ]
    await done(client, "PUT", f"{at}/assessments", {**admin, "If-Match": "*"}, json={"items": chosen})
    await done(client, "POST", f"{at}/launch", admin)
    once = {**text, "Idempotency-Key": "paper-1"}
    said = await done(client, "POST", f"{at}/responses/import", once, content=sheet)
    assert said["summary"] == f"{sum(SIZES.values())} of {sum(SIZES.values())}"
    assert await done(client, "POST", f"{at}/responses/import", once, content=sheet) == said
    await done(client, "POST", f"{at}/close", admin)
    return await done(client, "GET", f"{at}/results", admin)


def asked_of(team: str) -> tuple[str, ...]:
    return ("offer",) if team == list(SIZES)[-1] else ("experience", "offer")
