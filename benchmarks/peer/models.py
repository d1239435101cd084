"""What is kept: responses and their answers, and the questionnaires with their parts."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The declarative base."""


class Questionnaire(Base):
    """A published questionnaire."""

    __tablename__ = "questionnaire"

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class Response(Base):
    """Somebody's answers, found by the hash of a token."""

    __tablename__ = "response"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]


class Answer(Base):
    """One answer; the greatest ``sequence`` wins."""

    __tablename__ = "answer"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(SmallInteger)
    comment: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(BigInteger)
