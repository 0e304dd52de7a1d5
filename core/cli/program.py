"""All commands of `attnlab`, in the order in which `--help` lists them."""

import typer

from core.cli.bench import bench
from core.cli.claiming import claims
from core.cli.classroom import classroom
from core.cli.compiling import compile_run
from core.cli.describing import figure
from core.cli.foreign import hf
from core.cli.helping import SpokenGroup
from core.cli.inspecting import inspect
from core.cli.lessons import lessons
from core.cli.looking import attend, decode, evaluate, verify
from core.cli.managing import runs
from core.cli.opening import open_recording
from core.cli.queueing import queue
from core.cli.replaying import replay
from core.cli.sending import send
from core.cli.showing import app, models, objectives, searches, tasks
from core.cli.speaking import say
from core.cli.sweeping import sweep
from core.cli.teaching import list_class, lock, publish, unlock, unpublish
from core.cli.training import train

program = typer.Typer(
    cls=SpokenGroup,
    help="Attention Lab: train small encoder-decoders, see all their attention, step and compare their decoding.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (app, tasks, models, objectives, searches, train, decode, attend, evaluate, sweep, say, inspect, figure):
    program.command()(command)
program.command("open")(open_recording)
program.add_typer(runs, name="runs")
program.add_typer(queue, name="queue")
program.add_typer(lessons, name="lessons")
program.add_typer(hf, name="hf")
for command in (publish, unpublish, lock, unlock):
    classroom.command()(command)
classroom.command("list")(list_class)
program.add_typer(classroom, name="classroom")
program.command()(send)
program.command()(verify)
program.command()(claims)
program.command()(replay)
program.command("compile")(compile_run)
program.command()(bench)
