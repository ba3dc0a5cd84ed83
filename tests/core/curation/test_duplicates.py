import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.curation import duplicates
from core.curation.duplicates import near_pairs, near_pairs_between
from core.errors import InvalidInput

Hashes = NDArray[np.uint64]
EDGES = (0, 2**63, 2**64 - 1, 0x5555555555555555)


@st.composite
def hashes(draw: st.DrawFn, max_size: int = 60) -> Hashes:
    """Hashes with many exact repeats and near misses."""
    bases = draw(st.lists(st.integers(0, 2**64 - 1) | st.sampled_from(EDGES), max_size=5)) or [0]
    flips = st.lists(st.integers(0, 63), max_size=9)
    members = draw(st.lists(st.tuples(st.sampled_from(bases), flips), max_size=max_size))
    values = [base ^ sum(1 << bit for bit in set(bits)) for base, bits in members]
    return np.array(values, dtype=np.uint64)


def triples(pairs: duplicates.Pairs) -> list[tuple[int, int, int]]:
    i, j, distance = pairs
    assert [part.dtype.name for part in pairs] == ["int64", "int64", "uint8"]
    return [(int(a), int(b), int(d)) for a, b, d in zip(i, j, distance, strict=True)]


def brute_force(a: Hashes, b: Hashes, radius_bits: int) -> list[tuple[int, int, int]]:
    distances = [
        (i, j, (int(x) ^ int(y)).bit_count()) for i, x in enumerate(a) for j, y in enumerate(b)
    ]
    return [found for found in distances if found[2] <= radius_bits]


@settings(deadline=None, max_examples=60)
@given(hashes(), st.integers(0, 12), st.integers(0, 70))
def test_finds_exactly_the_near_pairs(values: Hashes, radius_bits: int, first_new: int) -> None:
    expected = [
        found
        for found in brute_force(values, values, radius_bits)
        if found[0] < found[1] and found[1] >= first_new
    ]
    assert triples(near_pairs(values, radius_bits, first_new)) == expected


@settings(deadline=None, max_examples=60)
@given(hashes(30), hashes(30), st.integers(0, 12))
def test_finds_exactly_the_pairs_between(a: Hashes, b: Hashes, radius_bits: int) -> None:
    assert triples(near_pairs_between(a, b, radius_bits)) == brute_force(a, b, radius_bits)


def crowd(seed: int, few: Hashes) -> Hashes:
    """Make 300 hashes of which half lie within 10 bits of one of the few."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2**64, 300, dtype=np.uint64)
    for i in range(0, 300, 2):
        bits = rng.choice(64, rng.integers(0, 11), replace=False).astype(np.uint64)
        values[i] = few[i % len(few)] ^ np.bitwise_or.reduce(np.uint64(1) << bits)
    return values


@settings(deadline=None, max_examples=30)
@given(hashes(8), st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_a_small_batch_against_many_misses_none(few: Hashes, seed: int, radius_bits: int) -> None:
    many = crowd(seed, few if len(few) else np.zeros(1, np.uint64))
    expected = brute_force(few, many, radius_bits)
    assert duplicates._is_few(len(few), len(many), radius_bits)
    assert triples(near_pairs_between(few, many, radius_bits)) == expected
    assert triples(near_pairs_between(many, few, radius_bits)) == brute_force(
        many, few, radius_bits
    )


@settings(deadline=None, max_examples=30)
@given(hashes(8), st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_batch_after_batch_finds_what_one_pass_finds(
    batch: Hashes, seed: int, radius_bits: int
) -> None:
    old = crowd(seed, batch if len(batch) else np.zeros(1, np.uint64))
    whole = np.concatenate([old, batch])
    steps = triples(near_pairs(old, radius_bits)) + triples(
        near_pairs(whole, radius_bits, first_new=len(old))
    )
    assert sorted(steps) == triples(near_pairs(whole, radius_bits))


def test_a_lookup_with_more_hits_than_a_block_is_cut_up() -> None:
    few, many = np.full(100, 7, np.uint64), np.full(4000, 6, np.uint64)
    assert len(few) * len(many) > duplicates._BLOCK
    i, j, distance = near_pairs_between(few, many)
    assert len(i) == len(few) * len(many)
    assert len(set(zip(i.tolist(), j.tolist(), strict=True))) == len(i)
    assert (distance == 1).all()


def test_golden_pairs_at_the_edge_of_the_radius() -> None:
    values = np.array([0, 0b111111, 0b1111111, 2**64 - 1], dtype=np.uint64)
    assert triples(near_pairs(values, 6)) == [(0, 1, 6), (1, 2, 1)]
    assert triples(near_pairs_between(values, values[:1], 6)) == [(0, 0, 0), (1, 0, 6)]


def test_a_bucket_larger_than_a_block_is_cut_up() -> None:
    n = 600  # 600 x 600 comparisons are more than one block
    assert n * n > duplicates._BLOCK
    i, j, distance = near_pairs(np.full(n, 7, np.uint64))
    assert len(i) == n * (n - 1) // 2
    assert (i < j).all()
    assert distance.max() == 0


def test_too_many_pairs_are_refused_before_memory_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MAX_PAIRS", 100)
    with pytest.raises(InvalidInput, match="smaller radius"):
        near_pairs(np.zeros(50, np.uint64))


@pytest.mark.parametrize("radius_bits", [-1, 64])
def test_a_radius_out_of_range_is_named(radius_bits: int) -> None:
    with pytest.raises(InvalidInput, match=str(radius_bits)):
        near_pairs(np.zeros(2, np.uint64), radius_bits)
