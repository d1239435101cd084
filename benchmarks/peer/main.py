"""The service: read a questionnaire, save an answer."""

from hashlib import sha256
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from peer import models, schemas
from peer.database import get_session
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

app = FastAPI()
SessionDep = Annotated[AsyncSession, Depends(get_session)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def get_response(session: SessionDep, bearer: Bearer) -> models.Response:
    """The response of the token."""
    token_hash = sha256(bearer.credentials.encode()).hexdigest()
    response = await session.scalar(select(models.Response).where(models.Response.token_hash == token_hash))
    if response is None:
        raise HTTPException(status_code=401, detail="Unknown token")
    return response


ResponseDep = Annotated[models.Response, Depends(get_response)]


@app.get("/questionnaires/{key}/versions/{version}", response_model=schemas.Questionnaire)
async def read_questionnaire(key: str, version: str, session: SessionDep):
    """A published questionnaire."""
    questionnaire = await session.get(models.Questionnaire, (key, version))
    if questionnaire is None:
        raise HTTPException(status_code=404, detail="Questionnaire not found")
    return questionnaire.body


@app.put("/answers/{item}", response_model=schemas.StoredAnswer)
async def save_answer(item: str, new: schemas.NewAnswer, session: SessionDep, response: ResponseDep):
    """Save one answer; the greatest sequence wins."""
    row = {"value": _value(new), "comment": new.comment, "sequence": new.sequence}
    upsert = insert(models.Answer).values(response_id=response.id, item=item, **row)
    newer = models.Answer.sequence < upsert.excluded.sequence
    upsert = upsert.on_conflict_do_update(index_elements=["response_id", "item"], set_=row, where=newer)
    answer = await session.scalar(upsert.returning(models.Answer))
    await session.commit()
    if answer is None:
        answer = await session.get_one(models.Answer, (response.id, item))
    return _stored(answer)


def _value(new: schemas.NewAnswer) -> int:
    return new.answer.level if isinstance(new.answer, schemas.LevelAnswer) else -1


def _stored(answer: models.Answer) -> dict:
    said = {"type": "dont_know"} if answer.value < 0 else {"type": "level", "level": answer.value}
    return {"item": answer.item, "answer": said, "comment": answer.comment, "sequence": answer.sequence}
