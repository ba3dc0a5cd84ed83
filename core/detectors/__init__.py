"""Backbones, cached features, heads, training and tuning."""
