"""`followup doctor`: what keeps this installation from working, and the mend for each.

Named here is what needs no database: the scheduler has no driver for one.
"""

from followup_common.doctor.broker import examine_broker
from followup_common.doctor.findings import Finding

__all__ = ["Finding", "examine_broker"]
