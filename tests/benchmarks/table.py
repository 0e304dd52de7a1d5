"""Every row of the benchmark, in the order in which `attnlab bench` runs them."""

from tests.benchmarks import (
    attention,
    clicks,
    compiled,
    decoding,
    evaluation,
    growth,
    learning,
    long,
    memory,
    nodes,
    peers,
    pictures,
    proofs,
    recording,
    recurrent,
    sound,
    starting,
    training,
    tree_pictures,
    trees,
)
from tests.benchmarks.row import Row

TOPICS = (
    learning,
    recording,
    training,
    clicks,
    pictures,
    decoding,
    peers,
    compiled,
    recurrent,
    evaluation,
    growth,
    memory,
    starting,
    tree_pictures,
    trees,
    nodes,
    proofs,
    attention,
    long,
    sound,
)
ROWS: dict[str, Row] = {row.name: row for topic in TOPICS for row in topic.ROWS}
