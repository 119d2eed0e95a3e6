// What a kernel shares with a widget in JupyterLab: values, listeners, and what was sent when.
class KernelModel {
  constructor(values) {
    this.values = { ...values };
    this.waiting = {};
    this.sent = [];
    this.listeners = {};
  }
  get(name) {
    return this.values[name];
  }
  set(name, value) {
    this.values[name] = value;
    this.waiting[name] = value;
    this.tell(name);
  }
  save_changes() {
    if (Object.keys(this.waiting).length) this.sent.push(JSON.parse(JSON.stringify(this.waiting)));
    this.waiting = {};
  }
  // What Python does when it sets a trait.
  receive(values) {
    Object.assign(this.values, values);
    for (const name of Object.keys(values)) this.tell(name);
  }
  on(event, listener) {
    (this.listeners[event] ??= new Set()).add(listener);
  }
  off(event, listener) {
    this.listeners[event]?.delete(listener);
  }
  tell(name) {
    for (const listener of this.listeners[`change:${name}`] ?? []) listener();
  }
}

window.start = async (name, states) => {
  const module = (await import(`/${name}.js`)).default;
  window.models = states.map((state) => new KernelModel(state));
  window.stops = window.models.map((model) => {
    const el = document.createElement("div");
    document.querySelector("main").append(el);
    return module.render({ model, el });
  });
};
