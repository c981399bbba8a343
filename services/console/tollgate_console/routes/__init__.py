"""Every endpoint of the console: a file an area."""

from collections.abc import Sequence

from tollgate_console.api import Endpoint

from . import (
    about,
    admin_accounts,
    admin_audit,
    admin_channels,
    admin_models,
    admin_usage,
    admin_users,
    keys,
    models,
    playground,
    profile,
    session,
    usage,
    wallet,
)

_CUSTOMER = (about, session, keys, usage, wallet, models, playground, profile)
_OPERATOR = (admin_users, admin_accounts, admin_channels, admin_models, admin_usage, admin_audit)
ENDPOINTS: Sequence[Endpoint] = [
    endpoint for area in (*_CUSTOMER, *_OPERATOR) for endpoint in area.api.endpoints
]
