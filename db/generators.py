"""How the fakes that a run has scored were made."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import Split
from db.tables import ImageRow, ItemRow, PredictionRow, RunRow


def generators_of_run(session: Session, run_id: int, split: Split) -> dict[int, str]:
    """Return the generator of each image of a split that a run scored, by image number.

    Images without a known generator are left out: genuine ones, and fakes of unknown origin.
    """
    query = (
        select(ImageRow.id, ImageRow.generator)
        .join(PredictionRow, PredictionRow.image_id == ImageRow.id)
        .join(RunRow, RunRow.id == PredictionRow.run_id)
        .join(
            ItemRow, (ItemRow.image_id == ImageRow.id) & (ItemRow.version == RunRow.dataset_version)
        )
        .where(RunRow.id == run_id, ItemRow.split == split.value, ImageRow.generator.is_not(None))
    )
    return {image_id: generator for image_id, generator in session.execute(query) if generator}
