// The reader's verdict first, the seeds' only then.

const WORDS = {
  open: "Open",
  closed: "Closed",
  depends: "It depends",
  unknown: "Cannot tell yet",
  silent: "Does not say",
};
const VERDICTS = ["open", "closed", "depends", "unknown"];
const LONGEST_REASON = 300; // as in edge.py

/** How many seeds say what the reader says; the twin of `agreement` in edge.py.
 * @param {string | null} verdict @param {{says: string}[]} seeds */
function agreement(verdict, seeds) {
  return seeds.filter((seed) => seed.says === verdict).length;
}

/** @param {string | null} verdict @param {{says: string}[]} seeds */
function agreementSentence(verdict, seeds) {
  const same = agreement(verdict, seeds);
  if (seeds.length === 0) return "Recorded.";
  if (verdict === "unknown") return "Recorded. An honest verdict; come back to it when you have run more.";
  if (same === 0) return `Recorded. None of the ${seeds.length} articles says what you say.`;
  return `Recorded. ${same} of ${seeds.length} articles ${same === 1 ? "says" : "say"} what you say.`;
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const seeds = model.get("seeds");
  const claim = claimName(`edge:${model.get("remember_as")}`, model, el);
  const memory = new Memory(claim.name, 1, (data) =>
    data !== null && typeof data === "object" && typeof (data.reason ?? "") === "string");
  const kept = memory.load();

  const name = newId("edge");
  const inputs = VERDICTS.map((verdict) => h("input", { type: "radio", name, value: verdict }));
  const options = VERDICTS.map((verdict, i) =>
    h("label", { class: "oc-option", "data-side": verdict }, inputs[i],
      h("span", { class: "oc-option-text" }, WORDS[verdict])));
  const reasonId = newId("reason");
  const reason = h("input", { type: "text", id: reasonId, dir: "auto", maxlength: LONGEST_REASON, autocomplete: "off" });
  const button = h("button", { type: "submit", class: "oc-button" });
  const reply = h("div", { class: "oc-reply", role: "status" });
  const table = h("div", { class: "oc-seeds" });

  const title = h("p", { class: "oc-title", id: newId("title"), dir: "auto" },
    "Whose edge? ", ...rich(model.get("title")));
  const form = h("form", { novalidate: true },
    h("fieldset", {}, h("legend", { dir: "auto" }, ...rich(model.get("question"))),
      h("div", { class: "oc-options" }, ...options)),
    h("p", { class: "oc-field" }, h("label", { for: reasonId }, "Your reason, in one line"), reason),
    h("div", { class: "oc-row" }, button,
      h("span", { class: "oc-hint" }, "What the articles say is shown once you have decided.")));

  const chosen = () => inputs.find((input) => input.checked)?.value ?? null;
  const keep = () =>
    memory.save({ verdict: model.get("verdict"), draft: chosen(), reason: reason.value });

  function record() {
    if (chosen() === null) {
      reply.dataset.state = "refused";
      reply.replaceChildren(h("p", {}, "Nothing is chosen yet: choose one of the four first."));
      inputs[0].focus();
      return;
    }
    put(model, { verdict: chosen(), reason: wellFormed(reason.value) });
    draw();
    keep();
  }

  /** Show what the model holds. */
  function draw() {
    const verdict = model.get("verdict");
    if (verdict !== null) inputs.forEach((input) => (input.checked = input.value === verdict));
    if (reason.value !== model.get("reason")) reason.value = model.get("reason");
    button.textContent = verdict === null ? "Record my verdict" : "Change my verdict";
    button.classList.toggle("oc-quiet", verdict !== null);
    form.querySelector(".oc-hint").hidden = verdict !== null || seeds.length === 0;
    reply.dataset.state = "noted";
    reply.replaceChildren(...(verdict === null ? [] : [h("p", {}, agreementSentence(verdict, seeds))]));
    table.replaceChildren(...(verdict === null || seeds.length === 0 ? [] : [seedList(seeds, verdict)]));
  }

  onSend(form, record);
  form.addEventListener("input", keep);
  reason.addEventListener("change", () => {
    if (model.get("verdict") !== null) put(model, { reason: wellFormed(reason.value) });
  });

  el.classList.add("oc-widget", "oc-edge");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  el.append(title, ...memory.notice(), ...numbers(model.get("rows")), form, reply, table);

  if (kept && model.get("verdict") === null && model.get("reason") === "") {
    const known = VERDICTS.includes(kept.verdict) ? kept.verdict : null;
    put(model, { verdict: known, reason: wellFormed(kept.reason ?? "").slice(0, LONGEST_REASON) });
  }
  draw();
  if (kept && VERDICTS.includes(kept.draft)) {
    inputs.forEach((input) => (input.checked = input.value === kept.draft));
  }
  const stop = watch(model, ["verdict", "reason"], draw);
  return () => {
    stop();
    claim.release();
  };
}

/** The reader's own numbers. @param {{text: string, value: string}[]} rows @returns {Node[]} */
function numbers(rows) {
  if (rows.length === 0) return [];
  const lines = rows.map((row) => h("div", {}, h("dt", { dir: "auto" }, ...rich(row.text)),
    h("dd", { dir: "auto" }, ...rich(row.value))));
  return [h("p", { class: "oc-hint" }, "Your numbers"), h("dl", { class: "oc-numbers" }, ...lines)];
}

/** @param {{name: string, says: string, words: string}[]} seeds @param {string} verdict */
function seedList(seeds, verdict) {
  const lines = seeds.map((seed) => h("li", { "data-side": seed.says, "data-same": seed.says === verdict },
    h("span", { class: "oc-seed-name", dir: "auto" }, seed.name),
    h("span", { class: "oc-seed-says" }, WORDS[seed.says],
      ...(seed.says === verdict ? [h("span", { class: "oc-same" }, "as you")] : [])),
    h("span", { class: "oc-seed-words", dir: "auto" }, ...rich(seed.words))));
  return h("ul", { "aria-label": "What the articles say" }, ...lines);
}

export default { render, parts: { agreement } };
