"""`followup doctor`: what keeps this installation from working, and the mend for each."""

from followup_common.doctor.broker import examine_broker
from followup_common.doctor.database import examine_database
from followup_common.doctor.findings import Finding

__all__ = ["Finding", "examine_broker", "examine_database"]
