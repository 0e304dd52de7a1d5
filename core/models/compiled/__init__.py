"""Whole decodings of a Transformer, compiled ahead of time by torch's own tools; never needed, and held to `fast`."""
