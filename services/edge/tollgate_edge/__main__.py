from tollgate_common.server import run

from .app import app
from .settings import EdgeSettings

run("edge", EdgeSettings, app)
