"""`python -m tollgate_providers`."""

from tollgate_common.server import run

from .app import app
from .settings import ProvidersSettings

if __name__ == "__main__":
    run("providers", ProvidersSettings, app)
