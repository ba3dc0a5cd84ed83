"""Narrow rows for the tags' revisions; counts by an index and, of frozen versions, stored."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "tag_changes",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_tag_changes_image_id")),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_tag_changes")),
    )
    op.create_index(op.f("ix_tag_changes_revision"), "tag_changes", ["revision"])
    for name in ("status", "label"):
        op.drop_index(f"ix_images_{name}", "images")
    op.create_index("ix_images_counted", "images", ["status", "label", "n_faces"])
    op.add_column("dataset_versions", sa.Column("counts", sa.JSON(), nullable=True))
    _count_items()


def _count_items() -> None:
    versions = sa.table("dataset_versions", sa.column("number"), sa.column("counts", sa.JSON()))
    items = sa.table("dataset_items", *map(sa.column, ("version", "split", "label")))
    by = (items.c.version, items.c.split, items.c.label)
    counts: dict[int, dict[str, dict[str, int]]] = {}
    for version, split, label, n in op.get_bind().execute(
        sa.select(*by, sa.func.count()).group_by(*by)
    ):
        counts.setdefault(version, {}).setdefault(split, {})[label] = n
    for number, found in counts.items():
        op.execute(versions.update().where(versions.c.number == number).values(counts=found))
