"""The catalogue: found by digest or by key, encoded once."""

import msgspec
import pytest

from assess import shipped
from assess.questionnaire.catalogue import Catalogue, LanguageMissing, QuestionnaireUnknown, Version, catalogue_from
from assess.questionnaire.model import Questionnaire, digest_of
from assess.questionnaire.reading import from_yaml


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_from(shipped.folder("questionnaires"))


def test_each_version_is_found_by_its_digest_and_by_its_key(catalogue):
    for summary in catalogue.summaries():
        found = catalogue.version(summary.digest)
        assert found is catalogue.find(summary.key, summary.version)
        assert digest_of(found) == summary.digest == catalogue.digest(summary.key, summary.version)
        assert summary.items == len(list(found.items()))


def test_the_minutes_follow_the_points_of_the_method(catalogue):
    minutes = {summary.key: summary.minutes for summary in catalogue.summaries()}
    assert minutes == {"acquisition": 8.2, "experience": 6.6, "offer": 6.6, "transversal": 8.0}
    assert sum(minutes.values()) == pytest.approx(29.5, abs=0.2)


@pytest.mark.parametrize(
    "look_up",
    [
        pytest.param(lambda c: c.version("0" * 64), id="an unknown digest"),
        pytest.param(lambda c: c.find("acquisition", "9.0.0"), id="an unknown version"),
        pytest.param(lambda c: c.find("nothing", "1.0.0"), id="an unknown key"),
        pytest.param(lambda c: c.entry("nothing"), id="an unknown questionnaire"),
        pytest.param(lambda c: c.ready("nothing", "1.0.0", "fr"), id="an unknown reply"),
    ],
)
def test_what_is_not_published_is_unknown(catalogue, look_up):
    with pytest.raises(QuestionnaireUnknown):
        look_up(catalogue)


def test_a_reply_is_encoded_once_and_holds_the_version_exactly(catalogue):
    for summary in catalogue.summaries():
        reply = catalogue.ready(summary.key, summary.version, None)
        assert reply.body is catalogue.ready(summary.key, summary.version, None).body
        body = msgspec.json.decode(reply.body)
        facts = {name: body.pop(name) for name in ("digest", "state", "minutes")}
        assert facts == {"digest": summary.digest, "state": "active", "minutes": summary.minutes}
        assert digest_of(msgspec.convert(body, Questionnaire)) == summary.digest


def test_a_reply_in_one_language_keeps_the_shape_of_its_texts(catalogue):
    both = catalogue.ready("offer", "1.0.0", None)
    french = catalogue.ready("offer", "1.0.0", "fr")
    assert len(french.body) < len(both.body)
    one, two = (msgspec.json.decode(reply.body, type=Version) for reply in (french, both))
    assert one.title == {"fr": two.title["fr"]}
    assert one.processes[0].kpis[0].levels[5].text.keys() == {"fr"}
    assert one.processes[0].steps[0].items[0].evidence_hint.keys() == {"fr"}
    assert one.languages == ["fr", "en"]


def test_every_reply_has_an_etag_of_its_own_made_of_digest_and_language(catalogue):
    etags = {
        catalogue.ready(summary.key, summary.version, language).etag: summary.digest
        for summary in catalogue.summaries()
        for language in (None, *summary.languages)
    }
    assert len(etags) == 3 * len(catalogue.summaries())
    assert all(etag.startswith(f'"{digest}.') and etag.endswith('"') for etag, digest in etags.items())


def test_a_language_that_a_version_does_not_have_is_refused_with_those_it_has(example):
    questionnaire = msgspec.structs.replace(from_yaml(example, Questionnaire), languages=["fr"])
    with pytest.raises(LanguageMissing, match="written in fr"):
        Catalogue([(questionnaire, digest_of(questionnaire))]).ready("delivery", "1.0.0", "en")


def test_an_entry_takes_the_title_of_its_newest_version(example):
    old = from_yaml(example, Questionnaire)
    new = msgspec.structs.replace(old, version="1.1.0", title={"fr": "Livrer", "en": "Deliver"})
    catalogue = Catalogue([(old, digest_of(old)), (new, digest_of(new))])
    assert catalogue.entry("delivery").title["en"] == "Deliver"
    assert [version.version for version in catalogue.entry("delivery").versions] == ["1.0.0", "1.1.0"]
