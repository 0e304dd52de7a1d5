"""The command line: parse, one call of the core, print.

Every command has `--json`. Exit codes: 0 done, 1 the check it ran failed, 2 bad input. Nothing heavy is imported before
a command needs it, so `--help` answers at once.
"""

import sys

from core.cli.program import program
from core.errors import AttentionLabError
from core.language import tr

__all__ = ["main"]


def main() -> None:
    """Run `attnlab`; what the house raises on purpose becomes one line and exit code 2."""
    try:
        program()
    except AttentionLabError as error:
        print(f"attnlab: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(f"attnlab: {tr('stopped by you')}", file=sys.stderr)
        sys.exit(130)
