// Four costs by volume, both axes by powers of ten.

const SAMPLES = 121;
const SHORT = { api: "Closed API", hosted: "Hosted", rented: "Rented", owned: "Own" };

/** "1k", "10M": a power of ten. @param {number} value */
function powerLabel(value) {
  return value < 1 ? number(value, 6) : format(value, { notation: "compact" });
}

/** The lines, the crossings with their intervals, and the reader's volume. */
class Volumes {
  constructor() {
    this.width = 0;
    this.element = svg("svg", { role: "img", class: "oc-chart" });
  }

  /** @param {Record<string, Way | null>} ways @param {Crossing[]} crossings @param {number} volume
   * @param {string} words */
  draw(ways, crossings, volume, words) {
    const width = this.width || 600;
    const height = Math.max(260, Math.min(340, width * 0.55));
    const box = { left: 58, right: width - 14, top: 26, bottom: height - 42 };
    const held = Object.entries(ways).flatMap(([id, way]) => (way === null ? [] : [{ id, way }]));
    const marks = crossings.filter((each) => each.first !== null && each.first > 0);
    const places = [volume, ...marks.map((each) => Number(each.first))].map(Math.log10);
    const from = Math.max(Math.floor(Math.min(...places)) - 1, Math.floor(Math.max(...places)) - 7, -6);
    const to = Math.min(Math.ceil(Math.max(...places)) + 1, from + 10);
    const volumes = Array.from({ length: SAMPLES }, (_, i) => 10 ** (from + ((to - from) * i) / (SAMPLES - 1)));
    const lines = held.map(({ id, way }) => ({ id, costs: volumes.map((each) => costOf(way, each)) }));
    const all = lines.flatMap(({ costs }) => costs.filter((cost) => cost > 0)).map(Math.log10);
    const high = all.length ? Math.ceil(Math.max(...all)) : 1;
    const low = Math.max(all.length ? Math.floor(Math.min(...all)) : 0, high - 9, -4);
    const x = (each) => box.left + ((Math.log10(each) - from) / (to - from)) * (box.right - box.left);
    const y = (cost) => Math.min(box.bottom, box.bottom - ((Math.log10(Math.max(cost, 1e-12)) - low) / Math.max(1, high - low)) * (box.bottom - box.top));
    setAttributes(this.element, { viewBox: `0 0 ${width} ${height}`, height, "aria-label": words });
    const powers = (start, end, most) => {
      const step = Math.max(1, Math.ceil((end - start) / most));
      return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => 10 ** (start + i * step));
    };
    const grid = [
      ...powers(low, high, 6).flatMap((cost) => [
        svg("line", { class: "oc-grid", x1: box.left, x2: box.right, y1: y(cost), y2: y(cost) }),
        svg("text", { x: box.left - 8, y: y(cost) + 4, "text-anchor": "end" }, powerLabel(cost))]),
      ...powers(from, to, width > 480 ? 8 : 4).map((each) =>
        svg("text", { x: x(each), y: box.bottom + 17, "text-anchor": "middle" }, powerLabel(each * 1e6))),
      svg("text", { x: box.left - 8, y: 13, "text-anchor": "end" }, "USD"),
      svg("text", { x: box.right, y: box.bottom + 35, "text-anchor": "end" }, "tokens a month"),
    ];
    const drawn = lines.map(({ id, costs }) => svg("polyline", { class: "oc-line", "data-way": id,
      points: costs.map((cost, i) => `${x(volumes[i]).toFixed(1)},${y(cost).toFixed(1)}`).join(" ") }));
    const inside = (each) => each >= 10 ** from && each <= 10 ** to;
    const spans = marks.filter((each) => each.low !== null && inside(Number(each.first))).flatMap((each) => {
      const at = y(costOf(/** @type {Way} */ (ways[each.price]), Number(each.first)));
      const end = Math.min(each.high ?? Infinity, 10 ** to);
      return [svg("line", { class: "oc-span", x1: x(Math.max(Number(each.low), 10 ** from)), x2: x(end), y1: at, y2: at }),
        svg("circle", { class: "oc-cross", cx: x(Number(each.first)), cy: at, r: 5 })];
    });
    this.element.replaceChildren(...grid, ...drawn, ...spans, ...this.now(volume, held, box, x, y), ...this.names(lines, box, y));
  }

  /** The reader's volume, and what each way costs there. */
  now(volume, held, box, x, y) {
    return [svg("line", { class: "oc-now", x1: x(volume), x2: x(volume), y1: box.top, y2: box.bottom }),
      ...held.map(({ id, way }) => svg("circle", { class: "oc-dot", "data-way": id, cx: x(volume), cy: y(costOf(way, volume)), r: 4.5 }))];
  }

  /** The names at the left ends of the lines, under those that rise, moved apart where two would overlap. */
  names(lines, box, y) {
    let above = box.top - 14;
    const places = lines.map(({ id, costs }) => ({ id, at: Math.min(box.bottom - 4, y(costs[0]) + (id === "rented" ? -7 : 15)) }));
    return places.sort((a, b) => a.at - b.at).map(({ id, at }) => {
      above = Math.max(at, above + 16);
      return svg("text", { class: "oc-line-name", "data-way": id, x: box.left + 6, y: above }, SHORT[id]);
    });
  }
}
