"""`python -m followup_escalator`: consume the escalator's queue until SIGTERM."""

import sys

from followup_common.messaging import worker
from followup_common.settings import load

from followup_escalator.settings import EscalatorSettings

if __name__ == "__main__":
    sys.exit(worker.run("escalator", load(EscalatorSettings)))
