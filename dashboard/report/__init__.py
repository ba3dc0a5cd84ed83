"""The story of a run as files to hand around: one HTML page or one PDF, with a model card."""
