// What each release publishes, and below it what a licence asks. How a licence is read is in _judge.js,
// which stands in front of this.

const SIGNS = { yes: "●", partial: "◐", no: "○", "not rated": "?" };
const QUESTIONS = { field: "Field of use", cap: "Limit on users or revenue", naming: "Attribution and naming",
  training: "Training other models", territory: "Where it holds" };
const WORDS = { free: "no limit read", condition: "with conditions", above: "above the limit",
  forbidden: "forbids", unknown: "not recorded" };
const USES = { business: "In a business", research: "For research only" };
const MOST_USERS = 1e10; // more people than there are; as in openness.py
const NAMES = ["needs", "release", "licence", "use", "users"];

/** Whether a release publishes all of `needs`; the twin is in openness.py.
 * @param {Record<string, string>} release @param {string[]} needs */
function published(release, needs) {
  return needs.every((need) => release[need] === "yes");
}

/** The users in a text, or null where there is no number that can be used. @param {string} typed */
function usersIn(typed) {
  const read = readNumber(typed);
  return "value" in read && read.value >= 0 && read.value <= MOST_USERS ? read.value : null;
}

/** What the check comes to, in a sentence. @param {Record<string, string>} statuses */
function verdictSentence(statuses) {
  const of = (...wanted) => CLAUSES.filter((name) => wanted.includes(statuses[name])).map((name) => QUESTIONS[name].toLowerCase());
  const against = of("forbidden", "above");
  const open = of("unknown");
  const start = against.length ? `Look first at: ${against.join(", ")}.`
    : `Nothing that was read forbids it; conditions: ${of("condition").join(", ") || "none"}.`;
  return open.length ? `${start} Not recorded: ${open.join(", ")}.` : start;
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const releases = model.get("releases");
  const licences = model.get("licences");
  const components = model.get("components");
  const start = model.get("defaults");
  const only = model.get("only");
  const parts = Object.keys(components);
  const usable = {
    needs: (value) => Array.isArray(value) && value.every((each) => parts.includes(each)),
    release: (value) => releases.some((row) => row.release === value),
    licence: (value) => licences.some((row) => row.licence === value),
    use: (value) => Object.hasOwn(USES, value),
  };
  const claim = claimName(`openness:${model.get("remember_as")}`, model, el);
  const memory = new Memory(claim.name, 1, (data) => typeof data.typed === "string");
  const kept = memory.load();
  let typed = kept?.typed ?? "";
  const changes = ownChanges(model, NAMES, () => {
    if (usersIn(typed) !== model.get("users")) typed = "";
    draw();
  });
  /** @param {Record<string, any>} values */
  function set(values) {
    changes.put(values);
    draw();
    keep();
  }

  const boxes = parts.map((part) => {
    const input = h("input", { type: "checkbox", value: part });
    input.addEventListener("change", () => set({ needs: parts.filter((_, i) => boxes[i].input.checked) }));
    return { input, element: h("label", { class: "oc-option" }, input, h("span", { class: "oc-option-text" }, components[part])) };
  });
  const rows = releases.map((release) => {
    const button = h("button", { type: "button", class: "oc-name", dir: "auto" }, release.release);
    button.addEventListener("click", () => set({ release: release.release,
      ...(usable.licence(release.licence) ? { licence: release.licence } : {}) }));
    const element = h("tr", {}, h("th", { scope: "row" }, button), ...parts.map((part) =>
      h("td", { "data-has": release[part] }, h("span", { "aria-hidden": "true" }, SIGNS[release[part]] ?? "?"),
        h("span", { class: "oc-hidden" }, release[part]))));
    return { release, button, element };
  });
  const summary = h("p", { class: "oc-summary" });
  const table = h("table", { class: "oc-matrix" },
    h("caption", { class: "oc-hidden" }, "What each release publishes"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Release"),
      ...parts.map((part) => h("th", { scope: "col" }, h("span", {}, components[part]))))),
    h("tbody", {}, ...rows.map((row) => row.element)));
  const key = h("p", { class: "oc-note" }, "● published · ◐ in part · ○ not published · ? not rated");
  const detail = h("div", { class: "oc-detail" });

  const choice = choiceField("Licence", licences.map((row) => /** @type {[string, string]} */ ([row.licence, row.licence])),
    (licence) => set({ licence }));
  const name = newId("use");
  const uses = Object.entries(USES).map(([value, words]) => {
    const input = h("input", { type: "radio", name, value });
    input.addEventListener("change", () => set({ use: value }));
    return { input, element: h("label", { class: "oc-option" }, input, h("span", { class: "oc-option-text" }, words)) };
  });
  const users = new AmountField("users", () => {
    typed = users.input.value;
    const value = users.read();
    if (value !== null || typed.trim() === "") changes.put({ users: value });
    drawLicence();
    keep();
  }, (value) => (value >= 0 && value <= MOST_USERS ? "" : "Type a number from 0 to 10,000,000,000."), true);
  users.label.textContent = "Users a month";
  users.hint.textContent = "of what you build; may stay empty";
  const verdict = h("p", { class: "oc-summary" });
  const clauses = h("dl", { class: "oc-clauses" });
  const about = h("p", { class: "oc-note", dir: "auto" });
  const covers = h("p", { class: "oc-note", dir: "auto" });
  const announcer = new Announcer();

  function draw() {
    const needs = model.get("needs");
    boxes.forEach(({ input }, i) => (input.checked = needs.includes(parts[i])));
    let many = 0;
    for (const { release, button, element } of rows) {
      const fits = published(release, needs);
      many += Number(fits);
      setAttributes(element, { "data-out": !fits, "data-chosen": release.release === model.get("release") });
      setAttributes(button, { "aria-pressed": String(release.release === model.get("release")) });
    }
    const all = number(releases.length, 0);
    summary.textContent = needs.length === 0 ? `${all} releases; choose what must be published.`
      : `${number(many, 0)} of ${all} ${many === 1 ? "publishes" : "publish"} all that you ask for.`;
    drawRelease();
    drawLicence();
    const asked = `${model.get("licence")}: ${verdict.textContent}`;
    announcer.say({ releases: summary.textContent, licences: asked }[only] ?? `${summary.textContent} ${asked}`);
  }

  function drawRelease() {
    const release = releases.find((row) => row.release === model.get("release"));
    const many = parts.filter((part) => release[part] === "yes").length;
    const words = `${release.release}, ${release.developer}: ${many} of ${parts.length} published.${release.class_here ? ` Our class: ${release.class_here}.` : ""} Licence: ${release.licence || "not recorded"}.`;
    const more = [release.detail, release.note].filter((text) => text !== "").map((text) => `${capital(text)}.`).join(" ");
    detail.replaceChildren(h("p", { dir: "auto" }, words),
      ...(more ? [h("p", { class: "oc-note", dir: "auto" }, more)] : []),
      h("p", { class: "oc-note" }, "Source: ", ...sourceNodes(release)));
  }

  function drawLicence() {
    const licence = licences.find((row) => row.licence === model.get("licence"));
    const statuses = judge(licence, model.get("use"), model.get("users"));
    choice.select.value = licence.licence;
    uses.forEach(({ input }) => (input.checked = input.value === model.get("use")));
    // What was typed stays as it was typed, unless the figure has been changed from elsewhere.
    const text = typed !== "" ? typed : String(model.get("users") ?? "");
    if (users.input.value !== text) users.input.value = text;
    users.read();
    const refused = users.input.hasAttribute("aria-invalid");
    verdict.textContent = refused ? "Correct the marked field: until then you see the check without it." : verdictSentence(statuses);
    clauses.replaceChildren(...CLAUSES.map((each) => h("div", { "data-status": statuses[each] }, h("dt", {}, QUESTIONS[each]),
      h("dd", {}, h("strong", {}, WORDS[statuses[each]]), h("span", { dir: "auto" }, clause(licence, each))))));
    const approved = { yes: "Approved by the Open Source Initiative. ", no: "Not approved by the Open Source Initiative. " }[licence.osi_approved] ?? "";
    about.replaceChildren(`${approved}${licence.note ? `${capital(licence.note)}. ` : ""}Source: `, ...sourceNodes(licence));
    const named = licence.models.length ? `${licence.models.join(", ")}.` : `${licence.example_models || "none named"}.`;
    covers.textContent = `Models under it: ${named}`;
  }

  function keep() {
    memory.save({ typed, ...Object.fromEntries(NAMES.slice(0, 4).map((each) => [each, model.get(each)])) });
  }

  const titles = { releases: "What is published?", licences: "What is allowed?" };
  const title = h("p", { class: "oc-title", id: newId("title") }, titles[only] ?? "How open is open?");
  el.classList.add("oc-widget", "oc-openness");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  const matrix = [
    h("fieldset", { class: "oc-needs" }, h("legend", {}, "What must be published?"),
      h("div", { class: "oc-options" }, ...boxes.map((box) => box.element))),
    summary,
    h("div", { class: "oc-scroll", tabindex: "0", role: "region", "aria-label": "Releases and components" }, table), key, detail,
  ];
  const checker = [
    h("fieldset", { class: "oc-check", "data-alone": only === "licences" },
      h("legend", {}, "What does a licence ask of your plan?"),
      h("div", { class: "oc-plan" }, choice.element, users.element,
        h("div", { class: "oc-options" }, ...uses.map((use) => use.element)))),
    verdict, clauses, about, covers,
    h("p", { class: "oc-note" }, "In our words, from one row of a table; it is no legal advice. Read the licence itself before you rely on it."),
  ];
  el.append(title, ...memory.notice(), ...(only === "licences" ? [] : matrix), ...(only === "releases" ? [] : checker),
    announcer.element);

  const untouched = NAMES.every((each) => JSON.stringify(model.get(each)) === JSON.stringify(start[each]));
  if (kept && untouched) {
    const figures = Object.keys(usable).filter((each) => usable[each](kept[each])).map((each) => [each, kept[each]]);
    changes.put({ ...Object.fromEntries(figures), users: typed === "" ? start.users : usersIn(typed) });
  } else if (usersIn(typed) !== model.get("users")) typed = "";
  draw();
  return () => {
    changes.stop();
    claim.release();
  };
}

export default { render, parts: { judge, clause, userCap, published } };
