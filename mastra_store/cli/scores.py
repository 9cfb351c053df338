"""``scores``."""

import asyncio
from typing import Annotated

import typer

from ..records.scores import ScoreSummary
from .options import Json, Schema, Url, storage
from .output import show, show_json


def scores(
    url: Url,
    schema: Schema = None,
    scorer: Annotated[str | None, typer.Option(help="Only this scorer's.")] = None,
    json: Json = False,
) -> None:
    """Sum the scores up: how many each scorer gave, their mean, least and greatest."""
    found = asyncio.run(_read(url, schema, scorer))
    if json:
        show_json(found)
    else:
        rows = (each.to_dict() | {"mean": f"{each.mean:.3f}"} for each in found)
        show(rows, ["scorer_id", "count", "mean", "min", "max"], as_json=False)


async def _read(url: str, schema: str | None, scorer: str | None) -> list[ScoreSummary]:
    async with storage(url, schema) as opened:
        return await opened.scores.get_score_summary(scorer_id=scorer)
