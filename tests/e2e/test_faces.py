"""The boxes of faces in a browser: dragged, nudged, drawn and undone; none is lost."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests import homes
from tests.homes import rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]
N_PRESSES = 20


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with some photographs and one of nobody, their faces measured."""
    folder = homes.copy_faces(tmp_path_factory.mktemp("photographs") / "people", 6, 2)
    rng = np.random.default_rng(0)
    patches = Image.fromarray(rng.integers(0, 255, (4, 5, 3), dtype=np.uint8))
    patches.resize((400, 320), Image.Resampling.BICUBIC).save(folder / "nobody.jpg")
    root = tmp_path_factory.mktemp("home") / "data"
    homes.import_folder(root, folder)
    homes.measure_faces(root)
    return root


@pytest.fixture
def faces(screen: Any) -> Any:
    """A tab on that installation."""
    return screen


def wait_until(screen: Any, is_true: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_true():
            return
        screen.page.wait_for_timeout(200)
    assert is_true()


def open_image(screen: Any, home: Path, place: int) -> int:
    """Open an image with one face, ready to be corrected; return its number."""
    query = "SELECT id, checksum FROM images WHERE n_faces = 1 ORDER BY id"
    image_id, checksum = rows(home, query)[place]
    screen.open(f"browse?image={checksum}")
    screen.page.wait_for_timeout(1500)  # strips below the picture may still move it
    screen.page.get_by_role("button", name="Correct boxes").click()
    expect(screen.page.locator(".stage.correcting")).to_be_visible()
    return int(image_id)


def boxes_of(home: Path, image_id: int) -> dict[str, list[float]]:
    """Return the face and its parts as stored."""
    ((box, features),) = rows(
        home,
        f"SELECT box, features FROM faces WHERE image_id = {image_id} AND position = 0",  # noqa: S608
    )
    return {"face": json.loads(box), **json.loads(features)}


def acts_on(home: Path, image_id: int) -> list[tuple[dict[str, Any], bool]]:
    found = rows(home, "SELECT after, is_undone FROM events WHERE subject = 'face' ORDER BY id")
    told = [(json.loads(after), bool(is_undone)) for after, is_undone in found]
    return [each for each in told if each[0]["image"] == image_id]


def drag(screen: Any, box: Locator, start: tuple[float, float], by: tuple[float, float]) -> None:
    """Drag a place in a box, as shares of its size, by pixels of the screen."""
    rect = box.bounding_box()
    assert rect
    x, y = rect["x"] + start[0] * rect["width"], rect["y"] + start[1] * rect["height"]
    mouse = screen.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + by[0] / 2, y + by[1] / 2)
    mouse.move(x + by[0], y + by[1])
    mouse.up()


def test_a_dragged_box_is_there_after_a_reload_and_back_after_undo(faces: Any, home: Path) -> None:
    image_id = open_image(faces, home, 0)
    before = boxes_of(home, image_id)
    nose = faces.page.locator(".box.nose")
    drag(faces, nose, (0.5, 0.5), (12, 8))
    wait_until(faces, lambda: len(acts_on(home, image_id)) == 1)
    moved = boxes_of(home, image_id)
    assert moved["nose"][0] > before["nose"][0]
    assert moved["nose"][2:] == pytest.approx(before["nose"][2:], abs=0.02)
    assert {name for name in before if moved[name] != before[name]} == {"nose"}
    faces.page.reload()
    faces.settle()
    expect(nose).to_have_attribute("aria-label", re.compile("^Nose: corrected by Robin; "))
    faces.page.get_by_role("button", name="Correct boxes").click()
    faces.page.keyboard.press("z")
    wait_until(faces, lambda: boxes_of(home, image_id) == before)
    expect(nose).to_have_attribute("aria-label", re.compile("^Nose: measured by the face mesh; "))


