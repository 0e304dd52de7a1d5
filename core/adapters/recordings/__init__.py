"""Dumps of whole models, every layer and head together, as lists of attention matrices: what the attention views take."""
