"""Forms: the questionnaires that a team is asked, in order, as one list of items.

A form is known by its digest, which a response and its key both carry: whoever has the form in memory can check an answer
without asking the database.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec import Struct

from assess.campaign.answers import ItemUnknown
from assess.errors import Finding, Invalid
from assess.questionnaire.model import Item, Kind, Process, Questionnaire, Step
from assess.words import Digest, Key, Language, SemVer

FULL = "full"
"""The planned part of the questionnaires that is asked: everything."""
DIGEST_SIZE = 16


class ItemAskedTwice(Invalid):
    """A team would be asked the same item twice."""

    title_fr = "Une équipe se verrait poser deux fois la même question."


class Form(Struct, frozen=True, kw_only=True):
    """What is asked: ``items`` by key, in the order in which answers are packed."""

    digest: bytes
    questionnaires: tuple[Questionnaire, ...]
    items: dict[str, Item]

    def item(self, key: str) -> Item:
        """The item with this key; raises ItemUnknown."""
        found = self.items.get(key)
        if found is None:
            example = next(iter(self.items))
            finding = Finding(pointer="item", rule="the key of an item of your form", received=key, example=example)
            raise ItemUnknown(errors=[finding])
        return found


class AskedLevel(Struct, frozen=True, kw_only=True):
    """An option in one language."""

    ordinal: int
    text: str


class AskedItem(Struct, frozen=True, kw_only=True):
    """A question in one language."""

    key: Key
    kind: Kind
    label: str
    text: str
    levels: list[AskedLevel]


class AskedStep(Struct, frozen=True, kw_only=True):
    """A step with its questions."""

    key: Key
    title: str
    purpose: str
    items: list[AskedItem]


class AskedProcess(Struct, frozen=True, kw_only=True):
    """A process: its steps, then the questions on its KPIs."""

    key: Key
    title: str
    steps: list[AskedStep]
    kpis: list[AskedItem]


class AskedQuestionnaire(Struct, frozen=True, kw_only=True):
    """A questionnaire in one language."""

    key: Key
    version: SemVer
    language: Language
    title: str
    introduction: str
    processes: list[AskedProcess]


def form_digest(digests: Sequence[Digest], form: str = FULL) -> bytes:
    """16 bytes that name the questionnaires, their order and the part of them that is asked."""
    said = "\n".join(["assess/form/v1", form, *digests])
    return sha256(said.encode()).digest()[:DIGEST_SIZE]


def form_of(asked: Sequence[tuple[Digest, Questionnaire]]) -> Form:
    """The form of these versions in this order; raises ItemAskedTwice."""
    check_items_once([questionnaire for _, questionnaire in asked])
    return Form(
        digest=form_digest([digest for digest, _ in asked]),
        questionnaires=tuple(questionnaire for _, questionnaire in asked),
        items={item.key: item for _, questionnaire in asked for item in questionnaire.items()},
    )


def check_items_once(questionnaires: Iterable[Questionnaire], pointer: str = "/questionnaires") -> None:
    """Refuse questionnaires that share an item: nobody is asked twice. Raises ItemAskedTwice."""
    counts = Counter(item.key for questionnaire in questionnaires for item in questionnaire.items())
    twice = [key for key, count in counts.items() if count > 1]
    if twice:
        rule = "each item stands in one of the team's questionnaires only"
        raise ItemAskedTwice(errors=[Finding(pointer=pointer, rule=rule, received=twice[:10])])


def asked(questionnaire: Questionnaire, language: Language) -> AskedQuestionnaire:
    """A questionnaire in ``language``, or in its own first language when it does not speak that one."""
    spoken = language if language in questionnaire.languages else questionnaire.languages[0]
    return AskedQuestionnaire(
        key=questionnaire.key,
        version=questionnaire.version,
        language=spoken,
        title=questionnaire.title[spoken],
        introduction=questionnaire.introduction[spoken],
        processes=[_process(process, spoken) for process in questionnaire.processes],
    )


def _process(process: Process, language: Language) -> AskedProcess:
    return AskedProcess(
        key=process.key,
        title=process.title[language],
        steps=[_step(step, language) for step in process.steps],
        kpis=[_item(item, language) for item in process.kpis],
    )


def _step(step: Step, language: Language) -> AskedStep:
    items = [_item(item, language) for item in step.items]
    return AskedStep(key=step.key, title=step.title[language], purpose=step.purpose[language], items=items)


def _item(item: Item, language: Language) -> AskedItem:
    levels = [AskedLevel(ordinal=level.ordinal, text=level.text[language]) for level in item.levels]
    return AskedItem(key=item.key, kind=item.kind, label=item.label[language], text=item.text[language], levels=levels)
