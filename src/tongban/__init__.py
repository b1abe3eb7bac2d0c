"""Tongban 通办: one network, everything handled (一网通办)."""
