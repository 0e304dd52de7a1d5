"""What comes from elsewhere: attention maps that other programs wrote, read as values of the house. Nothing is unpickled."""
