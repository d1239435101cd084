"""Laws over every published questionnaire: the method's items are all there, and no file has a flaw."""

from collections import Counter

import pytest

from assess import shipped
from assess.questionnaire.checking import check_yaml
from assess.questionnaire.file_schema import file_schema_json
from assess.questionnaire.files import load_published, published_toml
from assess.questionnaire.flaw import FileRefused
from assess.questionnaire.model import Kind, Questionnaire, canonical, digest_of
from assess.questionnaire.reading import from_json

FOLDER = shipped.folder("questionnaires")
FILES = sorted(FOLDER.glob("*/*.yaml"))
# key, weight, flags: g gate, x express, s sensitive (method, section 2.2)
PRACTICES = """\
acq-target-needs 2 gx
acq-target-urgency 1
acq-target-segments 2
acq-attract-site 1
acq-attract-content 1
acq-attract-networks 1
acq-engage-direct 2 gx
acq-engage-legitimacy 1
acq-engage-email 1
acq-engage-timing 1
acq-convert-gonogo 2 gx
acq-convert-cocreation 1
acq-convert-checklist 1
acq-convert-crossreview 1
acq-convert-presentation 1
acq-learn-postmortem 2 gx
acq-learn-benchmark 1
acq-learn-abtest 1
off-listen-insight 1
off-listen-cocreate 2 x
off-listen-frontline 1
off-ideate-channel 1
off-ideate-intrapreneur 2
off-ideate-valueprop 1 x
off-experiment-testlearn 2 gx
off-experiment-failure 1
off-experiment-miniswot 1
off-decide-arbitration 2 g
off-decide-killscale 1
off-decide-predictability 1
off-deploy-owner 2 x
off-deploy-launch 1
off-deploy-local 1
exp-promise-journey 1
exp-promise-product 1
exp-promise-signature 1
exp-serve-reactive 2 gx
exp-serve-effort 2
exp-serve-human 1
exp-measure-survey 2 gx
exp-measure-dims 1
exp-measure-contact 1
exp-act-cross 1
exp-act-site 2 gx
exp-act-closeloop 1
exp-retain-loyalty 1
exp-retain-winback 1 x
exp-retain-reengage 1
trv-learning-experiments 1
trv-learning-postmortem 2 g
trv-learning-transfer 1
trv-learning-skills 1
trv-collective-chain 2 gx
trv-collective-prioritise 1
trv-collective-execution 2
trv-latitude-decision 2 x
trv-latitude-budget 1
trv-latitude-opportunity 1
trv-latitude-mission 1
trv-employee-interviews 2 s
trv-employee-barometer 1 s
trv-employee-service 1 s
trv-employee-manager 1 s
trv-organisation-client 2 gx
trv-organisation-people 1
trv-organisation-legacy 1
trv-organisation-network 1
"""
KPIS = """\
kpi-acq-direct-reply
kpi-acq-email-open
kpi-acq-leads-channel
kpi-acq-go-rate
kpi-acq-win-rate
kpi-acq-followup
kpi-acq-cac-payback
kpi-off-experiments
kpi-off-learning
kpi-off-decision-time
kpi-off-new-revenue
kpi-off-cocreation
kpi-exp-csat
kpi-exp-nps
kpi-exp-ces
kpi-exp-first-response
kpi-exp-winback
kpi-trv-ei2d
kpi-trv-barometer
kpi-trv-postmortem
kpi-trv-execution
kpi-trv-client-objective
"""

HEAVY_STEPS = {"acq-convert": 2, "exp-serve": 2}


@pytest.fixture(scope="module")
def published() -> list[Questionnaire]:
    return [questionnaire for questionnaire, _ in load_published(FOLDER)]


@pytest.fixture(scope="module")
def items(published):
    return [item for questionnaire in published for item in questionnaire.items()]


def rows(text):
    for row in text.splitlines():
        key, weight, *flags = row.split()
        yield key, float(weight), flags[0] if flags else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_file_is_free_of_errors_and_warnings(path):
    assert check_yaml(path.read_bytes()).problems == []


def test_every_file_is_in_the_register_with_its_digest():
    assert [questionnaire.key for questionnaire, _ in load_published(FOLDER)] == [path.parent.name for path in FILES]
    assert published_toml(FOLDER) == (FOLDER / "published.toml").read_text("utf-8")


def test_the_four_standard_questionnaires_are_published(published):
    assert {(q.key, q.version) for q in published} >= {
        (key, "1.0.0") for key in ("acquisition", "offer", "experience", "transversal")
    }


def test_the_67_practices_have_the_weights_and_flags_of_the_method(items):
    flags = {"gate": "g", "express": "x", "sensitive": "s"}
    practices = {
        (item.key, item.weight, "".join(flag for name, flag in flags.items() if getattr(item, name)))
        for item in items
        if item.kind is Kind.PRACTICE
    }
    assert practices == set(rows(PRACTICES))
    assert len(practices) == 67


def test_the_22_kpi_items_weigh_the_same(items):
    kpis = {item.key: item.weight for item in items if item.kind is Kind.KPI}
    assert kpis == dict.fromkeys(KPIS.split(), 1.0)
    assert len(kpis) == 22


