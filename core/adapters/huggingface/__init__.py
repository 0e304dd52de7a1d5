"""Trained models in folders of Hugging Face's format, behind the taps and the step model of the house; extra `hf`."""
