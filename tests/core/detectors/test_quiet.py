import logging
import warnings

import pytest

from core.detectors.quiet import LEGACY_HDF5, third_party_noise_off


def test_only_the_known_messages_are_hidden(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("absl")
    with third_party_noise_off():
        with third_party_noise_off():
            logger.warning(LEGACY_HDF5)
        logger.warning("%s again", LEGACY_HDF5)  # the inner block must not end the outer one
        logger.warning("something else")
        warnings.warn("currentThread() is deprecated, use current_thread()", DeprecationWarning, 1)
        with pytest.warns(DeprecationWarning, match="another"):
            warnings.warn("another", DeprecationWarning, stacklevel=1)
    assert [record.getMessage() for record in caplog.records] == ["something else"]
    logger.warning(LEGACY_HDF5)
    assert len(caplog.records) == 2