def test_arrows_pressed_faster_than_the_page_runs_are_all_stored_in_order(
    faces: Any, home: Path
) -> None:
    image_id = open_image(faces, home, 1)
    x, y, width, height = boxes_of(home, image_id)["lips"]
    faces.page.locator(".box.lips").focus()
    wanted = []
    for n in range(N_PRESSES):
        faces.page.keyboard.press("ArrowRight" if n % 2 else "ArrowDown")
        wanted.append([x + (n + 1) // 2, y + n // 2 + 1, width, height])
    wait_until(faces, lambda: len(acts_on(home, image_id)) == N_PRESSES)
    stored = [act["box"] for act, _ in acts_on(home, image_id)]
    assert np.array(stored) == pytest.approx(np.array(wanted), abs=0.02 * N_PRESSES)
    assert np.argsort([each[0] + each[1] for each in stored]).tolist() == list(range(N_PRESSES))
    for _ in range(N_PRESSES):
        faces.page.keyboard.press("z")
    wait_until(faces, lambda: all(undone for _, undone in acts_on(home, image_id)))
    assert boxes_of(home, image_id)["lips"] == [x, y, width, height]


def test_a_corner_resizes_and_escape_leaves_everything_as_it_was(faces: Any, home: Path) -> None:
    image_id = open_image(faces, home, 2)
    before = boxes_of(home, image_id)
    lips = faces.page.locator(".box.lips")
    rect = lips.bounding_box()
    faces.page.mouse.move(rect["x"] + rect["width"] - 1, rect["y"] + rect["height"] - 1)
    faces.page.mouse.down()
    faces.page.mouse.move(rect["x"] + rect["width"] + 20, rect["y"] + rect["height"] + 10)
    faces.page.keyboard.press("Escape")
    faces.page.mouse.up()
    assert lips.bounding_box() == rect
    expect(faces.page.locator(".stage.correcting")).to_be_visible()
    drag(faces, lips, (0.99, 0.97), (20, 10))
    wait_until(faces, lambda: len(acts_on(home, image_id)) == 1)
    after = boxes_of(home, image_id)["lips"]
    assert after[:2] == pytest.approx(before["lips"][:2], abs=0.01)
    assert after[2] > before["lips"][2]
    assert after[3] > before["lips"][3]


def test_a_part_is_hidden_and_drawn_again_by_keyboard_alone(faces: Any, home: Path) -> None:
    image_id = open_image(faces, home, 3)
    faces.page.locator(".box.nose").focus()
    faces.page.keyboard.press("Delete")
    wait_until(faces, lambda: "nose" not in boxes_of(home, image_id))
    faces.page.get_by_label("Draw what is missing").select_option("Nose")
    faces.page.keyboard.press("Enter")
    faces.page.keyboard.press("ArrowLeft")
    faces.page.keyboard.press("Enter")
    wait_until(faces, lambda: "nose" in boxes_of(home, image_id))


def test_a_missed_face_is_drawn_by_hand_and_leaves_the_triage(faces: Any, home: Path) -> None:
    faces.open("faces")
    expect(faces.page.get_by_text("No face (1)")).to_be_visible()
    faces.page.locator(".cell").first.click()
    faces.press("exclude")
    expect(faces.page.get_by_text("No face (0)")).to_be_visible()
    faces.press("undo-relabel")
    expect(faces.page.get_by_text("No face (1)")).to_be_visible()
    faces.page.locator(".cell").first.dblclick()
    faces.page.get_by_role("button", name="Correct boxes").click()
    faces.page.wait_for_timeout(1500)
    faces.page.get_by_label("Draw what is missing").select_option("Another face")
    drag(faces, faces.page.locator(".stage"), (0.2, 0.2), (120, 130))
    wait_until(faces, lambda: not rows(home, "SELECT 1 FROM images WHERE n_faces = 0"))
    faces.settle()
    faces.picture("face-drawn")
    faces.open("faces")
    expect(faces.page.get_by_text("No face (0)")).to_be_visible()
    faces.open("faces?kind=corrected")
    expect(faces.page.locator(".cell").first).to_be_visible()


def test_the_pages_keys_act_again_after_correcting(faces: Any, home: Path) -> None:
    open_image(faces, home, 4)
    faces.page.keyboard.press("ArrowRight")
    faces.page.wait_for_timeout(600)
    expect(faces.page.locator(".stage.correcting")).to_be_visible()
    faces.page.keyboard.press("Escape")
    expect(faces.page.locator(".stage.correcting")).to_have_count(0)
    faces.page.keyboard.press("Escape")
    expect(faces.page.get_by_role("button", name="Back to grid")).to_have_count(0)
