"""A plain service with which ours is compared: FastAPI, pydantic and the SQLAlchemy ORM, as their tutorials write it."""
