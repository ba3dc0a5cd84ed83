"""Review: the team judges what a detector gets wrong, one image at a time."""

from dashboard import resources, review_queues_view, review_view, way_back

way_back.open_asked_image()

# Load
with resources.session() as session:
    queue = review_view.asked_queue(session)
    rows = [] if queue else review_queues_view.load_queues(session)
    scored = review_view.scored_runs(session)

# Show and act
if queue:
    review_view.show_queue(queue)
else:
    review_view.show_all(rows, scored)
