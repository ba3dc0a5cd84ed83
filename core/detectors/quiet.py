"""Silence for three known third-party messages, and for nothing else."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

NUMPY_COPY = r"__array__ implementation doesn't accept a copy keyword"  # TensorFlow under NumPy 2
THREAD_NAME = r"(currentThread|getName)\(\) is deprecated"  # keras-tuner under Python 3.10 on
LEGACY_HDF5 = "You are saving your model as an HDF5 file"  # we save both formats on purpose


@contextmanager
def third_party_noise_off() -> Iterator[None]:
    """Hide the messages above while the block runs; it may also decorate a function."""

    def is_news(record: logging.LogRecord) -> bool:  # one a block, as blocks may be nested
        return not record.getMessage().startswith(LEGACY_HDF5)

    logger = logging.getLogger("absl")
    logger.addFilter(is_news)
    try:
        with warnings.catch_warnings():
            for message in (NUMPY_COPY, THREAD_NAME):
                warnings.filterwarnings("ignore", message, DeprecationWarning)
            yield
    finally:
        logger.removeFilter(is_news)
