"""Runs tollgatectl."""

from .app import commands


def main() -> None:
    """The entry point; it always ends with SystemExit."""
    commands(prog_name="tollgatectl")


if __name__ == "__main__":
    main()
