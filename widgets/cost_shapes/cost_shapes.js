// Two lines, where they cross, and what both come to at the reader's own use.

const INPUTS = ["fee", "fixed", "running", "uses"];

/** @typedef {{fee: number, fixed: number, running: number, uses: number}} Figures */

/**
 * Compare paying per use with a fixed fee; the twin of `compare` in cost_shapes.py.
 * @param {number} fee USD per use @param {number} fixed USD whatever the use
 * @param {number} running USD per use of what is owned @param {number} uses
 */
function compare(fee, fixed, running, uses) {
  const payTotal = fee * uses;
  const ownTotal = fixed + running * uses;
  const cheaper = payTotal === ownTotal ? "same" : payTotal < ownTotal ? "pay" : "own";
  /** @type {number | null} */
  let crossover = null;
  let kind = fee === running && fixed === 0 ? "same" : "never";
  if (fee > running) {
    crossover = fixed / (fee - running);
    kind = fixed > 0 ? "crosses" : "from the start";
  }
  return { kind, crossover, pay_total: payTotal, own_total: ownTotal, cheaper };
}

/** @param {any} preset @param {number} uses */
function quantity(preset, uses) {
  const digits = uses >= 100 ? 0 : uses >= 10 ? 1 : 2;
  return `${number(uses, digits)} ${preset.unit} ${preset.span}`.trimEnd();
}

/** The sentence that names the crossover; the twin of `crossover_sentence` in Python.
 * @param {any} preset @param {string} kind @param {number | null} crossover */
function crossoverSentence(preset, kind, crossover) {
  const { pay, own } = preset;
  if (kind === "crosses" && crossover !== null) {
    const where = quantity(preset, crossover);
    return `The lines cross at ${where}: below that ${pay} is cheaper, above it ${own} is.`;
  }
  if (kind === "from the start") {
    return `With no fixed fee, ${own} is cheaper from the first ${preset.per} on.`;
  }
  if (kind === "same") {
    return `The two lines are one: ${pay} and ${own} cost the same however much you use.`;
  }
  return `The lines never cross: ${pay} is never dearer than ${own}, however much you use.`;
}

/** What both ways come to, in a sentence. @param {any} preset @param {number} uses @param {any} result */
function totalsSentence(preset, uses, result) {
  const { pay, own } = preset;
  const totals = `At ${quantity(preset, uses)}: ${pay} ${usd(result.pay_total)}, ${own} ${usd(result.own_total)}.`;
  if (result.cheaper === "same") return `${totals} They cost the same.`;
  const winner = result.cheaper === "pay" ? pay : own;
  const saving = usd(Math.abs(result.pay_total - result.own_total));
  return `${totals} ${capital(winner)} is cheaper by ${saving}.`;
}

const WIDE = 480; // pixels; on a narrower chart only the axis names the unit

/** The chart: drawn anew when a line or the scale changes; otherwise only its marks are. */
class Chart {
  constructor() {
    this.width = 0;
    this.drawn = "";
    this.scenery = svg("g", {});
    this.marks = svg("g", {});
    this.element = svg("svg", { role: "img", class: "oc-chart" }, this.scenery, this.marks);
  }

  /** @param {any} preset @param {any} figures @param {any} result @param {number} most @param {string} words */
  draw(preset, figures, result, most, words) {
    const width = this.width || 600;
    const height = Math.max(230, Math.min(320, width * 0.52));
    const box = { left: 62, right: width - 16, top: 28, bottom: height - 44 };
    const highest = Math.max(figures.fee * most, figures.fixed + figures.running * most);
    const top = roundUp(highest > 0 ? highest : 1);
    const x = (uses) => box.left + (uses / most) * (box.right - box.left);
    const y = (cost) => box.bottom - (cost / top) * (box.bottom - box.top);
    this.element.setAttribute("aria-label", words);
    const wanted = JSON.stringify([preset.name, figures.fee, figures.fixed, figures.running, most, width]);
    if (wanted !== this.drawn) {
      this.drawn = wanted;
      setAttributes(this.element, { viewBox: `0 0 ${width} ${height}`, height });
      this.scenery.replaceChildren(...this.grid(preset, box, x, y, most, top),
        ...this.lines(preset, figures, result, box, x, y, most));
    }
    this.marks.replaceChildren(...this.points(preset, figures, result, box, x, y, most));
  }

