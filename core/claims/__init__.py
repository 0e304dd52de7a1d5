"""Statements of the lecture as experiments: effect, baseline, verdict; one file a statement."""
