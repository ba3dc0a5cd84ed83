"""The domain: images, curation, faces, fakes, detectors and their evaluation."""
