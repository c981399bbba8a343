"""python -m tollgate_console"""

from tollgate_common.server import run

from .app import app
from .settings import ConsoleSettings

run("console", ConsoleSettings, app)
