"""Approval of thresholds, people, review queues with items, opinions and comments."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_people")),
    )
    op.create_table(
        "review_queues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("split", sa.String(length=16), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("reviewers", sa.JSON(), nullable=False),
        sa.Column("n_opinions", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_review_queues_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_queues")),
    )
    op.create_index(op.f("ix_review_queues_run_id"), "review_queues", ["run_id"])
    op.create_table(
        "review_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["review_queues.id"], name=op.f("fk_review_items_queue_id")
        ),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_review_items_image_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
        sa.UniqueConstraint("queue_id", "image_id", name=op.f("uq_review_items_queue_id_image_id")),
    )
    op.create_index(op.f("ix_review_items_image_id"), "review_items", ["image_id"])
    op.create_index("ix_review_items_open", "review_items", ["queue_id", "verdict", "position"])
    op.create_table(
        "review_opinions",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("given_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_review_opinions_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "seat", name=op.f("pk_review_opinions")),
        sa.UniqueConstraint(
            "item_id", "reviewer", name=op.f("uq_review_opinions_item_id_reviewer")
        ),
    )
    op.create_index("ix_review_opinions_reviewer", "review_opinions", ["reviewer", "verdict"])
    op.create_table(
        "review_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_review_comments_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comments")),
    )
    op.create_index(op.f("ix_review_comments_item_id"), "review_comments", ["item_id"])

    for name in ("low", "high"):
        op.add_column("thresholds", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("thresholds", sa.Column("policy", sa.JSON(), nullable=True))
    op.add_column("thresholds", sa.Column("dataset_version", sa.Integer(), nullable=True))
    op.add_column("thresholds", sa.Column("decision", sa.String(length=16), nullable=True))
    op.add_column("thresholds", sa.Column("decided_by", sa.String(length=64), nullable=True))
    op.add_column("thresholds", sa.Column("decided_at", sa.DateTime(), nullable=True))
    op.add_column("thresholds", sa.Column("decision_note", sa.Text(), nullable=True))
    op.execute(
        "UPDATE thresholds SET dataset_version = "
        "(SELECT dataset_version FROM runs WHERE runs.id = thresholds.run_id)"
    )
