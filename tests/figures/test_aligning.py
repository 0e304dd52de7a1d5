"""Two trainings as pictures: the axis stands still, the threshold and every switch are drawn."""

from core.figures.aligning import diagonalities, losses


def test_lines_threshold_and_switches_stand_where_they_were_measured():
    lines = {"without": ([0, 10], [0.28, 0.3]), "with": ([0, 10], [0.28, 0.75])}
    figure = diagonalities(lines, 400, 0.7, [(5, "guidance 10"), (8, "off")], "light")
    assert [(line.name, list(line.x), list(line.y)) for line in figure.data] == [
        ("without", [0, 10], [0.28, 0.3]), ("with", [0, 10], [0.28, 0.75]),
    ]  # fmt: skip
    assert list(figure.layout.xaxis.range) == [0, 400]
    assert [(shape.x0, shape.y0) for shape in figure.layout.shapes if shape.y0 == shape.y1] == [(0, 0.7)]
    assert [shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1] == [5, 8]
    assert [note.text for note in figure.layout.annotations] == ["guidance 10", "off", "aligned"]


def test_losses_stand_on_a_logarithmic_axis():
    figure = losses({"without": (range(1, 3), [2.0, 1.0])}, 50, [], "dark")
    assert figure.layout.yaxis.type == "log" and list(figure.data[0].x) == [1, 2]
