// The playground: a small network that trains in the page, in Jupyter, Colab, VS Code and on a site alike.
// First the arithmetic (nothing there knows of a page), then the view. `life.js` is put in front of this file.

// Arithmetic

export const ACTIVATIONS = {
  relu: { value: (z) => (z > 0 ? z : 0), slope: (a) => (a > 0 ? 1 : 0) },
  tanh: { value: (z) => 1 - 2 / (1 + Math.exp(2 * z)), slope: (a) => 1 - a * a }, // faster than Math.tanh, exact to 1e-15
  sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a) },
  linear: { value: (z) => z, slope: () => 1 },
};

export const FEATURES = {
  x1: { sign: "x₁", name: "x1", value: (a) => a },
  x2: { sign: "x₂", name: "x2", value: (a, b) => b },
  x1_squared: { sign: "x₁²", name: "x1 squared", value: (a) => a * a },
  x2_squared: { sign: "x₂²", name: "x2 squared", value: (a, b) => b * b },
  product: { sign: "x₁x₂", name: "x1 times x2", value: (a, b) => a * b },
  sin_x1: { sign: "sin πx₁", name: "sine of pi x1", value: (a) => Math.sin(Math.PI * a) },
  sin_x2: { sign: "sin πx₂", name: "sine of pi x2", value: (a, b) => Math.sin(Math.PI * b) },
};

/** Put values through an activation, in place; the loops are written out, for a call per value costs more than the value. */
const activate = (y, activation) => {
  const n = y.length;
  if (activation === "tanh") for (let i = 0; i < n; i++) y[i] = 1 - 2 / (1 + Math.exp(2 * y[i]));
  else if (activation === "sigmoid") for (let i = 0; i < n; i++) y[i] = 1 / (1 + Math.exp(-y[i]));
  else if (activation === "relu") for (let i = 0; i < n; i++) y[i] = y[i] > 0 ? y[i] : 0;
};

/** A repeatable stream of numbers in [0, 1). */
export const stream = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const normal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/**
 * Dense layers. `layers` holds `{ units, activation }` from the first hidden layer to the output, whose activation is
 * "linear", "sigmoid" or "softmax". Weights are as Keras gives them: kernel [below][units] and bias [units] by turns.
 */
export class Network {
  constructor({ inputs, layers, weights = null, seed = 0 }) {
    this.inputs = inputs;
    this.layers = layers;
    const draw = stream(seed + 1);
    let below = inputs;
    this.kernels = [];
    this.biases = [];
    for (const { units, activation } of layers) {
      const size = Math.sqrt((activation === "relu" ? 2 : 1) / below);
      this.kernels.push(Float64Array.from({ length: below * units }, () => size * normal(draw)));
      this.biases.push(new Float64Array(units));
      below = units;
    }
    if (weights && weights.length) this.setWeights(weights);
    this.forget();
  }

  /** Adam's memory of earlier slopes. */
  forget() {
    const zeros = () => [...this.kernels, ...this.biases].map((p) => new Float64Array(p.length));
    this.means = zeros();
    this.squares = zeros();
    this.updates = 0;
  }

  getWeights() {
    return this.layers.flatMap(({ units }, l) => {
      const rows = [];
      for (let i = 0; i < this.kernels[l].length; i += units) rows.push([...this.kernels[l].subarray(i, i + units)]);
      return [rows, [...this.biases[l]]];
    });
  }

  setWeights(weights) {
    this.layers.forEach((_, l) => {
      this.kernels[l].set(weights[2 * l].flat());
      this.biases[l].set(weights[2 * l + 1]);
    });
  }

  get parameters() {
    return [...this.kernels, ...this.biases].reduce((sum, p) => sum + p.length, 0);
  }

  /** What every layer gives for `n` rows, the rows first and the sums of the output units last. */
  forward(rows, n) {
    const outputs = [rows];
    let below = this.inputs;
    this.layers.forEach(({ units, activation }, l) => {
      const x = outputs[l];
      const y = new Float64Array(n * units);
      const kernel = this.kernels[l];
      const bias = this.biases[l];
      for (let r = 0, at = 0, from = 0; r < n; r++, from += below) {
        for (let u = 0; u < units; u++) {
          let z = bias[u];
          for (let i = 0, k = u; i < below; i++, k += units) z += x[from + i] * kernel[k];
          y[at++] = z;
        }
      }
      if (l < this.layers.length - 1) activate(y, activation);
      outputs.push(y);
      below = units;
    });
    return outputs;
  }

  /** The outputs `n` x units, with the last layer's activation. */
  predict(rows, n) {
    const z = this.forward(rows, n).at(-1);
    const { units, activation } = this.layers.at(-1);
    if (activation === "linear") return z;
    if (activation === "sigmoid") return z.map(ACTIVATIONS.sigmoid.value);
    const y = new Float64Array(z.length);
    for (let r = 0; r < n; r++) {
      const top = Math.max(...z.subarray(r * units, (r + 1) * units));
      let sum = 0;
      for (let u = 0; u < units; u++) sum += y[r * units + u] = Math.exp(z[r * units + u] - top);
      for (let u = 0; u < units; u++) y[r * units + u] /= sum;
    }
    return y;
  }

  /** One number per row from the sums of the output: the probability of class 1, or the predicted value. */
  answer(z, n, regression) {
    const units = this.layers.at(-1).units;
    return Float64Array.from({ length: n }, (_, r) => {
      if (regression) return z[r];
      return ACTIVATIONS.sigmoid.value(units === 2 ? z[2 * r + 1] - z[2 * r] : z[r]);
    });
  }

