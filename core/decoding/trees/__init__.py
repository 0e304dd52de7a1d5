"""Decoding trees as values and as files: folded from frontiers, looked at, written, read back and checked."""
