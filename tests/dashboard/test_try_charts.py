import io

import numpy as np
import pytest
from PIL import Image

from core.evaluation.robustness import CHANGES
from core.images.spectrum import N_RINGS
from dashboard import heat, try_charts
from dashboard.scores import Operating
from dashboard.tried import Spectra, Tried
from tests.dashboard.test_tried import tried
from tests.dashboard.test_trying import judged_by, standard


def crop(level: int = 100) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (224, 224), (level,) * 3).save(buffer, "PNG")
    return buffer.getvalue()


def test_survival_starts_with_the_image_as_it_is_and_marks_the_turns() -> None:
    seen = tried()
    jpeg, size = try_charts.lasting_values(seen, judged_by(standard(), seen), 0.6)
    assert jpeg.names == ("as it is", "95", "75", "50", "30")
    assert jpeg.scores == (0.7, 0.7, 0.69, 0.6, 0.4)
    assert jpeg.turned == (False, False, False, False, True)
    assert size.names == ("as it is", "75%", "50%", "25%")
    assert len(jpeg.names) + len(size.names) == len(CHANGES) + 2
    drawn = try_charts.draw_lasting(jpeg, standard(Operating(0.6, "", low=0.5, high=0.7)))
    assert list(drawn.data[0].marker.symbol) == ["circle"] * 4 + ["circle-open"]
    assert len(drawn.layout.shapes) == 2  # the threshold and its band
    (name,) = drawn.layout.annotations
    assert (name.text, name.x, name.xanchor) == ("threshold", 1, "left")  # no score lies there


def test_held_out_scores_are_counted_by_label() -> None:
    genuine, fake = try_charts.place_values(standard())
    assert (genuine.sum(), fake.sum()) == (20, 20)
    drawn = try_charts.draw_place(judged_by(standard(), tried()), standard())
    assert sum(drawn.data[0].y) == 20
    assert sum(drawn.data[1].y) == -20


def test_a_score_is_cut_off_and_never_rounded_onto_the_threshold() -> None:
    seen = tried(score=0.5999, survival=(0.9996,) * 7)
    jpeg, _ = try_charts.lasting_values(seen, judged_by(standard(), seen), 0.6)
    assert jpeg.told == ("0.599", *["0.999"] * 4)
    drawn = try_charts.draw_lasting(jpeg, standard())
    assert list(drawn.data[0].customdata) == list(jpeg.told)
    assert "%{y" not in drawn.data[0].hovertemplate


@pytest.mark.parametrize(("score", "anchor"), [(0.6, "center"), (0.99, "right"), (0.01, "left")])
def test_names_of_lines_stand_in_rows_of_their_own(score: float, anchor: str) -> None:
    drawn = try_charts.draw_place(judged_by(standard(), tried(score=score)), standard())
    names = {each.text: each for each in drawn.layout.annotations}
    assert names["this image"].yshift != names["threshold"].yshift
    assert names["this image"].xanchor == anchor


def test_the_finer_half_of_the_spectrum_is_compared_with_the_band() -> None:
    profile = (0.0,) * (N_RINGS // 2) + (-9.0,) * (N_RINGS // 4) + (-3.5,) * (N_RINGS // 4)
    band = Spectra(9, (-4.0,) * N_RINGS, (-3.5,) * N_RINGS, (-3.0,) * N_RINGS)
    seen = tried(profile=profile, genuine=band)
    assert try_charts.share_outside(seen) == (0.0, 0.5)
    assert try_charts.share_outside(tried(genuine=None)) is None
    assert [each.name for each in try_charts.draw_profile(seen).data][-1] == "This image"


def shown(seen: Tried, *, towards_fake: bool, strength: float = 1.0) -> np.ndarray:
    data = heat.heat_picture(seen, towards_fake=towards_fake, strength=strength)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_the_heat_colours_its_own_side_only() -> None:
    places = np.zeros((14, 14))
    places[2, 2], places[11, 11] = 1.0, -1.0
    seen = tried(crop=crop(), heat=tuple(map(tuple, places.tolist())))
    fake, genuine = (shown(seen, towards_fake=side) for side in (True, False))
    assert (fake[192, 192] == 100).all()
    assert (genuine[40, 40] == 100).all()
    assert abs(fake[40, 40] - 100).max() > 40
    assert abs(genuine[184, 184] - 100).max() > 40
    assert (shown(seen, towards_fake=True, strength=0.0) == 100).all()


def test_no_heat_is_told() -> None:
    none = tried(crop=crop(), heat=((0.0,) * 14,) * 14)
    assert not heat.has_heat(none, towards_fake=True)
    assert (shown(none, towards_fake=True) == 100).all()
    assert heat.has_heat(tried(), towards_fake=False)
