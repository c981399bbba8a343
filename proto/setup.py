"""Builds the contracts: each .proto becomes a typed module, its path the import path."""

import os
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SOURCES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tollgate/**/*.proto"))
PACKAGES = sorted({str(Path(source).parent).replace("/", ".") for source in SOURCES})


class Generate(build_py):
    def run(self) -> None:
        out = Path(self.build_lib).resolve()
        out.mkdir(parents=True, exist_ok=True)
        outputs = [f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={ROOT}"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path}  # protoc finds its mypy plugins beside Python
        subprocess.run([*command, *outputs, *SOURCES], check=True, cwd=ROOT, env=environment)
        (out / "tollgate" / "py.typed").touch()

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        return [str(path) for path in Path(self.build_lib).glob("tollgate/**/*") if path.is_file()]


setup(packages=PACKAGES, cmdclass={"build_py": Generate})
