/* Gives each widget module a home on a page that has no kernel.
   `SHARED` is what all modules share; publish/bundle.py writes it above this text. */

const MODULES = Object.create(null);

/* Called by the script of each widget, which comes after this one. */
globalThis.courseWidget = (name, make) => {
  MODULES[name] = make(SHARED);
};

/** Stands in for the model that a kernel would share: it remembers while the page is open, no longer. */
class PageModel {
  #values;
  #listeners = new Map();

  constructor(values) {
    this.#values = { ...values };
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    if (typeof name === "object") {
      for (const [key, each] of Object.entries(name)) this.set(key, each);
      return;
    }
    if (Object.is(this.#values[name], value)) return;
    this.#values[name] = value;
    this.#tell("change:" + name, value);
    this.#tell("change", this);
  }

  on(events, listener) {
    for (const event of events.split(/\s+/)) {
      if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
      this.#listeners.get(event).add(listener);
    }
  }

  off(events, listener) {
    if (!events) return this.#listeners.clear();
    for (const event of events.split(/\s+/)) {
      if (listener) this.#listeners.get(event)?.delete(listener);
      else this.#listeners.delete(event);
    }
  }

  // There is nobody to send to: the page answers by itself.
  save_changes() {}
  send() {}

  #tell(event, value) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(this, value);
  }
}

class CourseWidget extends HTMLElement {
  async connectedCallback() {
    if (this.dataset.state) return;
    this.dataset.state = "loading";
    try {
      const name = this.getAttribute("module");
      const module = Object.hasOwn(MODULES, name) ? MODULES[name] : null;
      if (!module) throw new Error(`no widget is called ${name}`);
      const data = this.querySelector('script[type="application/json"]');
      const model = new PageModel(JSON.parse(data.textContent));
      const el = document.createElement("div");
      await module.initialize?.({ model });
      await module.render({ model, el });
      this.replaceChildren(el);
      this.dataset.state = "ready";
    } catch (error) {
      // What stands inside the element can be read without a script: leave it there.
      this.dataset.state = "failed";
      console.error("course-widget:", error);
    }
  }
}

const start = () => customElements.define("course-widget", CourseWidget);
// The scripts of the widgets have run by then.
if (document.readyState === "complete") start();
else document.addEventListener("DOMContentLoaded", start);
