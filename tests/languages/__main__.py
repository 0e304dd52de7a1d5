"""Bring the catalogues up to date with the code, compile them, and say what is not translated."""

from tests.languages.catalogues import write_all

for line in write_all():
    print(line)
