"""`python -m followup_notifier`: consume the notifier's queue until SIGTERM."""

import sys

from followup_common.messaging import worker
from followup_common.settings import load

from followup_notifier.settings import NotifierSettings

if __name__ == "__main__":
    sys.exit(worker.run("notifier", load(NotifierSettings)))
