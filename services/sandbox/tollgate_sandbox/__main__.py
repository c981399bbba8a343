from tollgate_common.server import run

from .app import app
from .settings import Settings

if __name__ == "__main__":
    run("sandbox", Settings, app)
