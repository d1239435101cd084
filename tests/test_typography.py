"""French and English as they are printed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.typography import FIXED, NARROW, day, faults, french, month, number, percent, thousands, typeset

N, F = NARROW, FIXED


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        pytest.param("Qui décide ?", f"Qui décide{N}?", id="narrow before a question mark"),
        pytest.param("Non ! Jamais ; voilà", f"Non{N}! Jamais{N}; voilà", id="narrow before ! and ;"),
        pytest.param("« oui »", f"«{N}oui{N}»", id="narrow inside quotation marks"),
        pytest.param("deux choses : a, b", f"deux choses{F}: a, b", id="no-break before a colon"),
        pytest.param("48,3 % des gens", f"48,3{F}% des gens", id="no-break before a per cent sign"),
        pytest.param("en 2 h 30 et 5 min", f"en 2{F}h 30 et 5{F}min", id="no-break before a unit"),
        pytest.param("12 jours", "12 jours", id="a word that begins like a unit is no unit"),
        pytest.param("1 300 personnes", f"1{N}300 personnes", id="narrow between thousands"),
        pytest.param("1 300 000 €", f"1{N}300{N}000{F}€", id="millions of euros"),
        pytest.param("en 2025 300 clients", "en 2025 300 clients", id="a year is no thousands"),
        pytest.param("https://exemple.fr/?a=1 à 12:30", "https://exemple.fr/?a=1 à 12:30", id="adds no space"),
        pytest.param(f"Quoi{F}? Ceci{N}: 1", f"Quoi{N}? Ceci{F}: 1", id="the wrong no-break space is corrected"),
    ],
)
def test_french_takes_its_no_break_spaces(plain, printed):
    assert french(plain) == printed


@given(st.text(alphabet=f"ab1 ,.;:!?%«»€h{N}{F}", max_size=40))
def test_printed_french_is_left_alone(text):
    assert french(french(text)) == french(text)
    assert "french_spacing" not in faults(french(text), "fr")


@pytest.mark.parametrize(
    ("text", "language", "broken"),
    [
        pytest.param("l'équipe", "fr", ["straight_apostrophe"], id="straight apostrophe"),
        pytest.param("the team's", "en", ["straight_apostrophe"], id="straight apostrophe in English"),
        pytest.param("Quoi ?", "fr", ["french_spacing"], id="plain space before ?"),
        pytest.param("What ?", "en", ["english_spacing"], id="English has no space before ?"),
        pytest.param("deux  espaces", "fr", ["double_space"], id="two spaces"),
        pytest.param(" What?", "en", ["double_space"], id="a space at the edge"),
        pytest.param(f"L’équipe{N}? 3{F}%", "fr", [], id="ready for print"),
        pytest.param("The team’s 3%?", "en", [], id="ready for print in English"),
    ],
)
def test_each_typographic_fault_has_a_name(text, language, broken):
    assert faults(text, language) == broken


def test_only_french_is_typeset():
    assert (typeset("Non !", "fr"), typeset("Non !", "en")) == (f"Non{N}!", "Non !")


@pytest.mark.parametrize(
    ("value", "decimals", "french_text", "english_text"),
    [
        pytest.param(1300.5, 1, f"1{N}300,5", "1,300.5", id="thousands and decimals"),
        pytest.param(-2.25, 2, "−2,25", "−2.25", id="a real minus"),
        pytest.param(-0.04, 1, "0,0", "0.0", id="no negative zero"),
        pytest.param(48.3, 0, "48", "48", id="whole"),
    ],
)
def test_numbers_are_written_as_each_language_does(value, decimals, french_text, english_text):
    assert (number(value, "fr", decimals), number(value, "en", decimals)) == (french_text, english_text)


def test_the_examples_of_the_method_are_printed_exactly():
    assert (percent(0.483, "fr", 1), percent(0.483, "en", 1)) == (f"48,3{F}%", "48.3%")
    assert (thousands(1300, "fr"), thousands(1300, "en")) == (f"1{N}300", "1,300")
    third = date(2026, 3, 3)
    assert (day(third, "fr"), day(third, "en")) == (f"3{F}mars 2026", f"3{F}March 2026")


def test_the_first_of_a_month_is_an_ordinal_in_french_only():
    first = date(2026, 8, 1)
    assert (day(first, "fr"), day(first, "en")) == (f"1er{F}août 2026", f"1{F}August 2026")
    assert (month(first, "fr"), month(first, "en")) == ("août 2026", "August 2026")
