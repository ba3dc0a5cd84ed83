"""Making fakes; runs in a child process that a cancel may kill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from core.errors import InvalidInput
from core.fakes.base import Fake, Parent
from core.fakes.registry import GENERATORS
from core.types import Claim, ImageRecord, Label, Outcome, RgbImage
from dashboard.jobs.child import Report
from dashboard.jobs.context import Context
from dashboard.jobs.files import stored_pixels, take_in
from db import images, imports
from db.engine import reading, writing


@dataclass(frozen=True)
class _Parents:
    """Parents whose pixels are read one at a time, as the generator asks for them."""

    context: Context
    records: Sequence[ImageRecord]

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int, /) -> Parent:
        record = self.records[index]
        pixels = stored_pixels(self.context.store, "originals", record.checksum)
        return Parent(record.checksum, pixels, record.face)


def generate(
    context: Context, job_id: str, author: str, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Make a fake from every active genuine image, or from the first `limit`."""
    name = arguments["generator"]
    if name not in GENERATORS:
        raise InvalidInput(
            f"Expected a generator among {', '.join(GENERATORS)}. Received {name!r}."
        )
    records = _parents(context, arguments["limit"])
    workdir = context.settings.folder(f"jobs/{job_id}")
    n_made = n_known = 0
    for fake in GENERATORS[name].generate(
        _Parents(context, records), arguments["params"], int(arguments["seed"]), workdir, report
    ):
        outcome = _keep(context, name, fake, job_id)
        n_made += outcome is Outcome.NEW
        n_known += outcome is Outcome.KNOWN
    return {"made": n_made, "made_before": n_known, "skipped": len(records) - n_made - n_known}


def _parents(context: Context, limit: int | None) -> list[ImageRecord]:
    with reading(context.database) as session:
        records = images.active_images(session, Label.GENUINE, limit)
    if not records:
        raise InvalidInput(
            "Expected genuine images to make fakes from. Received none: import photographs with "
            "the label genuine, or relabel some under Browse."
        )
    return records


def _keep(context: Context, generator: str, fake: Fake, job_id: str) -> Outcome:
    data = _encode(fake.pixels)
    with reading(context.database) as session:
        rule = imports.normalise_rule(session)
        parents = [images.get_by_checksum(session, checksum) for checksum in fake.parents]
    facts = take_in(context.store, data, rule)
    claim = Claim(Label.FAKE, parents[0].identity, generator)
    with writing(context.database) as session:
        return imports.add_fake(
            session, facts, claim, [p.id for p in parents], {**fake.recipe, "job": job_id}
        )


def _encode(pixels: RgbImage) -> bytes:
    """Encode without loss: a second compression would mark the fakes."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
