"""Runs the ledger."""

from tollgate_common.server import run

from .app import app
from .settings import LedgerSettings

run("ledger", LedgerSettings, app)
