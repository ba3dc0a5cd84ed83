"""When the tags of an image changed last, apart from the wide row of the image."""

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
