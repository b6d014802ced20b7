import sys

# FastAPI asks of each model whether it is one of pydantic's former kind, and loads all of that for the
# question, where it is there: a tenth of the time to start.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]  # which is how to say "not there"
