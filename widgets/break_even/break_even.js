// Four ways to pay on one axis. The arithmetic is in _plan.js and the chart in _chart.js, in front of this.

const KINDS = { api: "Closed API: its prices", hosted: "Hosted open weights: their prices",
  rent: "Rented GPU: its rent", speed: "Speed, as measured" };
const PLACES = { api: "Paid by the token", hosted: "Paid by the token", rent: "Rented", speed: "A server, rented or your own" };

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const rows = model.get("rows");
  const presets = model.get("presets");
  const inputs = model.get("inputs");
  const kinds = Object.keys(KINDS);
  const names = Object.fromEntries(kinds.map((kind) => [kind, rows[kind].map((row) => row.name)]));
  const form = new Form(model, el, "break_even", {
    preset: (value) => Object.hasOwn(presets, String(value)),
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_row`, (value) => names[kind].includes(value)])),
  }, draw);

  const choice = newId("preset");
  const examples = Object.entries(presets).map(([name, preset]) => {
    const input = h("input", { type: "radio", name: choice, value: name });
    input.addEventListener("change", () => choose(name));
    return { name, input, element: h("label", { class: "oc-option" }, input, h("span", { class: "oc-option-text" }, preset.name)) };
  });
  const selects = Object.fromEntries(kinds.map((kind) => [kind, choiceField(KINDS[kind],
    names[kind].map((name) => /** @type {[string, string]} */ ([name, name])), (value) => form.set({ [`${kind}_row`]: value }))]));
  const claim = h("p", { class: "oc-claim", dir: "auto" });
  const chart = new Volumes();
  const summary = h("p", { class: "oc-summary" });
  const totals = Object.fromEntries(Object.keys(WAYS).map((id) => [id, h("strong", {})]));
  const crossed = h("ul", { class: "oc-crossings" });
  const notes = h("p", { class: "oc-note" });
  const sources = h("ul", {});
  const reset = resetButton(form);
  const announcer = new Announcer();
  const results = h("div", { class: "oc-results" }, summary, chart.element,
    h("div", { class: "oc-totals" }, ...Object.entries(WAYS).map(([id, name]) =>
      h("p", { class: "oc-total", "data-way": id }, h("span", { class: "oc-total-name" }, name), totals[id]))),
    crossed, notes);
  let read = "";

  /** @param {string} name */
  function choose(name) {
    const { figures, rows: wanted } = presets[name];
    const first = Object.fromEntries(form.names.map((each) => [each, inputs[each]?.value ?? form.specs[each].start]));
    form.set({ ...first, ...figures, preset: name, ...Object.fromEntries(kinds.map((kind) => [`${kind}_row`, wanted[kind]])) });
  }

  const chosenRows = () => Object.fromEntries(kinds.map((kind) =>
    [kind, rows[kind].find((row) => row.name === model.get(`${kind}_row`)) ?? null]));

  function draw() {
    const chosen = chosenRows();
    const values = filled(form.figures(), chosen);
    const ways = waysOf(values);
    const found = crossings(values);
    const costs = Object.fromEntries(Object.entries(ways).map(([id, way]) => [id, way === null ? null : costOf(way, values.volume)]));
    for (const { name, input } of examples) input.checked = name === model.get("preset");
    for (const kind of kinds) selects[kind].select.value = model.get(`${kind}_row`);
    for (const [name, value] of [["api", mixPrice(chosen.api, values.output)], ["hosted", mixPrice(chosen.hosted, values.output)],
      ["rent", chosen.rent?.value ?? null], ["speed", chosen.speed?.value ?? null]]) {
      form.fields[String(name)].input.placeholder = value === null ? "not known" : number(Number(value), 4);
    }
    const words = cheapestSentence(costs, values.volume);
    summary.textContent = form.refused ? STALE_WORDS : words;
    summary.classList.toggle("oc-stale", form.refused);
    for (const id of Object.keys(WAYS)) totals[id].textContent = costs[id] === null ? "not known" : money(Number(costs[id]));
    const said = [...found.map((each) => crossingSentence(each, values[`${each.price}_price`])),
      pricesSentence(values.api_price, values.hosted_price)].filter((text) => text !== "");
    while (crossed.children.length > said.length) crossed.lastElementChild?.remove();
    while (crossed.children.length < said.length) crossed.append(h("li", {}));
    said.forEach((text, i) => (crossed.children[i].textContent = text));
    notes.textContent = notesOf(values, chosen).join(" ");
    chart.draw(ways, found, values.volume, `${words} ${said.join(" ")}`);
    const { said_by, words: theirs } = presets[model.get("preset")];
    claim.textContent = theirs ? `${said_by}: “${theirs}” Below, with figures that you can change:` : "No article’s claim: a small model, with figures that you can change.";
    drawSources(chosen);
    reset.draw();
    if (!form.refused) announcer.say(`${words} ${said.join(" ")}`);
  }

  /** What to know about the figures. @returns {string[]} */
  function notesOf(values, chosen) {
    const found = [];
    if (form.figures().speed === null && chosen.speed && Math.abs(chosen.speed.output - values.output) > 1) {
      found.push(`The speed was measured with ${number(chosen.speed.output, 0)}% of the tokens written, yours are ${number(values.output, 0)}%: another mix runs at another speed.`);
    }
    if (values.watts === null) found.push("Power is left out: type its watts.");
    return found;
  }

  function drawSources(chosen) {
    const wanted = kinds.map((kind) => model.get(`${kind}_row`)).join("\n");
    if (wanted === read) return;
    read = wanted;
    const lines = [...Object.values(chosen).filter((row) => row !== null), ...Object.values(inputs).map((row) => ({ ...row, name: row.what }))];
    sources.replaceChildren(...lines.map((row) => h("li", { dir: "auto" }, `${capital(row.name)}: `, ...sourceNodes(row))));
  }

  const groups = ["Your use", "Paid by the token", "A server, rented or your own", "Rented", "Your own", "How sure"].map((name) => {
    const group = form.group(name);
    const own = kinds.filter((kind) => PLACES[kind] === name).map((kind) => selects[kind].element);
    group.children[0].after(h("div", { class: "oc-picks" }, ...own));
    return group;
  });
  const title = h("p", { class: "oc-title", id: newId("title") }, "Break-even");
  el.classList.add("oc-widget", "oc-calculator", "oc-breakeven");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  el.append(title, ...form.memory.notice(),
    h("fieldset", { class: "oc-examples" }, h("legend", { class: "oc-hidden" }, "Example"),
      h("div", { class: "oc-options" }, ...examples.map((example) => example.element))),
    claim, groups[0], results,
    h("details", { class: "oc-more", open: true }, h("summary", {}, "The figures behind it"), ...groups.slice(1)),
    h("details", {}, h("summary", {}, "Where they were read"), sources),
    h("div", { class: "oc-foot" }, h("p", { class: "oc-note" },
      "What has no source under “Where they were read” is our assumption, to be replaced by yours. A month has 730 hours."), reset.button),
    announcer.element);
  form.start();
  const stop = onWidth(results, (width) => {
    chart.width = width;
    draw();
  });
  return () => {
    stop();
    form.stop();
  };
}

export default { render, parts: { filled, waysOf, costOf, breakEven, goodFrom, crossings, mixPrice, crossingSentence,
  pricesSentence, cheapestSentence, tokensText } };
