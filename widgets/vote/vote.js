// A vote before the run and one after it. Several elements of one page share the votes of one name.

const WIDTH = 560; // of the picture, in its own units
const TITLES = { before: "Before the run", after: "After the run", result: "What you predicted" };

/** @typedef {{answer: string, feedback: string}[]} Options */

/** An answer in words; the twin of `said` in vote.py.
 * @param {Options} options @param {string} unit @param {number | null} answer */
function said(options, unit, answer) {
  if (answer === null) return "";
  return options.length ? `“${options[answer].answer}”` : `${number(answer, 6)} ${unit}`.trimEnd();
}

/** What became of a vote; the twin of `shift` in vote.py.
 * @param {Options} options @param {string} unit @param {number | null} before @param {number} after */
function shift(options, unit, before, after) {
  const now = said(options, unit, after);
  if (before === null) return `You say ${now} now, and did not vote before.`;
  if (before === after) return `You stayed with ${now}.`;
  const start = `You went from ${said(options, unit, before)} to ${now}`;
  if (options.length) return `${start}.`;
  return `${start}: ${after > before ? "up" : "down"} by ${number(Math.abs(after - before), 6)}.`;
}

/** How a prediction fared; the twin of `met` in vote.py.
 * @param {Options} options @param {string} unit @param {number | null} before @param {number} result */
function met(options, unit, before, result) {
  const ran = said(options, unit, result);
  if (before === null) return `The run gave ${ran}. You did not predict anything.`;
  if (before === result) return `You predicted ${ran}, and so the run gave it.`;
  const start = `You predicted ${said(options, unit, before)}; the run gave ${ran}`;
  if (options.length) return `${start}.`;
  const side = before > result ? "too high" : "too low";
  return `${start}: you were ${number(Math.abs(before - result), 6)} ${side}.`;
}

/** The two marks on a line of numbers, or beside the options, and the way from one to the other.
 * @param {Options} options @param {string} unit @param {[number, number]} ends
 * @param {{value: number | null, words: string}} first @param {{value: number, words: string}} second
 * @param {string} sentence */
