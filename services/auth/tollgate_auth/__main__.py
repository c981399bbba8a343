"""python -m tollgate_auth"""

from tollgate_common.server import run

from .app import app
from .settings import AuthSettings

run("auth", AuthSettings, app)
