"""Links and code: of every page of the app, what its address says, the numbers it shows, and the Python that gives them.

A page's entry (`table.py`) is a function from settings to numbers, and where the address has each setting. The function computes
with `core` alone, and its source, with the settings written above it, is the script (`script.py`); so page and script cannot drift
apart, and `check.py` runs the script in a process of its own to show that nothing else was needed.
"""