function picture(options, unit, ends, first, second, sentence) {
  const rtl = document.documentElement.dir === "rtl";
  const [low, high] = [Math.min(ends[0], first.value ?? ends[0], second.value), Math.max(ends[1], first.value ?? ends[1], second.value)];
  const place = (value) => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return 40 + (WIDTH - 80) * (rtl ? 1 - share : share);
  };
  const to = place(second.value);
  const from = first.value === null ? null : place(first.value);
  const marks = options.length ? options.map((_, i) => i) : ticks(high - low, 5).map((step) => low + step);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} 106`, role: "img", "aria-label": sentence, class: "oc-shift" },
    svg("line", { x1: 40, x2: WIDTH - 40, y1: 62, y2: 62, class: "oc-axis" }),
    ...marks.flatMap((value) => [
      svg("line", { x1: place(value), x2: place(value), y1: 56, y2: 68, class: "oc-axis" }),
      svg("text", { x: place(value), y: 97, "text-anchor": "middle", class: "oc-tick" },
        options.length ? String(value + 1) : tickLabel(value))]));
  if (from !== null && from !== to) {
    const way = to > from ? 1 : -1;
    const bow = `M${from},50 C${from},14 ${to},14 ${to - way * 3},44`;
    drawn.append(svg("path", { d: bow, class: "oc-way" }),
      svg("path", { d: `M${to - 10 * way},38 L${to - 2 * way},48 L${to + 4 * way},35`, class: "oc-way" }));
  }
  if (from !== null) drawn.append(svg("circle", { cx: from, cy: 62, r: 8, class: "oc-first" }));
  drawn.append(svg("circle", { cx: to, cy: 62, r: from === to ? 4 : 8, class: "oc-second" }));
  const key = (kind, { value, words }) => h("li", {},
    h("i", { class: kind, "aria-hidden": "true" }), h("span", { dir: "auto" }, `${words}: `, ...(value === null ? ["none"] : rich(said(options, unit, value)))));
  return h("div", { class: "oc-results" }, drawn,
    h("ul", { class: "oc-keys" }, key("oc-first", first), key("oc-second", second)));
}

/** Those who show votes of one name on this page. @param {string} name @returns {Set<() => void>} */
function listeners(name) {
  const page = shared();
  page.votes ??= new Map();
  if (!page.votes.has(name)) page.votes.set(name, new Set());
  return page.votes.get(name);
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  /** @type {Options} */
  const options = model.get("options");
  const unit = model.get("unit");
  /** @type {[number, number]} */
  const ends = [model.get("least"), model.get("most")];
  const stage = model.get("stage");
  /** Which of the two votes is given here. @type {"before" | "after"} */
  const mine = stage === "after" ? "after" : "before";
  const given = (value) => typeof value === "number" && value >= ends[0] && value <= ends[1] &&
    (options.length === 0 || Number.isInteger(value));
  const usable = (data) => ["before", "after"].every((each) => data[each] === null || typeof data[each] === "number") &&
    typeof data.draft === "string";
  // All stages of a vote share one record; two of the same stage do not.
  const claim = claimName(`vote:${stage}:${model.get("remember_as")}`, model, el);
  const name = claim.name.replace(`vote:${stage}:`, "vote:");
  const memory = new Memory(name, 1, usable);
  const others = listeners(name);
  const changes = ownChanges(model, ["before", "after", "result"], draw);

  const id = newId("vote");
  const inputs = options.map((_, i) => h("input", { type: "radio", name: id, value: i }));
  const field = options.length ? null : new AmountField("vote", () => drafted(), (value) =>
    given(value) ? "" : `Type a number from ${number(ends[0], 6)} to ${number(ends[1], 6)}.`);
  const hint = h("p", { class: "oc-hint" });
  const button = h("button", { type: "submit", class: "oc-button" });
  const reply = h("div", { class: "oc-reply", role: "status", dir: "auto" });
  const drawing = h("div", {});
  const first = h("p", { class: "oc-earlier", dir: "auto" });
  if (field) {
    field.label.textContent = "Your number";
    field.hint.textContent = `${number(ends[0], 6)} to ${number(ends[1], 6)} ${unit}`.trimEnd();
  }
  const answers = field ? field.element : h("div", { class: "oc-options" }, ...options.map((option, i) =>
    h("label", { class: "oc-option" }, inputs[i], h("span", { class: "oc-place", "aria-hidden": "true" }, `${i + 1}`),
      h("span", { class: "oc-option-text", dir: "auto" }, ...rich(option.answer)))));
  const legend = h("legend", { dir: "auto" }, ...rich(model.get("question")));
  const form = stage === "result" ? h("p", { class: "oc-asked", dir: "auto" }, ...rich(model.get("question")))
    : h("form", { novalidate: true }, h("fieldset", {}, legend, answers), h("div", { class: "oc-row" }, button, hint));
  const title = h("p", { class: "oc-title", id: newId("title") }, TITLES[stage]);

  /** What is chosen or typed, whether it was recorded or not. */
  const draft = () => field ? field.input.value : inputs.find((input) => input.checked)?.value ?? "";
  const record = () => memory.load() ?? { before: null, after: null, draft: "" };
  const drafted = () => memory.save({ ...record(), draft: draft() });

  function submit() {
    const value = field ? field.read() : draft() === "" ? null : Number(draft());
    if (value === null) {
      reply.dataset.state = "refused";
      reply.replaceChildren(h("p", {}, field ? "Type a number that can be used first." : "Nothing is chosen yet: choose one first."));
      (field ? field.input : inputs[0]).focus();
      return;
    }
    changes.put({ [mine]: value });
    keep();
    draw();
  }

  function keep() {
    memory.save({ before: model.get("before"), after: model.get("after"), draft: draft() });
    for (const other of others) if (other !== hear) other();
  }

  /** Take over what another element of the same vote recorded. */
  function hear() {
    const kept = record();
    const values = Object.fromEntries(["before", "after"].map((each) => [each, given(kept[each]) ? kept[each] : null]));
    changes.put(values);
    draw();
  }

  function draw() {
    const [before, after, result] = ["before", "after", "result"].map((each) => model.get(each));
    const own = mine === "after" ? after : before;
    // Once the second vote is given, the first one stands.
    const closed = stage === "before" && after !== null;
    if (own !== null && field && field.read() !== own) field.input.value = String(own);
    if (own !== null) inputs.forEach((input, i) => (input.checked = i === own));
    for (const input of field ? [field.input] : inputs) input.disabled = closed;
    button.textContent = own === null ? "Record my vote" : "Change my vote";
    button.classList.toggle("oc-quiet", own !== null);
    button.hidden = closed;
    hint.textContent = closed ? "You have voted again since, so this vote stands." : own === null ? "It stays in your browser." : "";
    first.textContent = stage === "after" ? (before === null ? "You have not voted before the run." : `Before the run you said ${said(options, unit, before)}.`) : "";
    first.hidden = first.textContent === "";
    reply.dataset.state = "noted";
    const now = stage === "result" ? met(options, unit, before, result)
      : own === null ? "" : stage === "after" ? shift(options, unit, before, after) : `Recorded: ${said(options, unit, before)}.`;
    const feedback = own !== null && options.length && stage !== "result" ? options[own].feedback : "";
    const words = [now, feedback].filter((text) => text !== "");
    reply.replaceChildren(...words.map((text) => h("p", {}, ...rich(text))));
    const last = stage === "result" ? result : after;
    const shows = stage !== "before" && last !== null;
    drawing.replaceChildren(...(shows ? [picture(options, unit, ends, { value: before, words: stage === "result" ? "You predicted" : "Before" },
      { value: last, words: stage === "result" ? "The run gave" : "After" }, now)] : []));
  }

  el.classList.add("oc-widget", "oc-vote");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  const kept = memory.load();
  el.append(title, ...memory.notice(), form, first, reply, drawing);
  if (form instanceof HTMLFormElement) {
    onSend(form, submit);
    inputs.forEach((input) => input.addEventListener("change", drafted));
  }
  // What Python has set is stronger than what the browser kept.
  const empty = ["before", "after"].filter((each) => model.get(each) === null && given(kept?.[each]));
  if (empty.length) changes.put(Object.fromEntries(empty.map((each) => [each, kept[each]])));
  draw();
  if (kept && model.get(mine) === null && kept.draft !== "") {
    if (field) {
      field.input.value = kept.draft;
      field.read();
    } else inputs.forEach((input) => (input.checked = input.value === kept.draft));
  }
  others.add(hear);
  return () => {
    others.delete(hear);
    changes.stop();
    claim.release();
  };
}

export default { render, parts: { said, shift, met } };
