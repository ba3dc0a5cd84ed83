from core.images.checksum import checksum


def test_matches_the_standards_example() -> None:
    # FIPS 180-4 example for "abc"
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksum(b"abc") == expected
