"""The demonstration's flow by a generated client; no word of Assess is imported. Run by its generator's Python:

    generated_flow.py ADDRESS KEY PILOT FOLDER

plays the company in the folder PILOT, writes its reports to FOLDER, and prints what came out as JSON. Four teams of it with the
thirteen people whom they have, who all answer everything: the calls are the demonstration's, the crowd is not.
"""

import csv
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from assess_client import AuthenticatedClient, Client
from assess_client.api.campaigns import (
    choose_assessments,
    close_campaign,
    create_campaign,
    import_people,
    issue_invitations,
    launch_campaign,
    list_assessments,
    read_participation,
    read_preflight,
)
from assess_client.api.organisation import read_me
from assess_client.api.questionnaires import read_questionnaire_version
from assess_client.api.reports import create_report, create_report_link, read_report_content
from assess_client.api.respond import complete_invitation, exchange_invitation, read_form, save_answer, submit_response
from assess_client.api.results import list_exemptions, put_exemption, read_campaign_results
from assess_client.api.roadmaps import create_roadmap, read_plan
from assess_client.api.teams import import_teams
from assess_client.models import (
    AskedItem,
    Invitation,
    Invited,
    LevelAnswer,
    NewAnswer,
    NewCampaign,
    NewExemption,
    NewPerson,
    NewReport,
    NewReportLanguage,
    NewRoadmap,
    NewTeam,
    Problem,
    QuestionnaireChoice,
    ReadFormLang,
    TeamChoice,
    TeamChoices,
)

PLAYED = {"experience", "boutique-lyon", "offre", "donnees"}


def good(reply: Any) -> Any:
    """What a call gave, unless it is nothing or a refusal."""
    if reply is None or isinstance(reply, Problem):
        sys.exit(f"refused: {reply}")
    return reply


def rows(path: Path, column: str) -> list[dict[str, str]]:
    """The lines of a sheet that belong to the teams that are played."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row[column] in PLAYED]


def team(row: dict[str, str]) -> NewTeam:
    """A line of the team sheet."""
    functions = [name for name in row["functions"].split("|") if name]
    other = {"parent": row["parent"] or None, "functions": functions, "capacity_days": int(row["capacity_days"])}
    return NewTeam.from_dict({**row, **other})


def set_up(client: AuthenticatedClient, pilot: Path) -> Any:
    """Teams, campaign, people; the campaign's id."""
    tree = [team(row) for row in rows(pilot / "teams.csv", "key")]
    people = [NewPerson.from_dict(row) for row in rows(pilot / "people.csv", "team")]
    good(import_teams.sync(client=client, body=tree, dry_run=True))
    good(import_teams.sync(client=client, body=tree))
    said = json.loads((pilot / "campaign.json").read_text("utf-8"))
    campaign = good(create_campaign.sync(client=client, body=new_campaign(said))).id
    good(choose_assessments.sync(campaign, client=client, body=choices(said["assessments"]), if_match="*"))
    seen = good(import_people.sync(campaign, client=client, body=people, dry_run=True))
    assert (seen.dry_run, seen.created) == (True, len(people))
    imported = good(import_people.sync(campaign, client=client, body=people))
    assert imported.created == len(people)
    assert good(read_preflight.sync(campaign, client=client)).ready
    return campaign


def new_campaign(said: dict[str, Any]) -> NewCampaign:
    """The campaign of the file, from today on."""
    today = datetime.now(UTC).date()
    dates = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=said["ends_in_days"])).isoformat()}
    return NewCampaign.from_dict({name: said[name] for name in ("key", "name", "languages", "threshold")} | dates)


def choices(asked: dict[str, dict[str, str]]) -> TeamChoices:
    """Which team is asked what."""
    items = [
        TeamChoice(
            team=team, questionnaires=[QuestionnaireChoice(key=key, version=version) for key, version in said.items()]
        )
        for team, said in asked.items()
        if team in PLAYED
    ]
    return TeamChoices(items=items)


def answer_all(client: AuthenticatedClient, campaign: Any, address: str) -> int:
    """Everybody answers on a phone, without a key of the company; how many."""
    launched = good(launch_campaign.sync(campaign, client=client))
    invitations = good(issue_invitations.sync(campaign, client=client)).items
    assert len(invitations) == launched.invited
    for place, invitation in enumerate(invitations):
        answer(address, place, invitation)
    participation = good(read_participation.sync(campaign, client=client))
    assert participation.campaign_id == campaign
    return len(invitations)


