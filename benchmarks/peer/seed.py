"""Fill an empty database: ``python -m peer.seed FILE``, JSON with a questionnaire, tokens, and the items all answered."""

import asyncio
import json
import sys
from hashlib import sha256
from pathlib import Path

from peer.database import engine, new_session
from peer.models import Answer, Base, Questionnaire, Response
from sqlalchemy import insert


async def seed(questionnaire: dict, tokens: list[str], items: list[str]) -> None:
    """Make the tables and their first rows."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with new_session() as session:
        session.add(Questionnaire(key=questionnaire["key"], version=questionnaire["version"], body=questionnaire))
        responses = [Response(token_hash=sha256(token.encode()).hexdigest(), state="in_progress") for token in tokens]
        session.add_all(responses)
        await session.flush()
        stored = {"value": 3, "comment": None, "sequence": 1}
        rows = [{"response_id": response.id, "item": item, **stored} for response in responses for item in items]
        await session.execute(insert(Answer), rows)
        await session.commit()
    await engine.dispose()


if __name__ == "__main__":
    said = json.loads(Path(sys.argv[1]).read_text())
    asyncio.run(seed(said["questionnaire"], said["tokens"], said["items"]))