def test_the_processes_have_their_counts_of_practices_and_kpi_items(published):
    counts = {
        process.key: (sum(len(step.items) for step in process.steps), len(process.kpis))
        for questionnaire in published
        for process in questionnaire.processes
    }
    assert counts == {"acq": (18, 7), "off": (15, 5), "exp": (15, 5), "trv": (19, 5)}


def test_the_express_form_has_15_items(items):
    express = [item.key.partition("-")[0] for item in items if item.express]
    assert Counter(express) == {"acq": 4, "off": 4, "exp": 4, "trv": 3}


def test_there_are_20_steps_and_two_of_them_weigh_double(published):
    steps = [step for questionnaire in published for process in questionnaire.processes for step in process.steps]
    assert len(steps) == 20
    assert {step.key: step.weight for step in steps if step.weight != 1} == HEAVY_STEPS
    assert all(item.key.startswith(f"{step.key}-") for step in steps for item in step.items)


def test_only_the_transversal_process_stands_beside_the_overall(published):
    processes = [process for questionnaire in published for process in questionnaire.processes]
    assert {process.key: process.in_overall for process in processes} == {
        "acq": True,
        "off": True,
        "exp": True,
        "trv": False,
    }


def test_item_keys_are_unique_across_all_questionnaires(items):
    assert len({item.key for item in items}) == len(items) == 89


def test_practices_have_five_levels_and_kpi_items_six_rungs(items):
    for item in items:
        assert [level.ordinal for level in item.levels] == list(range(0 if item.kind is Kind.KPI else 1, 6))
        assert item.evidence_hint


def test_every_text_is_in_french_and_english(published):
    assert all(questionnaire.languages == ["fr", "en"] for questionnaire in published)


def test_a_version_survives_its_canonical_form(published):
    for questionnaire in published:
        again = from_json(canonical(questionnaire), Questionnaire)
        assert (again, digest_of(again)) == (questionnaire, digest_of(questionnaire))


def test_the_committed_schema_is_the_code_s():
    assert (FOLDER / "questionnaire.schema.json").read_text("utf-8") == file_schema_json()


@pytest.fixture
def folder(tmp_path, example):
    """A folder with one published questionnaire."""
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "1.0.0.yaml").write_bytes(example)
    (tmp_path / "published.toml").write_text(published_toml(tmp_path), "utf-8")
    return tmp_path


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


VERSION = "delivery/1.0.0.yaml"
SPOILT = [
    pytest.param(
        lambda at: replace(at / VERSION, "A carrier.", "A courier."),
        "digest_changed",
        "$.delivery.1.0.0",
        id="another word",
    ),
    pytest.param(lambda at: (at / VERSION).unlink(), "file_missing", "$.delivery.1.0.0", id="a file gone"),
    pytest.param(lambda at: (at / "published.toml").unlink(), "not_registered", "$.delivery.1.0.0", id="no register"),
    pytest.param(
        lambda at: replace(at / VERSION, "key: delivery", "key: delivered"),
        "misplaced_file",
        "$.key",
        id="another folder",
    ),
    pytest.param(
        lambda at: replace(at / VERSION, '"1.0.0"', '"1.0.1"'), "misplaced_file", "$.version", id="another file name"
    ),
    pytest.param(lambda at: (at / "published.toml").write_text("[a"), "not_toml", "$", id="a register that is no TOML"),
    pytest.param(
        lambda at: (at / "published.toml").write_text("a = 1"),
        "not_as_specified",
        "$.a",
        id="a register without digests",
    ),
    pytest.param(
        lambda at: replace(at / VERSION, "weight: 2", "weight: NO"), "not_as_specified", "weight", id="NO as a weight"
    ),
]


@pytest.mark.parametrize(("spoil", "rule", "place"), SPOILT)
def test_nothing_starts_on_files_that_disagree_and_the_place_is_named(folder, spoil, rule, place):
    load_published(folder)
    spoil(folder)
    with pytest.raises(FileRefused, match=rule) as refusal:
        load_published(folder)
    assert place in str(refusal.value)
    assert "published.toml" in str(refusal.value) or VERSION in str(refusal.value)


def test_layout_and_comments_do_not_change_a_digest(folder):
    before = load_published(folder)
    path = folder / VERSION
    path.write_text("# a comment\n" + path.read_text("utf-8").replace("weight: 1\n", "weight: 1.0\n"), "utf-8")
    assert load_published(folder) == before


def test_a_new_version_is_added_in_order_and_an_old_digest_is_never_changed(folder):
    for version in ("1.10.0", "1.9.0"):
        text = (folder / VERSION).read_text("utf-8").replace('"1.0.0"', f'"{version}"')
        (folder / "delivery" / f"{version}.yaml").write_text(text, "utf-8")
    (folder / "published.toml").write_text(published_toml(folder), "utf-8")
    assert [questionnaire.version for questionnaire, _ in load_published(folder)] == ["1.0.0", "1.9.0", "1.10.0"]
    replace(folder / VERSION, "A carrier.", "A courier.")
    with pytest.raises(FileRefused, match="digest_changed"):
        published_toml(folder)
