"""Every model of the product in one import, for Alembic and for the commit that writes by table name."""

from sqlalchemy import Sequence

import netos_core.access.model
import netos_core.annotations.model
import netos_core.changes.model
import netos_core.circuits.model
import netos_core.contracts.model
import netos_core.customers.model
import netos_core.documents.model
import netos_core.electrical.model
import netos_core.feedback.model
import netos_core.finance.model
import netos_core.imports.model
import netos_core.letters.model
import netos_core.links.model
import netos_core.network.model
import netos_core.notices.model
import netos_core.providers.model
import netos_core.quotes.model
import netos_core.renewals.model
import netos_core.reports.model
import netos_core.revenue.model
import netos_core.search.model
import netos_core.sites.model
import netos_core.spend.model
import netos_core.views.model
import netos_core.work.model
import netos_core.worklist.model  # noqa: F401
from netos_core.changes.plans import PREFIXES
from netos_core.kernel.db import Base

metadata = Base.metadata

for _kind in PREFIXES:
    Sequence(f"ref_{_kind}", start=1001, metadata=metadata)
