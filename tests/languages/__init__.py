"""The catalogues of translations: brought up to date with the code and compiled by `python -m tests.languages`."""
