"""Past one machine: trainings on the nodes of a Ray cluster, runs carried to storage of whole objects and back."""
