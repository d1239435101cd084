"""Every SQL text that the application sends, overheard on its connections."""

from typing import Any

from sqlalchemy import event

from assess.storage.database import Database


def overheard(database: Database) -> set[str]:
    """A set that from now on gets every text that goes over a connection of this pool; the hot path's are taken from it anew."""
    heard: set[str] = set()
    database.lane.close()
    engine = database.engine.sync_engine

    @event.listens_for(engine, "before_cursor_execute")
    def of_core(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.add(statement)

    def of_driver(record: Any) -> None:
        heard.add(record.query)

    @event.listens_for(engine, "checkout")
    def listen(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(of_driver)  # a set of loggers: adding it twice changes nothing

    return heard