  /** Mean loss of the rows from `from` to before `to`, of which `z` holds the sums: cross-entropy, or the squared error. */
  loss(z, y, from, to, regression) {
    const two = this.layers.at(-1).units === 2;
    let sum = 0;
    for (let r = from; r < to; r++) {
      if (regression) sum += (z[r] - y[r]) ** 2;
      else {
        const d = (two ? z[2 * r + 1] - z[2 * r] : z[r]) * (y[r] > 0 ? -1 : 1);
        sum += Math.max(d, 0) + Math.log1p(Math.exp(-Math.abs(d)));
      }
    }
    return sum / (to - from);
  }

  /** Slopes of the loss, with l1 |w| and l2/2 w² over the kernels, as kernels and biases. */
  slopes(rows, y, n, { regression = false, l1 = 0, l2 = 0 } = {}) {
    const outputs = this.forward(rows, n);
    const top = this.layers.length - 1;
    let delta = outputs[top + 1].slice();
    const heads = this.layers[top].units;
    for (let r = 0; r < n; r++) {
      if (regression) delta[r] = (2 * (delta[r] - y[r])) / n;
      else if (heads === 1) delta[r] = (ACTIVATIONS.sigmoid.value(delta[r]) - y[r]) / n;
      else {
        const p = ACTIVATIONS.sigmoid.value(delta[2 * r + 1] - delta[2 * r]);
        delta[2 * r + 1] = (p - y[r]) / n;
        delta[2 * r] = -delta[2 * r + 1];
      }
    }
    const kernels = [];
    const biases = [];
    for (let l = top; l >= 0; l--) {
      const units = this.layers[l].units;
      const below = l ? this.layers[l - 1].units : this.inputs;
      const x = outputs[l];
      const w = this.kernels[l];
      const slope = new Float64Array(w.length);
      const bias = new Float64Array(units);
      const lower = l ? new Float64Array(n * below) : null;
      for (let r = 0; r < n; r++) {
        for (let u = 0; u < units; u++) {
          const d = delta[r * units + u];
          bias[u] += d;
          for (let i = 0, k = u, at = r * below; i < below; i++, k += units, at++) {
            slope[k] += x[at] * d;
            if (lower) lower[at] += w[k] * d;
          }
        }
      }
      if (l1 || l2) for (let i = 0; i < w.length; i++) slope[i] += l1 * Math.sign(w[i]) + l2 * w[i];
      kernels.unshift(slope);
      biases.unshift(bias);
      if (lower) {
        const derivative = ACTIVATIONS[this.layers[l - 1].activation].slope;
        for (let i = 0; i < lower.length; i++) lower[i] *= derivative(x[i]);
        delta = lower;
      }
    }
    return [...kernels, ...biases];
  }

  /** One change of all weights, downhill on these rows. */
  step(rows, y, n, { rate, optimizer = "sgd", ...loss }) {
    const slopes = this.slopes(rows, y, n, loss);
    this.updates += 1;
    const [m, v] = [1 - 0.9 ** this.updates, 1 - 0.999 ** this.updates];
    [...this.kernels, ...this.biases].forEach((p, k) => {
      const [slope, mean, square] = [slopes[k], this.means[k], this.squares[k]];
      if (optimizer === "sgd") for (let i = 0; i < p.length; i++) p[i] -= rate * slope[i];
      else
        for (let i = 0; i < p.length; i++) {
          mean[i] += 0.1 * (slope[i] - mean[i]);
          square[i] += 0.001 * (slope[i] * slope[i] - square[i]);
          p[i] -= (rate * (mean[i] / m)) / (Math.sqrt(square[i] / v) + 1e-8);
        }
    });
  }
}

const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

/** Points of one data set: x1, x2 and the target, which are straight lines in the noise. */
export const pointsOf = ({ base, direction }, noise) => {
  const [still, away] = [floats(base), floats(direction)];
  return Float64Array.from(still, (value, i) => value + noise * away[i]);
};

/** Data, network and history; `settings` may change between steps. */
export class Training {
  constructor(settings, points, { fixed = null, weights = null } = {}) {
    Object.assign(this, { settings, points, fixed });
    this.build(weights);
    this.load();
  }

  get regression() {
    return this.points[this.settings.data].kind === "regression";
  }

  /** Fresh weights (or the given ones), no steps yet. */
  build(weights = null, seed = this.settings.seed) {
    const { hidden, activation, features } = this.settings;
    const layers = this.fixed
      ? this.fixed.layers
      : [...hidden.map((units) => ({ units, activation })), { units: 1, activation: "linear" }];
    this.network = new Network({ inputs: features.length, layers, weights, seed });
    this.steps = 0;
    this.history = [];
    this.draw = stream(seed + 77);
    this.queue = [];
  }

  /** Lay out the points of the data set, training rows first. */
  load() {
    const { data, noise, test_share: share, features } = this.settings;
    const flat = pointsOf(this.points[data], noise);
    this.n = flat.length / 3;
    this.cut = this.n - Math.round(this.n * share);
    this.x = Array.from({ length: this.n }, (_, i) => [flat[3 * i], flat[3 * i + 1]]);
    this.y = Float64Array.from({ length: this.n }, (_, i) => flat[3 * i + 2]);
    this.rows = this.featuresOf(this.x, features);
    this.queue = [];
    const side = (axis) => this.x.map((p) => p[axis]);
    const [left, right, low, high] = [0, 1].flatMap((a) => [Math.min(...side(a)), Math.max(...side(a))]);
    const half = 0.55 * Math.max(right - left, high - low);
    this.frame = { x: (left + right) / 2 - half, y: (low + high) / 2 - half, side: 2 * half };
  }

  featuresOf(x, features = this.settings.features) {
    const kinds = features.map((name) => FEATURES[name].value);
    return Float64Array.from(x.flatMap(([a, b]) => kinds.map((value) => value(a, b))));
  }

