// A tree that can be seen from afar: zoom by wheel, keys and buttons. As long as few nodes are in sight they are SVG; a
// crowd is painted on a canvas that lies over the box. Below FLAT the two directions shrink apart, so that a tree of ten
// thousand rows still fills the width of the page.

const MANY = 160;
const FLAT = 0.4;
const CLOSEST = 2.5;

class ZoomTree extends TreeView {
  // `steer`: sees a key first, and says whether it was for the walk.
  constructor(host, { steer, ...options }) {
    super(host, options);
    this.steer = steer;
    this.level = 1;
    this.canvas = make("canvas", "far", host);
    this.canvas.setAttribute("aria-hidden", "true"); // the box speaks for it
    this.said = make("div", "hidden-text", host);
    this.said.setAttribute("aria-live", "polite");
    this.box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.box.addEventListener("pointermove", (event) => this.hover(event));
    this.box.addEventListener("pointerleave", () => { if (this.far) this.hideCard(); });
    this.box.addEventListener("click", (event) => { const node = this.far && this.nodeAt(event); if (node) this.choose(node); });
  }

  // `born`: the move whose nodes come in, calmly (a style sheet says how).
  dress(parts) {
    super.dress(parts);
    if (this.born == null || parts.node.walk !== this.born) return;
    parts.pill.classList.add("new");
    parts.edge?.classList.add("new");
  }

  describe(node, card) { describeNode(node, this.statusOf(node), this.words, card); }

  draw(theme) {
    super.draw(theme);
    if (this.plot.root && this.level !== 1) this.zoom(this.level);
  }

  show(view) {
    super.show(view);
    this.paint();
  }

  // ------------------------------------------------------------ zoom
  shares() {
    const { box, size } = this;
    return { x: Math.min(1, box.clientWidth / size.width), y: Math.min(1, box.clientHeight / size.height) };
  }

  // To this scale, keeping the point `at` of the box ({x, y} in pixels from its corner) where it is.
  zoom(level, at = { x: this.box.clientWidth / 2, y: this.box.clientHeight / 2 }) {
    const { box, scale } = this;
    const fit = this.shares();
    this.level = clamp(level, Math.min(fit.x, fit.y), CLOSEST);
    const apart = this.level < FLAT ? FLAT ** 2 / this.level : 0;
    const to = { x: Math.max(this.level, Math.min(fit.x, apart)), y: Math.max(this.level, Math.min(fit.y, apart)) };
    const left = ((box.scrollLeft + at.x) / scale.x) * to.x - at.x;
    const top = ((box.scrollTop + at.y) / scale.y) * to.y - at.y;
    this.scale = to;
    this.resize();
    [box.scrollLeft, box.scrollTop] = [left, top];
    this.hideCard();
    this.fill();
    this.zoomed?.();
  }

  fit() { this.zoom(0); }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.box.getBoundingClientRect();
    const first = !this.wheeled;
    const turned = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    this.wheeled = { by: (this.wheeled?.by || 0) + turned, at: { x: event.clientX - box.left, y: event.clientY - box.top } };
    if (first) {
      requestAnimationFrame(() => {
        const { by, at } = this.wheeled;
        this.wheeled = null;
        clearTimeout(this.turning);
        this.turning = setTimeout(() => { this.turning = 0; this.fill(); }, 160); // painted while it turns, then drawn
        this.zoom(this.level * Math.exp(clamp(-by, -240, 240) / 240), at);
      });
    }
  }

  key(event) {
    const level = { "+": this.level * 1.25, "=": this.level * 1.25, "-": this.level / 1.25, 0: 0 }[event.key];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && this.plot?.root;
    if (plain && level !== undefined) this.zoom(level);
    else if (!plain || !this.steer?.(event)) return super.key(event);
    event.preventDefault();
    event.stopPropagation();
    return undefined;
  }

  // ------------------------------------------------------------ near and far
  around() {
    this.far = this.turning > 0 || this.scale.x !== this.scale.y || this.crowded();
    return this.far ? new Set() : super.around();
  }

  crowded() {
    const seen = this.near(0);
    let count = 0;
    return this.order.some((node) => seen(node) && !this.view.hidden?.(node) && ++count > MANY);
  }

  // A zoom has filled already what the scroll event after it would fill again.
  fill() {
    const now = [this.order, this.view, this.scale, this.far, this.turning, this.box.scrollLeft, this.box.scrollTop];
    if (this.filled?.every((value, i) => value === now[i])) return;
    super.fill();
    this.filled = now;
    this.filled[3] = this.far;
    this.paint();
  }

  clear() {
    super.clear();
    this.filled = null;
  }

  paint() {
    const { canvas, box } = this;
    canvas.hidden = !this.far;
    if (!this.far || !this.theme || !this.order) return;
    const [width, height] = [box.clientWidth, box.clientHeight - 1]; // the box may lie between two pixels
    if (canvas.shape !== `${width}×${height}×${devicePixelRatio}`) {
      canvas.shape = `${width}×${height}×${devicePixelRatio}`;
      this.pen = sized(canvas, width, height).pen;
    }
    canvas.style.left = `${box.offsetLeft + box.clientLeft}px`;
    canvas.style.top = `${box.offsetTop + box.clientTop}px`;
    paintTree(this.pen, this, { left: box.scrollLeft, top: box.scrollTop, width, height });
  }

  // The node under the pointer; of very small ones the nearest, kept before pruned.
  nodeAt(event) {
    const box = this.box.getBoundingClientRect();
    const x = event.clientX - box.left - this.box.clientLeft + this.box.scrollLeft;
    const y = event.clientY - box.top - this.box.clientTop + this.box.scrollTop;
    let [found, least] = [null, 6];
    for (const node of this.order) {
      if (this.view.hidden?.(node)) continue;
      const at = this.place(node);
      const [dx, dy] = [Math.max(at.x - x, 0, x - at.x - at.width), Math.max(at.y - y, 0, y - at.y - at.height)];
      const away = Math.hypot(dx, dy) + (at.height < 6 && isPruned(node) ? 0.5 : 0);
      if (away < least) [found, least] = [node, away];
    }
    return found;
  }

  hover(event) {
    if (!this.far || this.drag) return;
    const node = this.nodeAt(event);
    this.box.style.cursor = node ? "pointer" : "";
    if (node === this.hovered && this.card.classList.contains("on")) return;
    this.hovered = node;
    if (node && !node.more) this.showCard(node);
    else this.hideCard();
  }

  activate(node) {
    super.activate(node);
    this.said.textContent = node && this.far ? this.nameOf(node) : "";
    this.paint();
  }

  reveal(node) {
    super.reveal(node);
    this.paint();
  }
}
