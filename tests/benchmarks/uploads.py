"""From dropping an attention map of 2000 × 400 on the page to the drawn picture, in a real Chromium in front of the real app.

The file is made in the page and given to the box for files as a drop would; time runs inside the page until the map has the
file's rows and columns and two more frames have been painted; and until its path is on it, with scores and the doctor's word.
"""

import functools
from typing import Any

from tests.benchmarks.pictures import HOVERED
from tests.benchmarks.recording import empty_home
from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import ROOT, app, page

UPLOADS, MOVES = 9, 30
# a .npy of float32: a soft diagonal, another one for each number
DROPPED = """async ([rows, columns, number]) => {
    const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`.padEnd(117) + "\\n";
    const bytes = new Uint8Array(10 + head.length + 4 * rows * columns);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, head.length & 255, head.length >> 8]);
    bytes.set(new TextEncoder().encode(head), 10);
    const numbers = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) {
        let sum = 0;
        for (let c = 0; c < columns; c++) {
            const far = (r / rows - c / columns) * (30 + number);
            sum += numbers[r * columns + c] = Math.exp(-far * far) + 0.0001 * ((r * 31 + c * 17) % 13);
        }
        for (let c = 0; c < columns; c++) numbers[r * columns + c] /= sum;
    }
    bytes.set(new Uint8Array(numbers.buffer), 10 + head.length);
    const view = () => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .map((one) => one.shadowRoot?.attentionLab).find((one) => one?.data?.queries);
    const before = view()?.data.revision;
    const box = document.querySelector("[data-testid=stFileUploader] input");
    const files = new DataTransfer();
    files.items.add(new File([bytes], `map${number}_of_${rows}.npy`));
    const start = performance.now();
    box.files = files.files;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    const until = async (ready) => {
        while (performance.now() - start < 60000) {
            const now = view();
            if (now && now.data.revision !== before && now.rows === rows && now.columns === columns && ready(now)) break;
            await new Promise(requestAnimationFrame);
        }
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        return performance.now() - start;
    };
    return [await until(() => true), await until((now) => now.data.path)];
}"""


@functools.cache
def sitting(share: float) -> dict[str, Any]:
    """Visits to the page: milliseconds from drop to picture and to path, in a fresh page, and of moves over the last one."""
    with empty_home() as home, app(ROOT / "dashboard" / "app.py", home) as address:
        shown = []
        with page(f"{address}/inspect_alignment") as opened:
            for number in range(times(UPLOADS, share) + 1):
                opened.goto(f"{address}/inspect_alignment")
                opened.locator(".heatmap[data-milliseconds]").first.wait_for()
                opened.wait_for_timeout(1500)  # until the page is at rest
                shown.append(opened.evaluate(DROPPED, [2000, 400, number]))
            host, count = opened.locator(".heatmap[data-milliseconds]").first, times(MOVES, share)
            opened.wait_for_timeout(500)
            hover = [host.evaluate(HOVERED, [at / count, ".board"]) for at in range(count)]
        picture, path = zip(*shown[1:])  # the first warms the server
        return {"shown": picture, "judged": path, "hover": hover}


def _row(name: str, what: str, target: float | None, kind: str) -> Row:
    def measure(share: float) -> Measured:
        values = sitting(share)[kind]
        return middle(values, f"{len(values)} times")

    return Row(name, what, "ms", target, measure)


ROWS = [
    _row("alignment-shown", "a map of 2000 × 400 dropped on the page, to the drawn picture", 300, "shown"),
    _row("alignment-judged", "the same to the picture with its path, scored and examined", None, "judged"),
    _row("alignment-hover", "a pointer's move over it to the frame after the read-out", 100, "hover"),
]