  step() {
    const s = this.settings;
    const size = Math.min(s.batch_size, this.cut);
    if (this.queue.length < size) {
      this.queue = Array.from({ length: this.cut }, (_, i) => i);
      for (let i = this.cut - 1; i > 0; i--) {
        const j = Math.floor(this.draw() * (i + 1));
        [this.queue[i], this.queue[j]] = [this.queue[j], this.queue[i]];
      }
    }
    const batch = this.queue.splice(0, size);
    const width = this.network.inputs;
    const rows = new Float64Array(size * width);
    batch.forEach((row, i) => rows.set(this.rows.subarray(row * width, (row + 1) * width), i * width));
    this.network.step(rows, Float64Array.from(batch, (row) => this.y[row]), size, {
      rate: s.learning_rate,
      optimizer: s.optimizer,
      regression: this.regression,
      l1: s.penalty === "l1" ? s.strength : 0,
      l2: s.penalty === "l2" ? s.strength : 0,
    });
    this.steps += 1;
  }

  get epoch() {
    return Math.floor((this.steps * Math.min(this.settings.batch_size, this.cut)) / this.cut);
  }

  /** Losses now, over training and test rows, kept in the history; and the shares of rows classified rightly. */
  record() {
    const { network, regression, n, cut, y } = this;
    const z = network.forward(this.rows, n).at(-1);
    const [train, test] = [network.loss(z, y, 0, cut, regression), network.loss(z, y, cut, n, regression)];
    const two = network.layers.at(-1).units === 2;
    const right = [0, 0];
    for (let r = 0; r < n; r++) right[r < cut ? 0 : 1] += (two ? z[2 * r + 1] > z[2 * r] : z[r] > 0) === y[r] > 0;
    this.right = [right[0] / cut, right[1] / (n - cut)];
    if (this.history.at(-1)?.[0] === this.steps) this.history.pop();
    this.history.push([this.steps, train, test]);
    if (this.history.length > 600) this.history = this.history.filter((_, i) => i % 2 === 0 || i > 560);
    return [train, test];
  }
}

// State in a link

const WORDS = ["data", "activation", "penalty", "optimizer"];
const NUMBERS = ["noise", "learning_rate", "strength", "batch_size", "test_share", "seed", "speed"];
const LISTS = ["hidden", "features"];
const FLAGS = ["show_test", "discretize"];

export const toLink = (settings) =>
  [...WORDS, ...NUMBERS, ...LISTS, ...FLAGS].map((name) => `${name}=${[settings[name]].flat().join(",")}`).join("&");

