"""The same models in few, large operations: what every decoding runs on. The modules stay the reference."""
