"""The same service as most would write it today: FastAPI, Pydantic and SQLAlchemy's async ORM."""