/** Settings named in a link; what cannot be read there is left as in `start`. */
export const fromLink = (link, start, points) => {
  const settings = { ...start };
  const given = new URLSearchParams(link.replace(/^.*#/, ""));
  const choices = {
    data: Object.keys(points),
    activation: Object.keys(ACTIVATIONS),
    penalty: ["none", "l1", "l2"],
    optimizer: ["sgd", "adam"],
  };
  const limits = { noise: [0, 0.5], learning_rate: [1e-5, 10], strength: [0, 10], batch_size: [1, 400], test_share: [0.1, 0.9], speed: [1, 100] };
  for (const name of WORDS) if (choices[name].includes(given.get(name))) settings[name] = given.get(name);
  for (const name of NUMBERS) {
    const value = Number(given.get(name));
    const [low, high] = limits[name] || [0, 1e9];
    if (given.get(name) && value >= low && value <= high) settings[name] = value;
  }
  for (const name of FLAGS) if (given.has(name)) settings[name] = given.get(name) === "true";
  if (given.has("hidden")) {
    const units = given.get("hidden").split(",").filter(Boolean).map(Number);
    if (units.length <= MOST_LAYERS && units.every((u) => Number.isInteger(u) && u >= 1 && u <= MOST_UNITS)) settings.hidden = units;
  }
  const features = (given.get("features") || "").split(",").filter((name) => name in FEATURES);
  if (features.length) settings.features = Object.keys(FEATURES).filter((name) => features.includes(name));
  return settings;
};

// View

const MOST_LAYERS = 4;
const MOST_UNITS = 8;
const GRID = 32; // values along each side of a heat map
const ORANGE = [213, 94, 0];
const BLUE = [0, 114, 178];
const RATES = [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
const STRENGTHS = [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const SPEEDS = [1, 5, 20, 100];
const BATCHES = [1, 4, 8, 16, 32, 64, 128];
let views = 0;

/** A table from -1..1 to colours, orange over the paper's colour to blue, as 256 packed pixels. */
const coloursOf = (dark) => {
  const paper = dark ? [38, 38, 42] : [246, 246, 244];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const v = i / 127.5 - 1;
    const full = v < 0 ? ORANGE : BLUE;
    const [r, g, b] = paper.map((c, k) => Math.round(c + (full[k] - c) * Math.abs(v) * 0.92));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
};

const isDark = (element) => {
  const channels = getComputedStyle(element).color.match(/[\d.]+/g)?.map(Number) || [0, 0, 0];
  const scale = getComputedStyle(element).color.startsWith("color(") ? 255 : 1;
  return scale * (channels[0] + channels[1] + channels[2]) > 380;
};

const shown = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2));

function render({ model, el }) {
  const id = `coursekit-playground-${++views}`;
  let settings = { ...model.get("settings") };
  const fixed = Object.keys(model.get("fixed") || {}).length ? model.get("fixed") : null;
  const points = model.get("points");
  const training = new Training(settings, points, { fixed, weights: model.get("weights") });
  training.steps = model.get("steps") || 0;
  let playing = false;
  let chosen = null; // { layer, unit } whose weights are shown
  let hovered = null;
  let request = 0;
  let saved = 0;
  let round = 0;
  let frames = 0;
  let alive = true;

  const root = element("div", { class: "coursekit-playground", role: "group", "aria-label": "Playground" });
  el.append(root);

  // Controls

  const controls = {};
  const change = (name, value, { rebuild = false, reload = false } = {}) => {
    settings[name] = value;
    if (rebuild) {
      chosen = hovered = null;
      training.build(null, settings.seed + round);
    }
    if (rebuild || reload) training.load();
    if (rebuild) layOut();
    if (name === "data" || reload) pointsLayer = null;
    refresh();
    save();
  };

  const labelled = (text, ...parts) => element("label", {}, element("span", {}, text), ...parts);

  const select = (name, text, options, how = {}) => {
    const input = element("select", { name });
    const values = options.map(([value]) => String(value));
    if (!values.includes(String(settings[name]))) options = [...options, [settings[name], String(settings[name])]];
    for (const [value, words] of options) input.append(element("option", { value: String(value) }, words));
    input.value = String(settings[name]);
    const number = typeof settings[name] === "number";
    input.addEventListener("change", () => change(name, number ? Number(input.value) : input.value, how));
    controls[name] = input;
    return labelled(text, input);
  };

  const slide = (name, text, [min, max, step], words, how = {}) => {
    const input = element("input", { type: "range", name, min, max, step });
    const value = element("span", { class: "value", "aria-hidden": "true" }, words(settings[name]));
    input.value = settings[name];
    input.setAttribute("aria-valuetext", words(settings[name]));
    input.addEventListener("input", () => {
      value.textContent = words(Number(input.value));
      input.setAttribute("aria-valuetext", value.textContent);
      change(name, Number(input.value), how);
    });
    controls[name] = input;
    return labelled(text, value, input);
  };

  const tick = (name, text) => {
    const input = element("input", { type: "checkbox", name });
    input.checked = settings[name];
    input.addEventListener("change", () => change(name, input.checked));
    controls[name] = input;
    return element("label", { class: "tick" }, input, element("span", {}, text));
  };

  const button = (text, action, attributes = {}) => {
    const made = element("button", { type: "button", ...attributes }, text);
    made.addEventListener("click", action);
    return made;
  };

  const playButton = button("Play", () => (playing ? pause() : play()), { class: "play" });
  const stepButton = button("Step", () => {
    pause(false);
    training.step();
    refresh();
    save();
    say(`One step taken. ${summary()}`);
  });
  const resetButton = button("Reset", () => {
    pause(false);
    round += 1;
    training.build(fixed ? fixed.weights : null, settings.seed + round);
    refresh();
    save();
    say("Back to step 0, with fresh weights.");
  });
  const counter = element("p", { class: "counter" });
  const status = element("p", { class: "hidden", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "notice", role: "alert", hidden: "" });
  const link = button(model.site ? "Copy link" : "Copy as Python", async () => {
    const text = model.site ? `${location.href.split("#")[0]}#${toLink(settings)}` : asPython();
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
      link.textContent = "Copied";
      setTimeout(() => (link.textContent = model.site ? "Copy link" : "Copy as Python"), 1500);
    } catch {
      notice.hidden = false;
      notice.textContent = text;
    }
  });

  const asPython = () => {
    const word = (value) => (Array.isArray(value) ? `(${value.map(word).join(", ")}${value.length === 1 ? "," : ""})`
      : typeof value === "string" ? `"${value}"` : typeof value === "boolean" ? (value ? "True" : "False") : String(value));
    return `Playground(${[...WORDS, ...NUMBERS, ...LISTS, ...FLAGS].map((name) => `${name}=${word(settings[name])}`).join(", ")})`;
  };

  const titles = Object.entries(points).filter(([, p]) => !fixed || p.kind === "classification" || fixed.regression);
  const top = element(
    "div",
    { class: "bar" },
    element("div", { class: "buttons" }, playButton, stepButton, resetButton, link),
    counter,
    select("learning_rate", "Learning rate", RATES.map((v) => [v, String(v)])),
    select("optimizer", "Optimiser", [["sgd", "SGD"], ["adam", "Adam"]]),
    select("penalty", "Penalty", [["none", "none"], ["l1", "L1"], ["l2", "L2"]]),
    select("strength", "Its strength", STRENGTHS.map((v) => [v, String(v)])),
    select("activation", "Activation", Object.keys(ACTIVATIONS).map((v) => [v, v]), { rebuild: true }),
    select("speed", "Steps per picture", SPEEDS.map((v) => [v, String(v)])),
  );
  if (fixed) controls.activation.closest("label").hidden = true;
  const percent = (v) => `${Math.round(100 * v)} %`;
  const groups = [["classification", "Two classes"], ["regression", "A number"]];
  const dataSelect = select("data", "Data set", titles.map(([name, p]) => [name, p.title]), { rebuild: !fixed, reload: true });
  dataSelect.querySelector("select").replaceChildren(
    ...groups.map(([kind, title]) => {
      const group = element("optgroup", { label: title });
      for (const [name, p] of titles) if (p.kind === kind) group.append(element("option", { value: name }, p.title));
      return group;
    }).filter((group) => group.children.length),
  );
  controls.data.value = settings.data;
  const dataPanel = element(
    "section",
    { class: "panel data", "aria-label": "Data" },
    element("p", { class: "title" }, "Data"),
    dataSelect,
    slide("noise", "Noise", [0, 0.5, 0.05], (v) => v.toFixed(2), { reload: true }),
    slide("test_share", "Share of test points", [0.1, 0.9, 0.1], percent, { reload: true }),
    select("batch_size", "Batch size", BATCHES.map((v) => [v, String(v)])),
  );

  const net = element("div", { class: "net", role: "group", "aria-label": "Network" });
  const lines = element("canvas", { class: "lines", "aria-hidden": "true" });
  const editor = element("fieldset", { class: "editor" });
  const netPanel = element(
    "section",
    { class: "panel network", "aria-label": "Network" },
    element("p", { class: "title" }, "Network"),
    element("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "The network, from features to output" }, net),
    element("p", { class: "help" }, "Choose a unit to see what it computes and to change its weights by hand."),
    editor,
  );

  const map = element("canvas", { class: "map", width: 560, height: 560, role: "img" });
  const mapTitle = element("p", { class: "title" }, "Output");
  const figures = element("dl", { class: "figures" });
  const chart = element("canvas", { class: "chart", width: 560, height: 180, role: "img" });
  const outPanel = element(
    "section",
    { class: "panel output", "aria-label": "Output" },
    mapTitle,
    map,
    element("p", { class: "key" }),
    tick("show_test", "Show test points"),
    tick("discretize", "Show the decision only"),
    figures,
    chart,
  );
  root.append(notice, top, element("div", { class: "panels" }, dataPanel, netPanel, outPanel), status);

  const say = (text) => {
    status.textContent = text;
  };

  // The network's units

  let unitCanvases = []; // [layer][unit], features first, output last
  let places = []; // the same, centre of each in pixels of the net
  let width = 0;

  const small = element("canvas", { width: GRID, height: GRID });
  const smallInk = small.getContext("2d");
  const pixels = smallInk.createImageData(GRID, GRID);
  const packed = new Uint32Array(pixels.data.buffer);

  const nameOf = (layer, unit) => {
    if (layer === 0) return `Feature ${FEATURES[settings.features[unit]].name}`;
    if (layer === training.network.layers.length) return training.network.layers.at(-1).units > 1 ? `Output ${unit}` : "Output";
    return `Hidden layer ${layer}, unit ${unit + 1}`;
  };

  const choose = (layer, unit) => {
    chosen = layer > 0 && chosen?.layer === layer && chosen?.unit === unit ? null : { layer, unit };
    markChosen();
    layEditor();
    refresh();
  };

  const markChosen = () => {
    unitCanvases.forEach((units, layer) =>
      units.forEach((canvas, unit) => {
        const pressed = chosen?.layer === layer && chosen?.unit === unit;
        if (layer) canvas.parentElement.setAttribute("aria-pressed", String(pressed));
      }),
    );
  };

  const unitButton = (layer, unit) => {
    const canvas = element("canvas", { width: GRID, height: GRID, "aria-hidden": "true" });
    const made = button(canvas, () => choose(layer, unit), { class: "unit", "aria-label": nameOf(layer, unit), "aria-pressed": "false" });
    const peek = () => {
      hovered = { layer, unit };
      if (!playing) refresh();
    };
    const leave = () => {
      hovered = null;
      if (!playing) refresh();
    };
    made.addEventListener("pointerenter", peek);
    made.addEventListener("pointerleave", leave);
    return { made, canvas };
  };

  /** Build the columns afresh: after a change of structure only. */
  const layOut = () => {
    const counts = [settings.features.length, ...training.network.layers.map(({ units }) => units)];
    const hidden = counts.length - 2;
    const most = Math.max(7, ...counts);
    const size = most > 8 ? 24 : 34;
    net.style.setProperty("--unit", `${size}px`);
    net.style.minWidth = `${110 + 76 * (hidden + 1)}px`;
    unitCanvases = [];
    const focused = document.activeElement?.getAttribute?.("aria-label");
    const columns = counts.map((count, layer) => {
      const column = element("div", { class: "column" });
      const head = element("div", { class: "head" });
      if (layer === 0) head.append(element("span", {}, "Features"));
      else if (layer > hidden) head.append(element("span", {}, "Output"));
      else if (fixed) head.append(element("span", {}, `${count} units`), element("span", {}, training.network.layers[layer - 1].activation));
      else {
        const more = (by, sign, words) =>
          button(sign, () => change("hidden", settings.hidden.map((u, i) => (i === layer - 1 ? u + by : u)), { rebuild: true }), {
            class: "small",
            "aria-label": `${words} hidden layer ${layer}`,
            ...((by < 0 ? count <= 1 : count >= MOST_UNITS) ? { disabled: "" } : {}),
          });
        head.append(more(-1, "−", "Remove a unit from"), element("span", {}, String(count)), more(1, "+", "Add a unit to"));
      }
      column.append(head);
      const canvases = [];
      const names = layer === 0 && !fixed ? Object.keys(FEATURES) : Array.from({ length: count }, (_, i) => i);
      for (const name of names) {
        if (layer === 0) {
          const feature = fixed ? settings.features[name] : name;
          const index = settings.features.indexOf(feature);
          const row = element("div", { class: "feature" });
          const words = element("span", {}, FEATURES[feature].sign);
          if (!fixed) {
            const input = element("input", { type: "checkbox", "aria-label": `Feature ${FEATURES[feature].name}` });
            input.checked = index >= 0;
            input.addEventListener("change", () => {
              const next = Object.keys(FEATURES).filter((f) => (f === feature ? input.checked : settings.features.includes(f)));
              if (next.length) change("features", next, { rebuild: true });
              else {
                input.checked = true;
                say("At least one feature is needed.");
              }
            });
            row.append(input);
          }
          row.append(words);
          if (index >= 0) {
            const canvas = element("canvas", { width: GRID, height: GRID, "aria-hidden": "true" });
            const frame = element("span", { class: "unit plain" }, canvas);
            frame.addEventListener("pointerenter", () => ((hovered = { layer: 0, unit: index }), playing || refresh()));
            frame.addEventListener("pointerleave", () => ((hovered = null), playing || refresh()));
            row.append(frame);
            canvases.push(canvas);
          } else row.append(element("span", { class: "unit plain off" }));
          column.append(row);
        } else {
          const { made, canvas } = unitButton(layer, name);
          canvases.push(canvas);
          column.append(made);
        }
      }
      unitCanvases.push(canvases);
      return column;
    });
    const layers = element("div", { class: "layers" });
    if (!fixed) {
      const deeper = (by, words) =>
        button(words, () => change("hidden", by > 0 ? [...settings.hidden, settings.hidden.at(-1) || 4] : settings.hidden.slice(0, -1), { rebuild: true }), {
          ...((by < 0 ? hidden < 1 : hidden >= MOST_LAYERS) ? { disabled: "" } : {}),
        });
      layers.append(deeper(-1, "Remove layer"), element("span", {}, `${hidden} hidden layer${hidden === 1 ? "" : "s"}`), deeper(1, "Add layer"));
    } else layers.append(element("span", {}, "Layers and activations are your model's."));
    net.replaceChildren(lines, element("div", { class: "columns" }, ...columns));
    netPanel.querySelector(".layers")?.remove();
    netPanel.querySelector(".title").after(layers);
    if (focused) [...root.querySelectorAll("[aria-label]")].find((e) => e.getAttribute("aria-label") === focused)?.focus();
    layEditor();
    measure();
  };

  const measure = () => {
    const box = net.getBoundingClientRect();
    if (!box.width) return;
    width = box.width;
    const ratio = window.devicePixelRatio || 1;
    lines.width = Math.round(box.width * ratio);
    lines.height = Math.round(box.height * ratio);
    places = unitCanvases.map((units) =>
      units.map((canvas) => {
        const at = canvas.getBoundingClientRect();
        return [at.left - box.left + at.width / 2, at.top - box.top + at.height / 2, at.width / 2];
      }),
    );
  };

  /** Ends and handles of the line of one weight. */
  const curve = (l, i, u) => {
    const [x0, y0, r0] = places[l][i];
    const [x1, y1, r1] = places[l + 1][u];
    const [a, b] = [x0 + r0, x1 - r1];
    return [a, y0, (a + b) / 2, y0, (a + b) / 2, y1, b, y1];
  };

  const drawLines = () => {
    const ink = lines.getContext("2d");
    const ratio = window.devicePixelRatio || 1;
    ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    ink.clearRect(0, 0, lines.width, lines.height);
    training.network.kernels.forEach((kernel, l) => {
      const units = training.network.layers[l].units;
      for (let k = 0; k < kernel.length; k++) {
        const [i, u] = [Math.floor(k / units), k % units];
        const w = kernel[k];
        const strong = chosen && chosen.layer === l + 1 && chosen.unit === u;
        ink.strokeStyle = `rgb(${w < 0 ? ORANGE : BLUE})`;
        ink.globalAlpha = strong ? 1 : 0.72;
        ink.lineWidth = 0.4 + Math.min(6, 2.2 * Math.abs(w));
        ink.setLineDash(w < 0 ? [5, 3] : []);
        const [a, b, ...rest] = curve(l, i, u);
        ink.beginPath();
        ink.moveTo(a, b);
        ink.bezierCurveTo(...rest);
        ink.stroke();
      }
    });
    ink.globalAlpha = 1;
  };

  // A click near a line chooses the unit it leads to and goes to its weight.
  net.addEventListener("click", (event) => {
    if (event.target.closest("button, input, label")) return;
    const box = net.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = [9, null];
    training.network.kernels.forEach((kernel, l) => {
      const units = training.network.layers[l].units;
      for (let k = 0; k < kernel.length; k++) {
        const c = curve(l, Math.floor(k / units), k % units);
        for (let t = 0.1; t < 0.95; t += 0.05) {
          const s = 1 - t;
          const at = (j) => s ** 3 * c[j] + 3 * s * s * t * c[j + 2] + 3 * s * t * t * c[j + 4] + t ** 3 * c[j + 6];
          const far = Math.hypot(at(0) - x, at(1) - y);
          if (far < best[0]) best = [far, [l + 1, k % units, Math.floor(k / units)]];
        }
      }
    });
    if (!best[1]) return;
    const [layer, unit, from] = best[1];
    chosen = { layer, unit };
    markChosen();
    layEditor();
    refresh();
    editor.querySelectorAll("input")[from].focus();
  });

  // Weights by hand

  const layEditor = () => {
    if (!chosen || chosen.layer === 0) {
      editor.replaceChildren();
      editor.hidden = true;
      return;
    }
    editor.hidden = false;
    const { layer, unit } = chosen;
    const { network } = training;
    const units = network.layers[layer - 1].units;
    const below = network.kernels[layer - 1].length / units;
    const field = (text, read, write) => {
      const input = element("input", { type: "number", step: "0.1" });
      input.value = shown(read());
      input.read = read;
      input.addEventListener("input", () => {
        const value = input.valueAsNumber;
        if (!Number.isFinite(value)) return;
        write(value);
        refresh();
      });
      input.addEventListener("change", () => save());
      return element("label", {}, element("span", {}, text), input);
    };
    const from = (i) => (layer === 1 ? FEATURES[settings.features[i]].sign : `unit ${i + 1}`);
    editor.replaceChildren(
      element("legend", {}, `Weights into ${nameOf(layer, unit).replace(/^./, (c) => c.toLowerCase())}`),
      ...Array.from({ length: below }, (_, i) =>
        field(`from ${from(i)}`, () => network.kernels[layer - 1][i * units + unit], (v) => (network.kernels[layer - 1][i * units + unit] = v)),
      ),
      field("bias", () => network.biases[layer - 1][unit], (v) => (network.biases[layer - 1][unit] = v)),
    );
  };

  // Drawing

  let colours = coloursOf(false);
  let dark = null;
  let pointsLayer = null;
  let grid = null;

  const gridRows = () => {
    const { frame } = training;
    const key = JSON.stringify([frame, settings.features]);
    if (grid?.key === key) return grid.rows;
    const x = [];
    for (let r = 0; r < GRID; r++)
      for (let c = 0; c < GRID; c++)
        x.push([frame.x + ((c + 0.5) / GRID) * frame.side, frame.y + (1 - (r + 0.5) / GRID) * frame.side]);
    grid = { key, rows: training.featuresOf(x) };
    return grid.rows;
  };

  /** Paint one unit's values over the plane, scaled to -1..1, into the small picture. */
  const paint = (values, units, unit, scale, middle = 0) => {
    const cells = GRID * GRID;
    for (let i = 0; i < cells; i++) {
      let v = (values[i * units + unit] - middle) * scale;
      if (settings.discretize) v = v < 0 ? -1 : 1;
      packed[i] = colours[v <= -1 ? 0 : v >= 1 ? 255 : Math.round(127.5 * (v + 1))];
    }
  };

  const scaleOf = (values, units, unit, activation) => {
    if (activation === "tanh") return [1, 0];
    if (activation === "sigmoid") return [2, 0.5];
    let top = 1e-9;
    for (let i = unit; i < values.length; i += units) top = Math.max(top, Math.abs(values[i]));
    return [1 / top, 0];
  };

  const drawPoints = () => {
    const canvas = element("canvas", { width: map.width, height: map.height });
    const ink = canvas.getContext("2d");
    const { frame, x, y, cut, n, regression } = training;
    const colour = (v) => {
      const p = colours[Math.max(0, Math.min(255, Math.round(127.5 * ((regression ? v : 2 * v - 1) + 1))))];
      return `rgb(${p & 255},${(p >> 8) & 255},${(p >> 16) & 255})`;
    };
    const one = (i, test) => {
      const left = ((x[i][0] - frame.x) / frame.side) * map.width;
      const top = (1 - (x[i][1] - frame.y) / frame.side) * map.height;
      ink.beginPath();
      if (!regression && y[i] > 0) ink.rect(left - 5, top - 5, 10, 10);
      else ink.arc(left, top, 6, 0, 2 * Math.PI);
      ink.fillStyle = colour(y[i]);
      ink.fill();
      ink.lineWidth = test ? 2.5 : 1.5;
      ink.strokeStyle = test ? (dark ? "#fff" : "#000") : dark ? "#222" : "#fff";
      ink.stroke();
    };
    for (let i = 0; i < cut; i++) one(i, false);
    if (settings.show_test) for (let i = cut; i < n; i++) one(i, true);
    pointsLayer = { canvas, key: pointsKey() };
  };
  const pointsKey = () => `${settings.show_test} ${dark} ${settings.test_share} ${settings.noise} ${settings.data}`;

  const drawMaps = () => {
    const { network, regression } = training;
    const outputs = network.forward(gridRows(), GRID * GRID);
    const focus = hovered || (chosen && chosen.layer <= network.layers.length ? chosen : null);
    const ink = map.getContext("2d");
    outputs.forEach((values, layer) => {
      const units = layer ? network.layers[layer - 1].units : network.inputs;
      const last = layer === network.layers.length;
      for (let unit = 0; unit < units; unit++) {
        let [scale, middle] = scaleOf(values, units, unit, layer ? network.layers[layer - 1].activation : "");
        if (last) {
          const answer = units === 2 ? values : network.answer(values, GRID * GRID, regression);
          if (units === 2) {
            const p = network.answer(values, GRID * GRID, false);
            paint(unit ? p : p.map((v) => 1 - v), 1, 0, 2, 0.5);
          } else paint(answer, 1, 0, regression ? 1 : 2, regression ? 0 : 0.5);
        } else paint(values, units, unit, scale, middle);
        unitCanvases[layer][unit].getContext("2d").putImageData(pixels, 0, 0);
        const here = focus ? focus.layer === layer && focus.unit === unit : last && unit === units - 1;
        if (here) {
          smallInk.putImageData(pixels, 0, 0);
          ink.imageSmoothingEnabled = !settings.discretize;
          ink.drawImage(small, 0, 0, map.width, map.height);
        }
      }
    });
    if (!pointsLayer || pointsLayer.key !== pointsKey()) drawPoints();
    ink.drawImage(pointsLayer.canvas, 0, 0);
    mapTitle.textContent = focus ? nameOf(focus.layer, focus.unit) : "Output";
  };

  const drawChart = () => {
    const ink = chart.getContext("2d");
    const colour = getComputedStyle(root).color;
    const [w, h] = [chart.width, chart.height];
    const { history } = training;
    ink.clearRect(0, 0, w, h);
    const top = Math.max(1e-3, ...history.flatMap(([, a, b]) => [a, b]).filter(Number.isFinite));
    const last = Math.max(1, history.at(-1)?.[0] || 1);
    ink.strokeStyle = ink.fillStyle = colour;
    ink.globalAlpha = 0.5;
    ink.lineWidth = 1;
    ink.strokeRect(0.5, 0.5, w - 1, h - 1);
    ink.globalAlpha = 1;
    [[1, [], 3], [2, [9, 6], 3]].forEach(([column, dash, line]) => {
      ink.setLineDash(dash);
      ink.lineWidth = line;
      ink.beginPath();
      history.forEach((row, i) => {
        const at = [4 + (row[0] / last) * (w - 8), h - 4 - (row[column] / top) * (h - 12)];
        if (i) ink.lineTo(...at);
        else ink.moveTo(...at);
      });
      ink.stroke();
    });
    ink.setLineDash([]);
  };

  const summary = () => {
    const [, train, test] = training.history.at(-1) || [0, NaN, NaN];
    return `Step ${training.steps}, epoch ${training.epoch}. Loss ${shown(train)} in training, ${shown(test)} in the test.`;
  };

  const term = (text, words) => [element("dt", {}, text), element("dd", {}, words)];
  const draw = () => {
    const [train, test] = training.record();
    if (frames % 30 === 0 || !playing) {
      const now = isDark(root);
      if (now !== dark) {
        dark = now;
        colours = coloursOf(dark);
      }
    }
    drawMaps();
    if (places.length !== unitCanvases.length || !width) measure();
    if (places.length && width) drawLines();
    if (!playing || frames % 6 === 0) {
      drawChart();
      counter.textContent = `${playing ? "Running" : "Paused"} · step ${training.steps.toLocaleString("en")} · epoch ${training.epoch}`;
      const right = training.regression ? null : training.right;
      figures.replaceChildren(
        ...term("Training loss (solid)", shown(train)),
        ...term("Test loss (dashed)", shown(test)),
        ...(right ? [...term("Right in training", percent(right[0])), ...term("Right in the test", percent(right[1]))] : []),
        ...term("Parameters", String(training.network.parameters)),
      );
      for (const input of editor.querySelectorAll("input")) if (document.activeElement !== input) input.value = shown(input.read());
    }
    if (!playing) {
      map.setAttribute("aria-label", `${mapTitle.textContent} over the plane of x1 and x2, with the ${points[settings.data].title.toLowerCase()} points. ${summary()}`);
      chart.setAttribute("aria-label", `Loss by training step. ${summary()}`);
    }
    outPanel.querySelector(".key").textContent = training.regression
      ? "Orange is -1, blue is 1."
      : "Orange discs are class 0, blue squares class 1. Dashed lines are negative weights.";
    frames += 1;
    root.dataset.frames = String(frames);
    root.dataset.steps = String(training.steps);
  };
  const refresh = () => {
    if (playing) return;
    cancelAnimationFrame(request);
    request = requestAnimationFrame(draw);
  };

  // Playing

  const showPlaying = () => {
    playButton.textContent = playing ? "Pause" : "Play";
    root.dataset.state = playing ? "running" : "paused";
  };

  const turn = () => {
    if (!playing) return;
    if (!root.isConnected) return pause(false);
    for (let i = 0; i < settings.speed; i++) training.step();
    draw();
    if (!Number.isFinite(training.history.at(-1)[1])) {
      pause(false);
      say("The loss is no number any more: the learning rate is too large. Reset and take a smaller one.");
      counter.textContent = "Diverged: reset and take a smaller learning rate";
      return;
    }
    if (performance.now() - saved > 1000) save(false);
    request = requestAnimationFrame(turn);
  };

  const play = () => {
    if (playing) return;
    cancelAnimationFrame(request);
    playing = true;
    showPlaying();
    say("Running.");
    request = requestAnimationFrame(turn);
  };

  const pause = (aloud = true) => {
    if (!playing) return;
    playing = false;
    cancelAnimationFrame(request);
    showPlaying();
    draw();
    save();
    if (aloud) say(`Paused. ${summary()}`);
  };

  // What Python (or the page's address) is told

  /** The network beside the output as one PNG. */
  const still = () => {
    const [w, h] = [net.clientWidth, Math.max(net.clientHeight, 300)];
    const canvas = element("canvas", { width: w + 320, height: h });
    const ink = canvas.getContext("2d");
    ink.fillStyle = dark ? "#1c1c1f" : "#fff";
    ink.fillRect(0, 0, w + 320, h);
    ink.drawImage(lines, 0, 0, w, net.clientHeight);
    places.forEach((units, l) => units.forEach(([x, y, r], u) => ink.drawImage(unitCanvases[l][u], x - r, y - r, 2 * r, 2 * r)));
    ink.drawImage(map, w + 20, 0, 300, 300);
    return canvas.toDataURL("image/png");
  };

  let timer = 0;
  const save = (withPicture = true) => {
    saved = performance.now();
    clearTimeout(timer);
    const send = () => {
      model.set("settings", { ...settings });
      model.set("weights", training.network.getWeights());
      model.set("steps", training.steps);
      if (withPicture && width) model.set("picture", still());
      model.save_changes();
    };
    if (playing) send();
    else timer = setTimeout(send, 150);
  };

  const weightsCame = () => {
    const given = model.get("weights");
    if (!given?.length || JSON.stringify(given) === JSON.stringify(training.network.getWeights())) return;
    training.network.setWeights(given);
    refresh();
  };
  model.on("change:weights", weightsCame);

  const size = new ResizeObserver(() => {
    measure();
    refresh();
  });
  size.observe(net);
  const leave = whileLive(model, el, {
    lost: () => {
      alive = false;
      notice.hidden = false;
      notice.textContent = "Run this cell again: Python was restarted. Until then the network trains in the page alone, and Python hears nothing of it.";
    },
    back: () => {
      alive = true;
      notice.hidden = true;
    },
  });

  showPlaying();
  layOut();
  refresh();
  return () => {
    playing = false;
    cancelAnimationFrame(request);
    clearTimeout(timer);
    size.disconnect();
    leave();
    root.remove();
    model.off("change:weights", weightsCame);
  };
}

/** Put a playground into a page of a site: `start` holds settings and points; the state stands in the address. */
export const mount = (el, { settings, points }) => {
  const listeners = new Map();
  const state = { settings: fromLink(location.hash, settings, points), points, weights: [], fixed: {}, steps: 0, picture: "" };
  const model = {
    site: true,
    get: (name) => state[name],
    set: (name, value) => (state[name] = value),
    save_changes: () => history.replaceState(null, "", `#${toLink(state.settings)}`),
    on: (event, listener) => listeners.set(event, listener),
    off: (event) => listeners.delete(event),
  };
  return render({ model, el });
};

export default { render };
