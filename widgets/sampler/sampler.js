// The model's shares of the next token, what each setting cuts, and what is drawn. Its arithmetic
// is in _draw.js, which stands in front of this.

const SETTINGS = ["top_k", "top_p", "min_p", "temperature"]; // in the order they work
const FILTERS = { top_k: "Top-k", top_p: "Top-p", min_p: "Min-p", temperature: "Temperature" };
const HINTS = {
  top_k: "tokens that stay; 0: all",
  top_p: "share they add up to; 1: all",
  min_p: "of the likeliest’s share; 0: all",
  temperature: "0: always the likeliest",
};
const STEPS = { top_k: [20, 1], top_p: [1, 0.01], min_p: [1, 0.01], temperature: [2, 0.05] };
const OFF = { top_k: 0, top_p: 1, min_p: 0, temperature: 1 };
const LLAMA_CPP = { top_k: 40, top_p: 0.95, min_p: 0.05, temperature: 0.8 }; // its common/common.h
const MOST_DRAWS = 2000; // as in sampler.py
const LONGEST_TOKEN = 40; // letters shown; as in sampler.py
const SIGNS = { " ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍" };

/** A token's text with its blanks and line ends as signs; the twin is in sampler.py.
 * @param {string} text */
function visible(text) {
  const letters = Array.from(text.slice(0, 2 * LONGEST_TOKEN + 2));
  const shown = letters.length > LONGEST_TOKEN ? `${letters.slice(0, LONGEST_TOKEN).join("")}…` : text;
  return shown.replace(/[ \n\t\r]/g, (letter) => SIGNS[letter]) || "(no text)";
}

/** A share as text, such as "12.3%"; the twin is in sampler.py. @param {number} share */
function percent(share) {
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share >= 0.9995 && share < 1) return ">99.9%";
  return `${number(share * 100, 1)}%`;
}

/** A sentence about a setting that cannot be used, or "". @param {string} name @param {number} value */
function settingProblem(name, value) {
  if (name === "top_p" || name === "min_p") return value >= 0 && value <= 1 ? "" : "Type a share from 0 to 1, such as 0.9.";
  if (name === "temperature") return value >= 0 && value <= 2 ? "" : "Type a temperature from 0 to 2.";
  return Number.isInteger(value) && value >= 0 && value < SEEDS ? "" : "Type a whole number from 0 to 4,294,967,295.";
}

/** The figure in a text, or null where there is none that can be used.
 * @param {string} name @param {string} typed */
function usableSetting(name, typed) {
  const read = readNumber(typed);
  return "value" in read && settingProblem(name, read.value) === "" ? read.value : null;
}

/** Where the shares come from; the twin of `source` in sampler.py. @param {any} about */
function sourceSentence(about) {
  const rounded = "Logits are rounded to two decimals, so a share is right to about 1 in 100.";
  if (!about.model) return rounded;
  const made = about.made ? `, recorded on ${longDate(about.made)}` : "";
  const file = about.file ? ` (${about.file})` : "";
  return `Measured: ${about.model} in ${about.precision ?? ""}${made}${file}. ${rounded}`;
}

/** One token's row: its text, its bar, its share and how often it was drawn. */
class Row {
  /** @param {string} text @param {boolean} named */
  constructor(text, named) {
    this.own = h("i", { class: "oc-own" });
    this.bar = h("i", { class: "oc-bar" });
    this.share = h("td", { class: "oc-share" });
    this.drawn = h("td", { class: "oc-drawn" });
    const word = named ? h("span", { class: "oc-token", dir: "auto" }, text) : text;
    this.element = h("tr", {}, h("th", { scope: "row" }, word),
      h("td", { class: "oc-track", "aria-hidden": "true" }, h("div", {}, this.bar, this.own)), this.share, this.drawn);
    this.seen = "";
  }

  /** @param {number} own @param {number} share @param {string} reason @param {number} drawn */
  draw(own, share, reason, drawn) {
    const seen = `${own} ${share} ${reason} ${drawn}`;
    if (seen === this.seen) return;
    this.seen = seen;
    this.own.style.insetInlineStart = `${own * 100}%`;
    this.bar.style.inlineSize = `${share * 100}%`;
    setAttributes(this.element, { "data-cut": reason !== "" });
    this.share.textContent = reason === "" ? percent(share) : `cut: ${reason}`;
    this.drawn.textContent = drawn === 0 ? "" : number(drawn, 0);
  }
}