  grid(preset, box, x, y, most, top) {
    const parts = [];
    for (const cost of ticks(top, 4)) {
      parts.push(svg("line", { class: "oc-grid", x1: box.left, x2: box.right, y1: y(cost), y2: y(cost) }),
        svg("text", { x: box.left - 8, y: y(cost) + 4, "text-anchor": "end" }, tickLabel(cost)));
    }
    for (const uses of ticks(most, box.right > WIDE ? 6 : 3)) {
      parts.push(svg("text", { x: x(uses), y: box.bottom + 18, "text-anchor": "middle" }, tickLabel(uses)));
    }
    parts.push(svg("text", { x: box.left - 8, y: 14, "text-anchor": "end" }, "USD"),
      svg("text", { x: box.right, y: box.bottom + 36, "text-anchor": "end" }, `${preset.unit} ${preset.span}`.trimEnd()));
    return parts;
  }

  lines(preset, { fee, fixed, running }, result, box, x, y, most) {
    const payEnd = y(fee * most);
    const ownEnd = y(fixed + running * most);
    const payLower = payEnd >= ownEnd;
    const label = (text, end, below, side) => svg("text", { class: "oc-line-name", "data-side": side,
      x: box.right - 4, y: Math.min(box.bottom - 6, Math.max(box.top - 8, end + (below ? 20 : -9))), "text-anchor": "end" }, text);
    const parts = [];
    const cross = result.kind === "crosses" && result.crossover < most ? result.crossover : null;
    const at = (uses) => [`${x(uses)},${y(fee * uses)}`, `${x(uses)},${y(fixed + running * uses)}`];
    const area = (from, to, side) => svg("polygon", { class: "oc-area", "data-side": side,
      points: [at(from)[0], at(to)[0], at(to)[1], at(from)[1]].join(" ") });
    const startSide = fixed > 0 || running >= fee ? "pay" : "own";
    parts.push(area(0, cross ?? most, startSide));
    if (cross !== null) parts.push(area(cross, most, "own"));
    parts.push(
      svg("line", { class: "oc-line", "data-side": "pay", x1: x(0), y1: y(0), x2: x(most), y2: payEnd }),
      svg("line", { class: "oc-line", "data-side": "own", x1: x(0), y1: y(fixed), x2: x(most), y2: ownEnd }),
      label(preset.pay_label, payEnd, payLower, "pay"),
      label(preset.own_label, ownEnd, !payLower, "own"));
    return parts;
  }

  points(preset, { fee, fixed, running, uses }, result, box, x, y, most) {
    const parts = [];
    if (uses <= most) {
      parts.push(svg("line", { class: "oc-now", x1: x(uses), x2: x(uses), y1: box.top, y2: box.bottom }),
        svg("circle", { class: "oc-dot", "data-side": "pay", cx: x(uses), cy: y(fee * uses), r: 4.5 }),
        svg("circle", { class: "oc-dot", "data-side": "own", cx: x(uses), cy: y(fixed + running * uses), r: 4.5 }));
    }
    if (result.kind === "crosses" && result.crossover <= most) {
      const [cx, cy] = [x(result.crossover), y(fee * result.crossover)];
      const name = quantity({ ...preset, span: "", unit: box.right > WIDE ? preset.unit : "" }, result.crossover);
      const roomLeft = cx - box.left > name.length * 7.5 + 12; // left of the crossing and above: free
      parts.push(svg("line", { class: "oc-cross-line", x1: cx, x2: cx, y1: cy, y2: box.bottom }),
        svg("circle", { class: "oc-cross", cx, cy, r: 6 }),
        svg("text", { class: "oc-cross-name", x: roomLeft ? cx - 8 : cx + 10, y: roomLeft ? cy - 12 : cy + 22,
          "text-anchor": roomLeft ? "end" : "start" }, name));
    }
    return parts;
  }
}

/** The amount in a text, or null where there is none that can be used. @param {string} typed */
function usable(typed) {
  const read = readNumber(typed);
  return "value" in read && amountProblem(read.value) === "" ? read.value : null;
}

