"""Every row of the benchmark, in the order in which `attnlab bench` runs them."""

from tests.benchmarks import clicks, decoding, learning, pictures, recording
from tests.benchmarks.row import Row

ROWS: dict[str, Row] = {
    row.name: row for topic in (learning, recording, clicks, pictures, decoding) for row in topic.ROWS
}
