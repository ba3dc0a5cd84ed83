"""Measurements that print what README quotes."""
