"""What turns files into a dataset: scanning, duplicates, groups and splits."""
