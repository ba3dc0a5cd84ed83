"""Peers of the import pass, each run by a Python of its own: `python peers.py NAME FOLDER`.

Nothing of Verity is imported here, so that the peers' packages may ask for other versions.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def imagehash() -> Callable[[str], Any]:
    """pHash alone."""
    from pathlib import Path

    import imagehash as package
    from PIL import Image

    def hash_all(folder: str) -> None:
        for path in sorted(Path(folder).iterdir()):
            with Image.open(path) as image:
                package.phash(image)

    return hash_all


def imagededup() -> Callable[[str], Any]:
    """pHash and the search for near-duplicates, within the radius that Verity searches."""
    from imagededup.methods import PHash  # type: ignore[import-not-found,unused-ignore]

    return lambda folder: PHash(verbose=False).find_duplicates(
        image_dir=folder,
        max_distance_threshold=6,
        num_enc_workers=0,
        num_dist_workers=0,
    )


def cleanvision() -> Callable[[str], Any]:
    """All default issues."""
    from cleanvision import Imagelab  # type: ignore[import-not-found,unused-ignore]

    return lambda folder: Imagelab(data_path=folder).find_issues(n_jobs=1, verbose=False)


def fastdup() -> Callable[[str], Any]:
    """Its features and similarity search."""
    import tempfile

    import fastdup as package  # type: ignore[import-not-found,unused-ignore]

    work = tempfile.mkdtemp()
    return lambda folder: package.create(work_dir=work, input_dir=folder).run(
        num_threads=1, overwrite=True, print_summary=False
    )


def fiftyone() -> Callable[[str], Any]:
    """Exact duplicates only; its database's own time is not counted."""
    import fiftyone as package  # type: ignore[import-not-found,unused-ignore]
    import fiftyone.brain as brain  # type: ignore[import-not-found,unused-ignore]

    return lambda folder: brain.compute_exact_duplicates(package.Dataset.from_images_dir(folder))


PEERS: dict[str, Callable[[], Callable[[str], Any]]] = {
    "imagehash": imagehash,
    "imagededup": imagededup,
    "cleanvision": cleanvision,
    "fastdup": fastdup,
    "fiftyone": fiftyone,
}
"""Each loads its package and returns the work that is timed."""


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(name: str, folder: str) -> None:
    """Run one peer and print what its work took, as the last line, in JSON."""
    work = PEERS[name]()
    cpu, wall = _cpu_s(), time.perf_counter()
    work(folder)
    took = {
        "cpu_s": _cpu_s() - cpu,
        "wall_s": time.perf_counter() - wall,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }
    print("\n" + json.dumps(took), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
