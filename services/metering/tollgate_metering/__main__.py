"""python -m tollgate_metering"""

from tollgate_common.server import run

from .app import app
from .settings import MeteringSettings

run("metering", MeteringSettings, app)
