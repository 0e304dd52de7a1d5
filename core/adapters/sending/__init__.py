"""What goes elsewhere: a trained Transformer as a folder that other programs open, giving the same outputs."""
