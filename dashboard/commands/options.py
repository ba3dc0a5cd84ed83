"""The command line itself, and the options that several commands take."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Wait = Annotated[bool, typer.Option("--wait", help="Follow the job to its end.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Supervised = Annotated[bool, typer.Option("--supervised", hidden=True)]
Weights = Annotated[str, typer.Option(help="HED-BSDS500, imagenet, or a weights file.")]
CropName = Annotated[str, typer.Option("--crop", help="What a detector sees: face or normalised.")]
Seed = Annotated[int, typer.Option(min=0)]
Set = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="A parameter; repeat for more.")
]
