// The same calls at several sellers. What a bill comes to is worked out in _bill.js, which stands in front.

const TOKENIZERS = "The same text is a different number of tokens for each model: a count made with one tokenizer is an estimate for the others.";

/** One offer on the page: its line in the table, and where its price was read.
 * @param {Offer} row @param {() => void} remove */
function offerLine(row, remove) {
  const title = h("span", { dir: "auto" }, row.model);
  const seller = h("span", { class: "oc-hint", dir: "auto" }, row.provider);
  const note = h("span", { class: "oc-note", dir: "auto" });
  const bar = h("span", { class: "oc-bar" });
  const near = h("span", { class: "oc-near" });
  const cells = Object.fromEntries(["A call", "A day", "A month", "Times"].map((name) =>
    [name, h("td", { "data-name": name })]));
  const seen = h("td", { "data-name": "Price of" }, row.on ? `${longDate(row.on)}${age(row.on)}` : "–");
  const button = h("button", { type: "button", class: "oc-button oc-quiet oc-remove", "aria-label": `Remove ${offerName(row)}` }, "×");
  button.addEventListener("click", remove);
  const element = h("tr", {}, h("th", { scope: "row" }, title, seller, near, note, bar),
    ...Object.values(cells), seen, h("td", { class: "oc-last" }, button));
  const source = h("li", { dir: "auto" }, `${offerName(row)}: `,
    ...(row.url ? [sourceLink(row.url), `, price seen on ${longDate(row.on)}${age(row.on)}.`] : [row.note]));
  return { row, element, source, button,
    /** @param {Line} line @param {number} most */
    draw(line, most) {
      const shown = (usd) => (usd === null ? "not known" : money(usd));
      cells["A call"].textContent = shown(line.call);
      cells["A day"].textContent = shown(line.day);
      cells["A month"].textContent = shown(line.month);
      cells.Times.textContent = line.times === null ? "–" : times(line.times);
      near.textContent = line.level && line.times !== 1 ? "level, for all that tokenizers tell" : "";
      note.textContent = line.note;
      bar.style.inlineSize = `${line.call === null || most === 0 ? 0 : Math.max(0.5, (100 * line.call) / most)}%`;
    } };
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  /** @type {Offer[]} */
  const rows = model.get("rows");
  const known = rows.map(offerName);
  const isChoice = (value) => Array.isArray(value) && value.every((each) => known.includes(each));
  const form = new Form(model, el, "token_bill", { chosen: isChoice, wait: (value) => typeof value === "boolean" }, draw);
  /** @type {Map<string, any>} */
  const held = new Map();
  const lineOf = (name) => {
    if (!held.has(name)) held.set(name, offerLine(rows[known.indexOf(name)], () => remove(name)));
    return held.get(name);
  };

  const waiting = h("input", { type: "checkbox" });
  waiting.addEventListener("change", () => form.set({ wait: waiting.checked }));
  const sentence = h("p", { class: "oc-summary", dir: "auto" });
  const body = h("tbody", {});
  const heads = ["Model and seller", "A call", "A day", "A month", "Times the cheapest", "Price of"];
  const table = h("table", { class: "oc-bills oc-cards" }, h("caption", { class: "oc-hidden" }, "What each offer costs"),
    h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)),
      h("th", { scope: "col" }, h("span", { class: "oc-hidden" }, "Remove")))), body);
  const choice = choiceField("Add a model", known.map((name) => /** @type {[string, string]} */ ([name, name])), () => {});
  const add = h("button", { type: "button", class: "oc-button" }, "Add");
  add.addEventListener("click", () => {
    const name = choice.select.value;
    if (name && !model.get("chosen").includes(name)) form.set({ chosen: [...model.get("chosen"), name] });
  });
  const sources = h("ul", {});
  const reset = resetButton(form);
  const announcer = new Announcer();
  let order = "";

  /** @param {string} name */
  function remove(name) {
    const chosen = model.get("chosen").filter((each) => each !== name);
    form.set({ chosen });
    const next = body.querySelector("button") ?? add;
    next.focus();
  }

  function draw() {
    const chosen = model.get("chosen");
    const shown = chosen.map(lineOf);
    const picked = shown.map((each) => each.row);
    const lines = billLines(picked, form.figures(), model.get("wait"));
    waiting.checked = model.get("wait");
    const most = Math.max(0, ...lines.map((line) => line.call ?? 0));
    for (const line of lines) shown[line.place].draw(line, most);
    const names = lines.map((line) => chosen[line.place]);
    if (names.join("\n") !== order) {
      order = names.join("\n");
      body.replaceChildren(...lines.map((line) => shown[line.place].element));
      sources.replaceChildren(...lines.map((line) => shown[line.place].source));
      const left = known.filter((name) => !chosen.includes(name));
      for (const option of choice.select.options) option.hidden = option.disabled = !left.includes(option.value);
      if (chosen.includes(choice.select.value)) choice.select.value = left[0] ?? "";
      add.disabled = left.length === 0;
    }
    const words = billSummary(picked, lines);
    sentence.textContent = form.refused ? STALE_WORDS : words;
    sentence.classList.toggle("oc-stale", form.refused);
    reset.draw();
    if (!form.refused) announcer.say(words);
  }

  const title = h("p", { class: "oc-title", id: newId("title") }, "Token bill");
  el.classList.add("oc-widget", "oc-calculator", "oc-bill");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  const terms = form.group("Terms");
  terms.append(h("label", { class: "oc-option" }, waiting, h("span", { class: "oc-option-text" }, "Answers may wait (batch)")));
  el.append(title, ...form.memory.notice(), form.group("One call: tokens"), form.group("Traffic"), terms, sentence,
    h("div", { class: "oc-scroll", tabindex: "0", role: "region", "aria-label": "Bills" }, table),
    h("div", { class: "oc-row oc-adding" }, choice.element, add),
    h("p", { class: "oc-note" }, TOKENIZERS),
    h("details", {}, h("summary", {}, "Where each price was read"), sources),
    h("div", { class: "oc-foot" }, h("p", { class: "oc-note" }, "The figures to start from are ours; the prices are rows of a table."), reset.button),
    announcer.element);
  form.start();
  return () => form.stop();
}

export default { render, parts: { billLines, billSummary, limitProblem, money, times } };
