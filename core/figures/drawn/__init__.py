"""What browsers draw: scripts and styles that the app and notebooks share, and views that are one HTML file each."""
