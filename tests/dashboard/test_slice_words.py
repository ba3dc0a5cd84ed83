from core.evaluation.slices import Measure
from dashboard import slice_words
from db import slices


def test_every_way_to_cut_has_a_name_for_people() -> None:
    known = {*slices.MEASURES, slices.RESOLUTION, *slices.WORDS, *slices.MEMBERS}
    assert set(slice_words.KINDS) == known


def test_every_measure_has_a_name_and_a_form() -> None:
    assert set(slice_words.MEASURES) == set(Measure)
    assert slice_words.value_of(Measure.FPR, 0.9996) == "99.96%"
    assert slice_words.value_of(Measure.AUC, 0.9996) == "0.9996"


def test_a_slice_is_called_by_its_kind_and_name() -> None:
    assert slice_words.title_of("face_size:under 62") == "Face size, px: under 62"
    assert slice_words.title_of("no kind") == "no kind: "
