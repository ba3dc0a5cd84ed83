from core.types import Box
from dashboard import faces_view
from tests.records import record

BOX = Box(20, 10, 40, 30)
IMAGE = record(width_px=320, height_px=160)


def test_faces_are_marked_where_they_are_on_the_thumbnail() -> None:
    thumbnail = "data:image/webp;base64,UklGRg=="
    marked = faces_view.mark_faces(thumbnail, IMAGE, [BOX])
    assert marked.startswith("data:image/svg+xml,<svg ")
    assert "viewBox='0 0 160.0 80.0'" in marked
    assert f"<image href='{thumbnail}' width='160.0' height='80.0'/>" in marked
    assert marked.count("x='10.0' y='5.0' width='20.0' height='15.0'") == 2
    assert "#" not in marked  # it would end the address


def test_a_thumbnail_without_a_face_or_a_file_stays_as_it_is() -> None:
    assert faces_view.mark_faces("data:image/webp;base64,UklG", IMAGE, []) == (
        "data:image/webp;base64,UklG"
    )
    tile = "data:image/svg+xml,%3Csvg xmlns='x'/%3E"
    assert faces_view.mark_faces(tile, IMAGE, [BOX]) == tile