def answer(address: str, person: int, invitation: Invitation) -> None:
    """One person: exchange, form, a level for each item, submit, done."""
    token = Invited(token=invitation.token)
    with Client(address, raise_on_unexpected_status=True) as nobody:
        key = good(exchange_invitation.sync(client=nobody, body=token)).response_key
        with AuthenticatedClient(address, key, raise_on_unexpected_status=True) as phone:
            form = good(read_form.sync(client=phone, lang=ReadFormLang(invitation.language.value)))
            for place, item in enumerate(items(form)):
                said = NewAnswer(answer=LevelAnswer(type_="level", level=level(item, person + place)), sequence=1)
                good(save_answer.sync(item.key, client=phone, body=said))
            good(submit_response.sync(client=phone))
        good(complete_invitation.sync(client=nobody, body=token))


def confirm(client: AuthenticatedClient, campaign: Any) -> None:
    """What most of a team say does not apply is confirmed; here everybody gave levels, so one thing is decided beforehand."""
    waiting = good(list_exemptions.sync(campaign, client=client)).items
    team = good(list_assessments.sync(campaign, client=client)).items[0]
    places = [(each.assessment_id, each.item) for each in waiting] or [(team.id, "trv-latitude-budget")]
    for assessment, item in places:
        reason = NewExemption(reason="Nothing of that kind there")
        assert good(put_exemption.sync(assessment, item, client=client, body=reason)).stands


def items(form: Any) -> list[AskedItem]:
    """Every item of a form."""
    processes = [process for each in form.questionnaires for process in each.processes]
    practices = [item for process in processes for step in process.steps for item in step.items]
    return practices + [item for process in processes for item in process.kpis]


def level(item: AskedItem, number: int) -> int:
    """One of the three lowest levels."""
    return int(item.levels[number % 3].ordinal)


def titles_of(client: AuthenticatedClient, pilot: Path) -> dict[str, str]:
    """Of the processes in each version that somebody is asked, by key, in English."""
    asked = json.loads((pilot / "campaign.json").read_text("utf-8"))["assessments"]
    versions = sorted({version for team in PLAYED & asked.keys() for version in asked[team].items()})
    read = [good(read_questionnaire_version.sync(key, version, client=client)) for key, version in versions]
    return {process.key: process.title["en"] for each in read for process in each.processes}


def plan(client: AuthenticatedClient, campaign: Any) -> Any:
    """The proposed roadmap from the first of next month; its id and its plan."""
    today = datetime.now(UTC).date()
    start = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    roadmap = good(create_roadmap.sync(client=client, body=NewRoadmap(campaign_id=campaign, starts_on=start)))
    return roadmap.id, good(read_plan.sync(roadmap.id, roadmap.plans[-1].number, client=client))


def draw(client: AuthenticatedClient, roadmap: Any, folder: Path) -> None:
    """The report in French and in English, and a link to each."""
    for language in NewReportLanguage:
        report = good(create_report.sync(client=client, body=NewReport(roadmap_id=roadmap, language=language)))
        content = good(read_report_content.sync(report.id, client=client)).payload.read()
        (folder / f"{language.value}.pdf").write_bytes(content)
        assert good(create_report_link.sync(report.id, client=client)).url.startswith("http")


def main(address: str, key: str, pilot: str, folder: str) -> None:
    """Play it."""
    with AuthenticatedClient(address, key, raise_on_unexpected_status=True) as client:
        me = good(read_me.sync(client=client))
        campaign = set_up(client, Path(pilot))
        people = answer_all(client, campaign, address)
        scored = good(close_campaign.sync(campaign, client=client)).scored
        confirm(client, campaign)
        found = good(read_campaign_results.sync(campaign, client=client))
        titles = titles_of(client, Path(pilot))
        roadmap, proposed = plan(client, campaign)
        draw(client, roadmap, Path(folder))
    scores = [
        (node.key, each) for node in found.nodes for each in node.processes if each.result.state.value == "scored"
    ]
    shown = {"shown": sorted({node for node, _ in scores}), "titles": sorted({titles[each.key] for _, each in scores})}
    said = {"role": me.role.value, "people": people, "scored": scored, **shown}
    print(json.dumps(said | {"campaign": str(campaign), "actions": len(proposed.body.actions)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
