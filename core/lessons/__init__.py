"""Lessons: files of words, live experiments and questions; reading and checking them, and where they lie."""
