"""What the lab promises about speed, measured: `attnlab bench`. No tests: a timing proves nothing on a busy machine."""
