"""The pages in a browser, on a phone and on a desk: nothing is wider than its window, and no words lie on others."""

import html
import json
import shutil
import subprocess

import pytest
from believable import identity
from looked_at import COMPANY, campaign, results, view
from reckoned import account, hidden, step

from assess.campaign.model import CampaignState
from assess.frame import Reader
from assess.report.page_campaigns import campaigns_page
from assess.report.page_explanation import explanation_page, record_page
from assess.report.page_node import node_page
from assess.tenancy.sign_in_page import sign_in_page
from assess.words import LANGUAGES

NAME = "Direction de l’expérience client et des partenariats internationaux"
WIDTHS = (360, 1280)
NODES = ("company", "Ventes Lyon", "Données")
MEASURE = """
const overlaps = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1.5
  && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3;
const crossed = svg => {
  const words = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  return words.flatMap(([said, box], order) => words.slice(order + 1)
    .filter(([, other]) => box.width && overlaps(box, other)).map(([below]) => `${said} | ${below}`));
};
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, root = page.documentElement;
    return {name: frame.title, room: root.clientWidth, taken: root.scrollWidth,
      crossed: [...page.querySelectorAll("svg")].flatMap(crossed)};
  });
  document.body.textContent = JSON.stringify(found);
});
"""


def pages(language):
    """Every kind of page, by name."""
    kpi = next(kpi.key for process in results().nodes[0].processes for kpi in process.kpis if kpi.factual is not None)
    nodes = {name: node_page(view(language, COMPANY if name == "company" else identity(name))) for name in NODES}
    return nodes | {
        "a calculation": explanation_page(account(language, step())),
        "a calculation with a gap": explanation_page(account(language, step(), "acq-target")),
        "a calculation that is hidden": explanation_page(account(language, hidden(), None)),
        "a record": record_page(account(language, step(), kpi), kpi),
        "campaigns": campaigns_page([campaign(state, NAME) for state in CampaignState], Reader(NAME, NAME), language),
        "sign in": sign_in_page(language, "/results", "Cette clé d’API n’est pas valide."),
    }


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Every page in each language and width, as a browser lays it out: all in one window, each in a frame of its own."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("install chromium (Debian: apt-get install chromium)")
    frames = [
        f'<iframe title="{name}, {language}, {width}" width="{width}" srcdoc="{html.escape(page.decode())}"></iframe>'
        for language in LANGUAGES
        for name, page in pages(language).items()
        for width in WIDTHS
    ]
    folder = tmp_path_factory.mktemp("browser")
    window = folder / "window.html"
    window.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{"".join(frames)}<script>{MEASURE}</script></body>')
    offline = ("background-networking", "component-update", "sync", "gpu", "quic", "dev-shm-usage")
    command = [chromium, "--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{each}" for each in offline)]
    where = [f"--user-data-dir={folder / 'profile'}", "--dump-dom", window.as_uri()]
    done = subprocess.run([*command, *where], capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(html.unescape(done.stdout.partition("<body>")[2].partition("</body>")[0]))
    assert len(found) == len(frames)
    return found


def test_no_page_is_wider_than_its_window(measured):
    assert {each["room"] for each in measured} <= {width - bar for width in WIDTHS for bar in (0, 15)}
    assert {each["name"]: each["taken"] for each in measured if each["taken"] > each["room"]} == {}


def test_no_words_of_a_picture_lie_on_others(measured):
    assert {each["name"]: each["crossed"] for each in measured if each["crossed"]} == {}
