// What a smaller precision costs: size, speed, the same answers as before, the right ones.

const Z = 1.96; // as in quantize.py: 95% of a normal distribution
const WIDE = 560; // pixels; on a narrower chart the three panels stand below each other

/** A 95% Wilson interval of a share; the twin of `wilson` in quantize.py.
 * @param {number} right @param {number} total @returns {[number, number]} */
function wilson(right, total) {
  const share = right / total;
  const square = Z * Z;
  const middle = share + square / (2 * total);
  const spread = Z * Math.sqrt((share * (1 - share)) / total + square / (4 * total * total));
  const scale = 1 + square / total;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

/** Whether a precision will do; the twin of `judge` in quantize.py.
 * @param {any} row @param {number | null} memory in MB @param {number | null} accuracy in per cent */
function judge(row, memory, accuracy) {
  if (memory === null && accuracy === null) return "";
  if (memory !== null && row.bytes > memory * 1e6) return "too large";
  if (accuracy === null) return "qualifies";
  const [low, high] = wilson(row.right, row.total);
  if (high < accuracy / 100) return "falls short";
  return low >= accuracy / 100 ? "qualifies" : "may reach it";
}

/** Bytes as text, such as "1.83 MB"; the twin of `size` in quantize.py. @param {number} count */
function size(count) {
  for (const [unit, name] of /** @type {[number, string][]} */ ([[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]])) {
    if (count >= unit) return `${number(count / unit, 2, 2)} ${name}`;
  }
  return `${number(count, 0)} bytes`;
}

/** A count as text, such as "58 of 90: 64% (54–74%)"; the twin of `share` in quantize.py.
 * @param {number} right @param {number} total */
function share(right, total) {
  const [low, high] = wilson(right, total);
  const span = `${number(100 * low, 0)}–${number(100 * high, 0)}%`;
  return `${number(right, 0)} of ${number(total, 0)}: ${number((100 * right) / total, 0)}% (${span})`;
}

/** What became of the answers; the twin of `lesson` in quantize.py. @param {any} row @param {any} full */
function lesson(row, full) {
  const changed = row.same.total - row.same.right;
  const [name, first] = [row.precision, full.precision];
  if (name === first) return `${first} is what the others are compared with.`;
  if (changed === 0) return `Not one answer of ${name} differs from ${first}’s.`;
  const words = changed === 1 ? "1 answer differs" : `${number(changed, 0)} answers differ`;
  const start = `${words} from ${first}’s`;
  if (row.total !== full.total) return `${start}.`;
  const more = row.right - full.right;
  if (more === 0) return `${start}, yet as many are right: agreement is not accuracy.`;
  const isAre = Math.abs(more) === 1 ? "is" : "are";
  if (more > 0) return `${start}, yet ${number(more, 0)} more ${isAre} right: agreement is not accuracy.`;
  const fewer = `${start}, and ${number(-more, 0)} fewer ${isAre} right`;
  if (wilson(row.right, row.total)[1] >= wilson(full.right, full.total)[0]) {
    return `${fewer}: so few that chance alone may do it, as the intervals show.`;
  }
  return `${fewer}: more than chance alone would do.`;
}

/** What the file and the right answers went from and to; the twin of `trade` in quantize.py.
 * @param {any} row @param {any} full */
function trade(row, full) {
  const first = full.precision;
  if (row.precision === first) return "";
  const part = number((100 * row.bytes) / full.bytes, 0);
  const [now, before] = [row, full].map((each) => number((100 * each.right) / each.total, 0));
  return `The file is ${part}% of ${first}’s; right answers: ${now}%, where ${first} has ${before}%.`;
}

/** How fast a precision is; the twin of `speed` in quantize.py.
 * @param {any} row @param {any} full @param {string} machine */
function speed(row, full, machine) {
  if (row.speed === null) return "Its speed was not measured.";
  if (row.precision === full.precision) return `Speed is counted in its own: 1, on ${machine}.`;
  return `${number(row.speed, 2)} times as fast as ${full.precision} on ${machine}; on another machine it may be otherwise.`;
}

/** Where the figures come from; the twin of `source` in quantize.py. @param {any} about */
function source(about) {
  const made = about.made ? ` on ${longDate(about.made)}` : "";
  const file = about.file ? ` (${about.file})` : "";
  const counted = about.counted_on ? ` Answers: ${about.counted_on}.` : "";
  const machine = about.machine ? ` Speed: ${about.machine}.` : "";
  return `Measured${made}${file}.${counted}${machine} In brackets: 95% intervals.`;
}

/** Which precisions will do, in a sentence. @param {any[]} rows @param {string[]} verdicts */
function choiceSentence(rows, verdicts) {
  if (verdicts.every((verdict) => verdict === "")) {
    return "Say what memory you have, or what accuracy you need: the precisions that qualify are marked.";
  }
  const named = (wanted) => rows.filter((_, i) => verdicts[i] === wanted).map((row) => row.precision);
  const [sure, perhaps] = [named("qualifies"), named("may reach it")];
  const list = (names) => names.join(", ");
  const first = sure.length ? `These qualify: ${list(sure)}.` : `None of the ${rows.length} qualifies for certain.`;
  const rest = perhaps.length ? ` These may, and more questions would tell: ${list(perhaps)}.` : "";
  return first + rest;
}

/** Three panels with one line for each precision: size, same answers, right answers. */
class Panels {
  /** @param {any[]} rows */
  constructor(rows) {
    this.rows = rows;
    this.width = 0;
    this.drawn = 0;
    this.under = svg("g", {});
    this.scenery = svg("g", {});
    this.element = svg("svg", { role: "img", class: "oc-chart" }, this.under, this.scenery);
  }

  /** The places of the panels, all three beside or below each other. */
  layout() {
    const width = this.width || 600;
    const line = 26;
    const head = 30;
    const foot = 24;
    const label = Math.min(92, 14 + 8.2 * Math.max(...this.rows.map((row) => row.precision.length)));
    const tall = head + line * this.rows.length + foot;
    const wide = width >= WIDE;
    const each = wide ? (width - label - 2 * 30) / 3 : width - label - 14;
    const boxes = [0, 1, 2].map((i) => {
      const left = wide ? label + i * (each + 30) : label;
      const top = (wide ? 0 : i * (tall + 8)) + head;
      return { left, right: left + each - 6, top, bottom: top + line * this.rows.length };
    });
    return { width, height: wide ? tall : 3 * tall + 16, line, label, wide, boxes };
  }

  /** @param {number} chosen @param {string[]} verdicts @param {number | null} memory
   * @param {number | null} accuracy @param {string} words */
  draw(chosen, verdicts, memory, accuracy, words) {
    const place = this.layout();
    const most = Math.max(...this.rows.map((row) => row.bytes)) * 1.4;
    const scale = (box, part) => box.left + part * (box.right - box.left);
    this.element.setAttribute("aria-label", words);
    if (place.width !== this.drawn) {
      this.drawn = place.width;
      setAttributes(this.element, { viewBox: `0 0 ${place.width} ${place.height}`, height: place.height });
      this.scenery.replaceChildren(...this.grid(place, scale), ...this.rows.map((row, i) => this.line(row, i, place, most, scale)));
    }
    [...this.scenery.querySelectorAll("[data-row]")].forEach((group) =>
      setAttributes(group, { "data-out": ["too large", "falls short"].includes(verdicts[Number(group.getAttribute("data-row"))]) }));
    const bands = (place.wide ? [{ ...place.boxes[0], right: place.width }] : place.boxes).map((box) =>
      svg("rect", { class: "oc-band", x: 0, width: box.right, y: box.top + chosen * place.line, height: place.line, rx: 3 }));
    const limit = (box, part) => (part < 0 || part > 1 ? [] : [svg("line", { class: "oc-limit",
      x1: scale(box, part), x2: scale(box, part), y1: box.top - 4, y2: box.bottom })]);
    this.under.replaceChildren(...bands, ...(memory === null ? [] : limit(place.boxes[0], (memory * 1e6) / most)),
      ...(accuracy === null ? [] : limit(place.boxes[2], accuracy / 100)));
  }

  grid({ boxes }, scale) {
    const first = this.rows[0].precision;
    const names = ["File size", `Same as ${first.length > 8 ? "first" : first}`, "Right"];
    return boxes.flatMap((box, i) => [
      svg("text", { class: "oc-panel", x: box.left, y: box.top - 12 }, names[i]),
      ...(i === 0 ? [0] : [0, 0.5, 1]).map((part) => svg("line", { class: "oc-grid",
        x1: scale(box, part), x2: scale(box, part), y1: box.top, y2: box.bottom })),
      ...(i === 0 ? [] : [0, 0.5, 1]).map((part) => svg("text", { x: scale(box, part), y: box.bottom + 16,
        "text-anchor": ["start", "middle", "end"][part * 2] }, `${number(part * 100, 0)}%`)),
    ]);
  }

  /** One precision's marks in all three panels. */
  line(row, i, { boxes, line, wide, label }, most, scale) {
    const y = (box) => box.top + (i + 0.5) * line;
    const end = scale(boxes[0], row.bytes / most);
    const name = (box) => svg("text", { class: "oc-line-name", x: 6, y: y(box) + 4,
      ...(row.precision.length * 8.2 > label - 10 ? { textLength: label - 14, lengthAdjust: "spacingAndGlyphs" } : {}) },
      row.precision.length > 14 ? `${row.precision.slice(0, 13)}…` : row.precision);
    return svg("g", { "data-row": i },
      ...(wide ? boxes.slice(0, 1) : boxes).map(name),
      svg("rect", { class: "oc-size", x: boxes[0].left, width: Math.max(1, end - boxes[0].left), y: y(boxes[0]) - 6, height: 12 }),
      svg("text", { class: "oc-amount-text", x: end + 5, y: y(boxes[0]) + 4 }, size(row.bytes)),
      this.dot(row.same, boxes[1], y(boxes[1]), scale, "same"),
      this.dot(row, boxes[2], y(boxes[2]), scale, "right"));
  }

  /** A share with its interval: a square for the same answer, a circle for the right one. */
  dot({ right, total }, box, y, scale, kind) {
    const [low, high] = wilson(right, total).map((part) => scale(box, part));
    const x = scale(box, right / total);
    const sign = kind === "same" ? svg("rect", { x: x - 4.5, y: y - 4.5, width: 9, height: 9 }) : svg("circle", { cx: x, cy: y, r: 5 });
    return svg("g", { "data-kind": kind }, svg("line", { x1: low, x2: high, y1: y, y2: y }),
      ...[low, high].map((at) => svg("line", { x1: at, x2: at, y1: y - 4, y2: y + 4 })), sign);
  }
}

const WISHES = ["memory", "accuracy"];
const LABELS = { memory: "Memory I have: MB", accuracy: "Accuracy I need: %" };
const HINTS = { memory: "for the file; running takes more", accuracy: "right answers of 100" };

/** A sentence about a wish that cannot be used, or "". @param {string} name @param {number} value */
function wishProblem(name, value) {
  if (name === "memory") return amountProblem(value);
  return value >= 0 && value <= 100 ? "" : "Type a share from 0 to 100.";
}

/** The figure in a text; null where there is none. @param {string} name @param {string} typed */
function usableWish(name, typed) {
  const read = readNumber(typed);
  return "value" in read && wishProblem(name, read.value) === "" ? read.value : null;
}

/** @param {any} data @param {string[]} names */
function isRecord(data, names) {
  return names.includes(data.precision) && typeof data.typed === "object" &&
    Object.values(data.typed).every((text) => typeof text === "string");
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const rows = model.get("rows");
  const about = model.get("about");
  const start = model.get("defaults");
  const names = rows.map((row) => row.precision);
  const claim = claimName(`quantize:${model.get("remember_as")}`, model, el);
  const memory = new Memory(claim.name, 1, (data) => isRecord(data, names));
  const kept = memory.load();
  /** @type {Record<string, string>} */
  const typed = { ...(kept?.typed ?? {}) };
  const changes = ownChanges(model, ["precision", ...WISHES], draw);
  const fields = Object.fromEntries(WISHES.map((name) =>
    [name, new AmountField(name, () => edited(name), (value) => wishProblem(name, value), true)]));
  for (const name of WISHES) {
    fields[name].label.textContent = LABELS[name];
    fields[name].hint.textContent = HINTS[name];
  }

  const choice = newId("precision");
  const options = rows.map((row) => {
    const input = h("input", { type: "radio", name: choice, value: row.precision });
    input.addEventListener("change", () => {
      changes.put({ precision: row.precision });
      drawResults();
      keep();
    });
    const verdict = h("span", { class: "oc-verdict" });
    return { input, verdict, element: h("label", { class: "oc-option" }, input,
      h("span", { class: "oc-option-text" }, h("span", { dir: "auto" }, row.precision), verdict)) };
  });
  const panels = new Panels(rows);
  const chosenName = h("p", { class: "oc-chosen", dir: "auto" });
  const figures = Object.fromEntries(["File", "Bits a weight", "Same answer", "Right answer"].map((name) => [name, h("dd", {})]));
  const list = h("dl", { class: "oc-figures" }, ...Object.entries(figures).map(([name, value]) => h("div", {}, h("dt", {}, name), value)));
  const changed = h("p", { class: "oc-lesson", dir: "auto" });
  const traded = h("p", { class: "oc-trade", dir: "auto" });
  const fast = h("p", { class: "oc-speed", dir: "auto" });
  const choices = h("p", { class: "oc-choices", dir: "auto" });
  const reset = h("button", { type: "button", class: "oc-button oc-quiet" }, "Ask for nothing");
  const announcer = new Announcer();
  const results = h("div", { class: "oc-results" }, panels.element, chosenName, list, changed, traded, fast);

  reset.addEventListener("click", () => {
    for (const name of WISHES) delete typed[name];
    changes.put({ memory: null, accuracy: null });
    draw();
    keep();
  });

  function edited(name) {
    typed[name] = fields[name].input.value;
    const value = fields[name].read();
    if (!fields[name].input.hasAttribute("aria-invalid")) changes.put({ [name]: value });
    drawResults();
    keep();
  }

  /** Show all that the model holds: choice, fields and results. */
  function draw() {
    for (const name of WISHES) {
      const [text, value] = [typed[name], model.get(name)];
      // What was typed stays as it was typed, unless the figure has been changed from elsewhere.
      const stands = text !== undefined && (usableWish(name, text) === null ? text.trim() !== "" : usableWish(name, text) === value);
      fields[name].input.value = stands ? text : value === null ? "" : String(value);
      fields[name].read();
    }
    drawResults();
  }

  function drawResults() {
    const wishes = WISHES.map((name) => model.get(name));
    const verdicts = rows.map((row) => judge(row, wishes[0], wishes[1]));
    const chosen = names.indexOf(model.get("precision"));
    const row = rows[chosen];
    options.forEach(({ input, verdict, element }, i) => {
      input.checked = i === chosen;
      verdict.textContent = verdicts[i];
      element.dataset.verdict = verdicts[i];
    });
    chosenName.textContent = row.precision;
    figures.File.textContent = size(row.bytes);
    figures["Bits a weight"].textContent = number(row.bits_per_weight, 2);
    figures["Same answer"].textContent = share(row.same.right, row.same.total);
    figures["Right answer"].textContent = share(row.right, row.total);
    changed.textContent = lesson(row, rows[0]);
    traded.textContent = trade(row, rows[0]);
    fast.textContent = speed(row, rows[0], about.machine || "the machine it was measured on");
    const refused = WISHES.some((name) => fields[name].input.hasAttribute("aria-invalid"));
    choices.textContent = refused ? "Correct the marked field: until then the last figure counts that could be used." : choiceSentence(rows, verdicts);
    choices.classList.toggle("oc-stale", refused);
    reset.hidden = !refused && wishes.every((wish) => wish === null);
    const words = `${row.precision}: ${size(row.bytes)}; same answer ${share(row.same.right, row.same.total)}; right answer ${share(row.right, row.total)}.`;
    panels.draw(chosen, verdicts, wishes[0], wishes[1], words);
    if (!refused) announcer.say(`${words} ${changed.textContent} ${choices.textContent}`);
  }

  function keep() {
    memory.save({ precision: model.get("precision"), typed });
  }

  const title = h("p", { class: "oc-title", id: newId("title"), dir: "auto" }, `Precisions of ${model.get("model_name")}`);
  el.classList.add("oc-widget", "oc-quantize");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  el.append(title, ...memory.notice(),
    h("fieldset", { class: "oc-precisions" }, h("legend", {}, "Precision"),
      h("div", { class: "oc-options" }, ...options.map((option) => option.element))),
    results,
    h("div", { class: "oc-wishes" }, ...WISHES.map((name) => fields[name].element)), h("div", { class: "oc-row" }, choices, reset),
    h("div", { class: "oc-foot" }, h("p", { class: "oc-note", dir: "auto" }, source(about))), announcer.element);

  const untouched = ["precision", ...WISHES].every((name) => model.get(name) === start[name]);
  if (kept && untouched) {
    const wishes = WISHES.filter((name) => typed[name] !== undefined).map((name) => [name, usableWish(name, typed[name])]);
    changes.put({ precision: kept.precision, ...Object.fromEntries(wishes) });
  }
  draw();
  const resized = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === panels.width) return;
    panels.width = width;
    drawResults();
  });
  resized.observe(results);
  return () => {
    changes.stop();
    resized.disconnect();
    claim.release();
  };
}

export default { render, parts: { wilson, judge, size, share, lesson, trade, speed, source, longDate } };
