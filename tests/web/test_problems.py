"""What the outside says becomes a problem with words."""

from typing import Annotated

import msgspec
import pytest

from assess.web.logs import masked
from assess.web.problems import language_of, misplaced, misread, plainly
from assess.web.requests import _accepts as accepts
from assess.words import PATTERNS


@pytest.mark.parametrize(
    ("header", "language"),
    [
        pytest.param("", "en", id="nothing said"),
        pytest.param("fr", "fr", id="French"),
        pytest.param("fr-CA,fr;q=0.9,en;q=0.8", "fr", id="a region"),
        pytest.param("en;q=0.2, fr;q=0.9", "fr", id="by weight, not by order"),
        pytest.param("de, fr;q=0.1", "fr", id="the best that we have"),
        pytest.param("fr;q=0, en;q=0.1", "en", id="refused"),
        pytest.param("de", "en", id="neither"),
        pytest.param("*", "en", id="anything"),
        pytest.param(";;q=,,fr;q=x", "en", id="nonsense"),
    ],
)
def test_the_best_language_is_chosen(header, language):
    assert language_of(header) == language


@pytest.mark.parametrize(
    ("accept", "media", "fits"),
    [
        ("*/*", "application/json", True),
        ("", "application/json", True),
        ("application/json", "application/json", True),
        ("application/*;q=0.5", "application/json", True),
        ("text/html", "application/json", False),
        ("application/json;q=0", "application/json", False),
        ("application/json; q=0.1", "application/json", True),
        ("application/pdf, */*;q=0.1", "application/json", True),
        ("application/json;q=0, */*", "application/json", False),
        ("*/*, application/json;q=0", "application/json", False),
        ("application/json;q=0.0", "application/json", False),
        ("application/json;q=0.000", "application/json", False),
        ("application/json;q=0.001", "application/json", True),
        ("application/json;q=0., application/json;Q=0.2", "application/json", True),
        ("application/*;q=0, */*", "application/json", False),
        ("application/*;q=0, application/json", "application/json", True),
        ("application/*;q=0, */*", "text/csv", True),
        ("application/json;charset=utf-8;q=0", "application/json", False),
        ("application/json;q=much", "application/json", False),
        (",", "application/json", False),
        ("application/json;q=1.0;charset=utf-8, */*;q=0", "application/json", True),
    ],
)
def test_accept_is_obeyed(accept, media, fits):
    assert accepts(accept, media) is fits


def test_a_misplaced_value_is_named_by_a_pointer():
    class Inner(msgspec.Struct):
        number: int

    class Outer(msgspec.Struct):
        many: list[Inner]

    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.json.decode(b'{"many":[{"number":1},{"number":"x"}]}', type=Outer)
    refusal = misplaced(error.value)
    assert refusal.status == 422
    assert refusal.errors[0].pointer == "/many/1/number"


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_refusal_shows_a_regular_expression(pattern):
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert("\x00", Annotated[str, msgspec.Meta(pattern=pattern)])
    assert plainly(str(error.value)) == PATTERNS[pattern]


def test_what_is_no_json_is_malformed():
    assert misread(RecursionError()).status == 400


@pytest.mark.parametrize("kind", ["live", "inv", "resp"])
def test_a_log_line_masks_keys_and_tokens(kind):
    assert masked(f"Bearer assess_{kind}_0aZ-_9 and more") == f"Bearer assess_{kind}_… and more"