/** Whether stored data is what `keep` writes. @param {any} data */
function isRecord(data) {
  const whole = [data.prompt, data.draws].every((each) => Number.isInteger(each) && each >= 0);
  return whole && data.draws <= MOST_DRAWS && typeof data.typed === "object" &&
    Object.values(data.typed).every((text) => typeof text === "string");
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const prompts = model.get("prompts");
  const start = model.get("defaults");
  const names = [...SETTINGS, "seed"];
  const claim = claimName(`sampler:${model.get("remember_as")}`, model, el);
  const memory = new Memory(claim.name, 1, (data) => isRecord(data) && data.prompt < prompts.length);
  const kept = memory.load();
  /** What was typed, by setting. @type {Record<string, string>} */
  const typed = { ...(kept?.typed ?? {}) };
  /** What the last button did: "", "drawn" or "likeliest". */
  let took = "";
  let refusal = "";
  /** @typedef {{place: number, logits: number[], own: number[], rows: Row[]}} Shown */
  /** @type {Shown | null} */
  let shown = null;

  const changes = ownChanges(model, ["prompt", "draws", ...names], draw);
  const fields = Object.fromEntries(names.map((name) =>
    [name, new AmountField(name, () => {
      edited(name);
      keep();
    }, (value) => settingProblem(name, value))]));
  const sliders = Object.fromEntries(SETTINGS.map((name) => {
    const [max, step] = STEPS[name];
    const slider = h("input", { type: "range", class: "oc-slider", min: 0, max, step, "aria-label": FILTERS[name] });
    slider.addEventListener("input", () => {
      fields[name].input.value = slider.value;
      edited(name);
    });
    slider.addEventListener("change", keep);
    return [name, slider];
  }));
  SETTINGS.forEach((name) => {
    fields[name].label.textContent = FILTERS[name];
    fields[name].hint.textContent = HINTS[name];
    fields[name].problem.before(sliders[name]);
  });
  fields.seed.label.textContent = "Seed";

  const choice = newId("prompt");
  const options = prompts.map((prompt, i) => {
    const input = h("input", { type: "radio", name: choice, value: i });
    input.addEventListener("change", () => {
      took = refusal = "";
      changes.put({ prompt: i });
      draw();
      keep();
    });
    const slot = h("span", { class: "oc-slot", "aria-hidden": "true" });
    const words = h("span", { class: "oc-option-text" }, h("span", { class: "oc-asked", dir: "auto" }, prompt.prompt),
      h("span", { class: "oc-so-far", dir: "auto" }, prompt.made, slot));
    return { input, slot, element: h("label", { class: "oc-option" }, input, words) };
  });
  const button = (words, quiet, action) => {
    const element = h("button", { type: "button", class: quiet ? "oc-button oc-quiet" : "oc-button" }, words);
    element.addEventListener("click", () => {
      refusal = "";
      action();
      draw();
      keep();
    });
    return element;
  };
  /** @param {number} count */
  const more = (count) => () => {
    const draws = model.get("draws") + count;
    if (draws > MOST_DRAWS) refusal = `${number(MOST_DRAWS, 0)} draws are enough for one picture: clear them first.`;
    else changes.put({ draws });
    took = "drawn";
  };
  const set = (values) => () => {
    for (const name of Object.keys(values)) typed[name] = String(values[name]);
    took = "";
    changes.put(values);
  };
  const buttons = [
    button("Draw one", false, more(1)), button("Draw 100", true, more(100)),
    button("Take the likeliest", true, () => (took = "likeliest")),
  ];
  const clear = button("Clear the draws", true, () => {
    took = "";
    changes.put({ draws: 0 });
  });
  const reset = button("Cut nothing", true, set(OFF));
  const theirs = button("llama.cpp’s own settings", true, set(LLAMA_CPP));
  const reply = h("p", { class: "oc-reply", role: "status", dir: "auto" });
  const summary = h("p", { class: "oc-summary" });
  const body = h("tbody", {});
  const announcer = new Announcer();
  const caption = h("caption", { class: "oc-hidden" }, "Tokens that may come next, the likeliest first");
  const table = h("table", { class: "oc-tokens" }, caption, h("thead", {}, h("tr", {},
    h("th", { scope: "col" }, "Next token"), h("td", { class: "oc-key", "aria-hidden": "true" }, h("i", {}), "the model’s own share"),
    h("th", { scope: "col" }, "Share"), h("th", { scope: "col" }, "Drawn"))), body);

  function edited(name) {
    typed[name] = fields[name].input.value;
    const value = fields[name].read();
    took = refusal = "";
    if (value !== null) changes.put({ [name]: value });
    drawResults();
  }

  /** Show all that the model holds: choice, fields and results. */
  function draw() {
    options.forEach(({ input }, i) => (input.checked = i === model.get("prompt")));
    for (const name of names) {
      const text = typed[name];
      const figure = usableSetting(name, text ?? "");
      // What was typed stays as it was typed, unless the figure has been changed from elsewhere.
      const stands = text !== undefined && (figure === null || figure === model.get(name));
      fields[name].input.value = stands ? text : String(model.get(name));
      fields[name].read();
    }
    drawResults();
  }

  /** The tokens of the prompt chosen, with a row each. @returns {Shown} */
  function prepare() {
    const place = model.get("prompt");
    if (shown !== null && shown.place === place) return shown;
    const prompt = prompts[place];
    const logits = [...prompt.tokens.map((token) => token.logit), ...prompt.rest];
    const rows = prompt.tokens.map((token) => new Row(visible(token.text), true));
    if (prompt.rest.length) rows.push(new Row(`${number(prompt.rest.length, 0)} others`, false));
    body.replaceChildren(...rows.map((row) => row.element));
    const made = { place, logits, own: softmax(logits), rows };
    shown = made;
    return made;
  }

  function drawResults() {
    const { place, logits, own, rows } = prepare();
    const [topK, topP, minP, temperature, seed] = names.map((name) => model.get(name));
    const reasons = sieve(logits, topK, topP, minP);
    const probabilities = sampleDistribution(logits, temperature, topK, topP, minP, reasons);
    const drawn = drawMany(probabilities, seed, model.get("draws"));
    const tokens = prompts[place].tokens;
    const named = tokens.length;
    const counts = new Array(named + 1).fill(0);
    for (const i of drawn) counts[Math.min(i, named)] += 1;
    const sum = (shares) => shares.slice(named).reduce((total, share) => total + share, 0);
    const cutOf = (i) => reasons[i] || (temperature === 0 && probabilities[i] === 0 ? "temperature" : "");
    rows.forEach((row, i) => {
      if (i < named) row.draw(own[i], probabilities[i], cutOf(i), counts[i]);
      else row.draw(sum(own), sum(probabilities), logits.slice(named).some((_, n) => cutOf(named + n) === "") ? "" : cutOf(named), counts[named]);
    });
    const left = probabilities.filter((probability) => probability > 0).length;
    const name = (i) => (i < named ? `“${visible(tokens[i].text)}”` : "one of the others");
    const refused = names.some((each) => fields[each].input.hasAttribute("aria-invalid"));
    summary.textContent = refused ? "Correct the marked field: until then you see the last figures that could be used."
      : `${number(left, 0)} of ${number(logits.length, 0)} tokens can be drawn. The likeliest is ${name(0)}, with ${percent(probabilities[0])}.`;
    summary.classList.toggle("oc-stale", refused);
    for (const each of SETTINGS) {
      sliders[each].value = String(model.get(each));
      setAttributes(sliders[each], { "aria-valuetext": String(model.get(each)) });
    }
    clear.hidden = model.get("draws") === 0;
    const picked = took === "likeliest" ? 0 : drawn.at(-1);
    options.forEach(({ slot }, i) => {
      const fills = i === place && took !== "" && picked !== undefined;
      slot.textContent = !fills ? "" : picked < named ? visible(tokens[picked].text) : "…";
    });
    reply.dataset.state = refusal ? "refused" : "noted";
    if (refusal) reply.textContent = refusal;
    else if (took === "" || picked === undefined) reply.textContent = "";
    else if (took === "likeliest") reply.textContent = `The likeliest: ${name(0)}. Taking it every time is what temperature 0 does.`;
    else reply.textContent = `Draw ${number(drawn.length, 0)} with seed ${seed}: ${name(picked)}, which had ${percent(probabilities[picked])}.`;
    if (!refused && took === "") announcer.say(summary.textContent);
  }

  function keep() {
    memory.save({ prompt: model.get("prompt"), draws: model.get("draws"), typed });
  }

  const title = h("p", { class: "oc-title", id: newId("title") }, "The next token");
  el.classList.add("oc-widget", "oc-sampler");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  el.append(title, ...memory.notice(),
    h("fieldset", { class: "oc-prompts" }, h("legend", {}, "What comes next?"),
      h("div", { class: "oc-options" }, ...options.map((option) => option.element))),
    h("div", { class: "oc-settings" }, ...SETTINGS.map((name) => fields[name].element)),
    h("div", { class: "oc-row" }, reset, theirs), summary, table,
    h("div", { class: "oc-row oc-draws" }, ...buttons, fields.seed.element), reply,
    h("div", { class: "oc-foot" }, h("p", { class: "oc-note", dir: "auto" }, sourceSentence(model.get("about"))), clear),
    announcer.element);

  const untouched = model.get("draws") === 0 && ["prompt", ...names].every((name) => model.get(name) === start[name]);
  if (kept && untouched) {
    const figures = names.map((name) => [name, usableSetting(name, typed[name] ?? "") ?? start[name]]);
    changes.put({ prompt: kept.prompt, draws: kept.draws, ...Object.fromEntries(figures) });
  }
  draw();
  return () => {
    changes.stop();
    claim.release();
  };
}

export default { render, parts: { sampleDistribution, sieve, uniform, drawMany, visible, percent, sourceSentence } };
