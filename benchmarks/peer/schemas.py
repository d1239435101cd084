"""What travels: the same JSON as ours."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Text = dict[str, str]


class Level(BaseModel):
    """An option."""

    ordinal: int
    text: Text


class Item(BaseModel):
    """A question."""

    key: str
    kind: str
    weight: float
    gate: bool = False
    express: bool = False
    sensitive: bool = False
    comparability_key: str
    roles: list[str] = []
    label: Text
    text: Text
    levels: list[Level]
    evidence_hint: Text | None = None


class Step(BaseModel):
    """A stage of a process."""

    key: str
    title: Text
    purpose: Text
    weight: float
    owner_role: str
    items: list[Item]


class Process(BaseModel):
    """A process."""

    key: str
    title: Text
    weight: float
    in_overall: bool
    steps: list[Step]
    kpis: list[Item] = []


class Questionnaire(BaseModel):
    """A published questionnaire."""

    key: str
    version: str
    languages: list[str]
    title: Text
    introduction: Text
    processes: list[Process]


class LevelAnswer(BaseModel):
    """A level."""

    type: Literal["level"]
    level: int = Field(ge=0, le=10)


class DontKnow(BaseModel):
    """No idea."""

    type: Literal["dont_know"]


class NewAnswer(BaseModel):
    """An answer on its way."""

    answer: Annotated[LevelAnswer | DontKnow, Field(discriminator="type")]
    comment: str | None = Field(default=None, max_length=2000)
    sequence: int = Field(ge=1, le=2**53 - 1)


class StoredAnswer(BaseModel):
    """What is kept."""

    item: str
    answer: Annotated[LevelAnswer | DontKnow, Field(discriminator="type")]
    comment: str | None
    sequence: int