/** @param {(name: string) => number} figure @returns {any} */
function allOf(figure) {
  return Object.fromEntries(INPUTS.map((name) => [name, figure(name)]));
}

/** Whether stored data is what `keep` writes: an example, and texts for each field of each.
 * @param {any} data @param {any} presets */
function isRecord(data, presets) {
  const texts = (entry) => Object.values(entry).every((text) => typeof text === "string");
  return Object.hasOwn(presets, data.preset) && Object.values(data.typed).every(texts);
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const presets = model.get("presets");
  const claim = claimName(`cost_shapes:${model.get("remember_as")}`, model, el);
  const memory = new Memory(claim.name, 1, (data) => isRecord(data, presets));
  const kept = memory.load();
  /** What was typed, for each example. @type {Record<string, Record<string, string>>} */
  const typed = { ...(kept?.typed ?? {}) };
  let most = 1;
  let shownPreset = "";

  const fields = Object.fromEntries(INPUTS.map((name) => [name, new AmountField(name, () => edited(name))]));
  const slider = h("input", { type: "range", min: 0, class: "oc-slider" });
  const chart = new Chart();
  const choice = newId("preset");
  const examples = Object.entries(presets).map(([name, preset]) => {
    const input = h("input", { type: "radio", name: choice, value: name });
    input.addEventListener("change", () => choose(name));
    return { name, input, element: h("label", { class: "oc-option" }, input, h("span", {}, preset.name)) };
  });
  const sentence = h("p", { class: "oc-crossover" });
  const totals = { pay: total("pay"), own: total("own") };
  const leavesOut = h("p", { class: "oc-note" });
  const reset = h("button", { type: "button", class: "oc-button oc-quiet" }, "Back to our figures");
  const announcer = new Announcer();
  const results = h("div", { class: "oc-results" }, chart.element, sentence,
    h("div", { class: "oc-totals" }, totals.pay.element, totals.own.element));

  /** @param {string} side */
  function total(side) {
    const parts = { label: h("span", { class: "oc-total-name" }), amount: h("strong", {}), note: h("span", { class: "oc-hint" }) };
    return { ...parts, element: h("p", { class: "oc-total", "data-side": side }, parts.label, parts.amount, parts.note) };
  }

  const preset = () => presets[model.get("preset")];
  const startOf = (name) => (name === model.get("defaults").preset ? model.get("defaults") : presets[name]);

  function choose(name) {
    const texts = typed[name] ?? {};
    const figures = allOf((input) => usable(texts[input] ?? "") ?? startOf(name)[input]);
    put(model, { preset: name, ...figures, ...outcome(figures) });
    draw();
    keep();
  }

  function edited(name) {
    const texts = (typed[model.get("preset")] ??= {});
    texts[name] = fields[name].input.value;
    const value = fields[name].read();
    if (value !== null) {
      const figures = { ...figuresNow(), [name]: value };
      put(model, { [name]: value, ...outcome(figures) });
      rescale();
    }
    drawResults();
    keep();
  }

  slider.addEventListener("input", () => {
    const uses = Number(slider.value);
    fields.uses.input.value = String(uses);
    (typed[model.get("preset")] ??= {}).uses = String(uses);
    fields.uses.read();
    put(model, { uses, ...outcome({ ...figuresNow(), uses }) });
    drawResults();
  });
  slider.addEventListener("change", keep);

  reset.addEventListener("click", () => {
    delete typed[model.get("preset")];
    choose(model.get("preset"));
  });

  const figuresNow = () => allOf((name) => model.get(name));

  /** The result traits, as the model wants them. @param {Figures} figures */
  function outcome({ fee, fixed, running, uses }) {
    const { cheaper: _, ...result } = compare(fee, fixed, running, uses);
    return result;
  }

  /** The right end of the chart and the slider: room for the use and, if it is near, the crossing. */
  function rescale() {
    const { fee, fixed, running, uses } = figuresNow();
    const { crossover } = compare(fee, fixed, running, uses);
    const base = preset().most_uses;
    const near = crossover !== null && crossover <= base * 10 ? crossover * 1.25 : 0;
    most = roundUp(Math.max(base, near, uses));
    setAttributes(slider, { max: most, step: 10 ** Math.floor(Math.log10(most / 100)) });
    slider.value = String(uses);
  }

  /** Show all that the model holds: labels, fields and results. */
  function draw() {
    const now = preset();
    const name = model.get("preset");
    shownPreset = name;
    for (const example of examples) example.input.checked = example.name === name;
    const labels = {
      fee: [`${now.pay_label}: USD per ${now.per}`, now.fee_hint],
      fixed: [`${now.own_label}: ${now.fixed_unit}`, now.fixed_hint],
      running: [`${now.own_label}: USD per ${now.per}`, now.running_hint],
      uses: [now.uses_label, ""],
    };
    for (const input of INPUTS) {
      const field = fields[input];
      [field.label.textContent, field.hint.textContent] = labels[input];
      const text = typed[name]?.[input];
      // What was typed stays as it was typed, unless the figure has been changed from elsewhere.
      const figure = usable(text ?? "");
      const stands = text !== undefined && (figure === null || figure === model.get(input));
      field.input.value = stands ? text : plain(model.get(input));
      field.read();
    }
    setAttributes(slider, { "aria-label": now.uses_label });
    leavesOut.textContent = `The figures to start from are ours: round, for illustration, from no price list. ${now.leaves_out}`;
    totals.pay.label.textContent = now.pay_label;
    totals.own.label.textContent = now.own_label;
    rescale();
    drawResults();
  }

  function drawResults() {
    const now = preset();
    const figures = figuresNow();
    const refused = INPUTS.some((name) => fields[name].input.hasAttribute("aria-invalid"));
    const result = compare(figures.fee, figures.fixed, figures.running, figures.uses);
    const crossing = crossoverSentence(now, result.kind, result.crossover);
    const spent = totalsSentence(now, figures.uses, result);
    chart.draw(now, figures, result, most, `${crossing} ${spent}`);
    setAttributes(slider, { "aria-valuetext": quantity(now, figures.uses) });
    sentence.textContent = refused ? "Correct the marked field: until then you see the last figures that could be used." : crossing;
    const saving = `cheaper by ${usd(Math.abs(result.pay_total - result.own_total))}`;
    totals.pay.amount.textContent = usd(result.pay_total);
    totals.own.amount.textContent = usd(result.own_total);
    totals.pay.note.textContent = result.cheaper === "pay" ? saving : "";
    totals.own.note.textContent = result.cheaper === "own" ? saving : "";
    results.classList.toggle("oc-stale", refused);
    const start = startOf(model.get("preset"));
    reset.hidden = !refused && INPUTS.every((name) => figures[name] === start[name]);
    if (!refused) announcer.say(`${crossing} ${spent}`);
  }

  /** Store this example; what another tab has stored of the others stays. */
  function keep() {
    const name = model.get("preset");
    memory.save({ preset: name, typed: { ...memory.load()?.typed, [name]: typed[name] } });
  }

  const title = h("p", { class: "oc-title", id: newId("title") }, "Two shapes of cost");
  el.classList.add("oc-widget", "oc-costs");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  el.append(title, ...memory.notice(),
    h("fieldset", { class: "oc-examples" }, h("legend", { class: "oc-hidden" }, "Example"),
      h("div", { class: "oc-options" }, ...examples.map((example) => example.element))),
    h("div", { class: "oc-amounts" }, fields.fee.element, fields.fixed.element, fields.running.element),
    h("div", { class: "oc-uses" }, fields.uses.element, slider),
    results, h("div", { class: "oc-foot" }, leavesOut, reset), announcer.element);

  const start = model.get("defaults");
  const untouched = model.get("preset") === start.preset && INPUTS.every((name) => model.get(name) === start[name]);
  if (kept && untouched) choose(kept.preset);
  else draw();

  const resized = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === chart.width) return;
    chart.width = width;
    drawResults();
  });
  resized.observe(results);
  const stop = watch(model, ["preset", ...INPUTS], () => {
    const differs = INPUTS.some((name) => {
      const figure = usable(fields[name].input.value);
      return figure !== null && figure !== model.get(name);
    });
    if (differs || model.get("preset") !== shownPreset) draw();
  });
  return () => {
    stop();
    resized.disconnect();
    claim.release();
  };
}

export default { render, parts: { compare, crossoverSentence, quantity } };
