// A joint restricted Boltzmann machine that runs in the page: 784 pixels and 10 label units below, hidden units above. First the
// arithmetic of coursekit.boltzmann.dreams, then the view. The weights are fetched when the machine is first asked to run.

import pad from "./pad.js";
import { preprocess } from "./preprocess.js";

const PIXELS = 784;
const LABELS = 10;
const CHAINS = 10;
const EVERY = 30; // milliseconds a step, slow enough to watch

// Arithmetic

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const tossed = (p) => (Math.random() < p ? 1 : 0);

/** What `machine.py` stored, from the bytes that `part.py` wrote: weights as int8, then the two biases as float32. */
export const readMachine = (bytes, hidden, scale) => {
  const count = (PIXELS + LABELS) * hidden;
  return {
    hidden,
    scale,
    weights: new Int8Array(bytes, 0, count),
    visibleBias: new Float32Array(bytes, count, PIXELS + LABELS),
    hiddenBias: new Float32Array(bytes, count + 4 * (PIXELS + LABELS), hidden),
  };
};

/** P(h = 1 | v, label) for pixels of 0 and 1 (or between) and the ten label units. */
export const up = ({ hidden, scale, weights, hiddenBias }, v, labels) => {
  const sums = new Float64Array(hidden);
  const add = (row, by) => {
    if (!by) return;
    const start = row * hidden;
    for (let j = 0; j < hidden; j++) sums[j] += by * weights[start + j];
  };
  for (let i = 0; i < PIXELS; i++) add(i, v[i]);
  for (let k = 0; k < LABELS; k++) add(PIXELS + k, labels[k]);
  return sums.map((sum, j) => sigmoid(scale * sum + hiddenBias[j]));
};

/** P(pixel = 1 | h) of each pixel, and the probability of each label: `[pixels, labels]`. */
export const down = ({ hidden, scale, weights, visibleBias }, h) => {
  const on = [];
  for (let j = 0; j < hidden; j++) if (h[j]) on.push(j);
  const input = (row) => {
    let sum = 0;
    for (const j of on) sum += weights[row * hidden + j];
    return scale * sum + visibleBias[row];
  };
  const pixels = Float64Array.from({ length: PIXELS }, (_, i) => sigmoid(input(i)));
  const logits = Array.from({ length: LABELS }, (_, k) => input(PIXELS + k));
  const top = Math.max(...logits);
  const shares = logits.map((z) => Math.exp(z - top));
  const sum = shares.reduce((a, b) => a + b);
  return [pixels, shares.map((share) => share / sum)];
};

const oneHot = (label) => Array.from({ length: LABELS }, (_, k) => (k === label ? 1 : 0));

/** A chain before its first step: coin tosses for pixels, and every label as likely. */
export const newChain = () => ({
  v: Float64Array.from({ length: PIXELS }, () => tossed(0.5)),
  labels: new Array(LABELS).fill(1 / LABELS),
  pixels: new Float64Array(PIXELS).fill(0.5),
  beliefs: new Array(LABELS).fill(1 / LABELS),
});

/** One Gibbs step. `label` is held where it is a number; pixels are held at `image` where `known`. */
export const step = (machine, chain, { label = null, image = null, known = null }) => {
  const held = (i) => image && known[i];
  const labels = label === null ? chain.labels : oneHot(label);
  const v = chain.v.map((value, i) => (held(i) ? image[i] : value));
  const [pixels, beliefs] = down(machine, up(machine, v, labels).map(tossed));
  chain.pixels = pixels.map((p, i) => (held(i) ? image[i] : p));
  chain.v = chain.pixels.map((p, i) => (held(i) ? p : tossed(p)));
  chain.beliefs = beliefs;
  let rest = Math.random();
  const drawn = beliefs.findIndex((share) => (rest -= share) < 0);
  chain.labels = oneHot(drawn < 0 ? LABELS - 1 : drawn);
};

// View

const PARTS = {
  none: ["nothing of it", () => false],
  upper: ["its upper half", (row) => row < 14],
  lower: ["its lower half", (row) => row >= 14],
  left: ["its left half", (row, column) => column < 14],
  right: ["its right half", (row, column) => column >= 14],
};

const make = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** Put the machine into `el`; `hidden` and `scale` say how to read its bytes. */
export const mount = (el, { hidden, scale }) => {
  let machine = null;
  let chains = Array.from({ length: CHAINS }, newChain);
  let steps = 0;
  let playing = false;
  let image = null; // what was drawn, 0 to 1

  const button = (text, attributes = {}) => make("button", { type: "button", ...attributes }, text);
  const play = button("Play", { class: "play" });
  const once = button("Step");
  const again = button("Coin tosses again");
  const counter = make("p", { class: "counter" });
  const status = make("p", { class: "status", role: "status" });
  const choice = (title, options) => {
    const select = make("select", {}, ...options.map(([value, text]) => make("option", { value }, text)));
    return [make("label", {}, make("span", {}, title), select), select];
  };
  const [labelBox, label] = choice("Label units", [
    ["each", "held: a digit for each picture"],
    ["free", "free"],
    ...Array.from({ length: LABELS }, (_, k) => [String(k), `held: ${k}`]),
  ]);
  const [partBox, part] = choice("Hold of the drawing below", Object.entries(PARTS).map(([value, [text]]) => [value, text]));
  const canvases = Array.from({ length: CHAINS }, () => make("canvas", { width: 28, height: 28, role: "img" }));
  const captions = Array.from({ length: CHAINS }, () => make("figcaption"));
  const beliefs = make("table", { class: "beliefs" });
  const drawing = make("div", { class: "own" });
  const root = make(
    "div",
    { class: "coursekit-dream" },
    make("div", { class: "bar" }, make("div", { class: "buttons" }, play, once, again), labelBox, partBox, counter),
    status,
    make("div", { class: "tiles" }, ...canvases.map((canvas, i) => make("figure", {}, canvas, captions[i]))),
    beliefs,
    make("p", { class: "title" }, "Draw a digit, hold half of it, and let the machine invent the rest"),
    drawing,
  );
  el.replaceChildren(root);

  const labelOf = (chain) => (label.value === "free" ? null : label.value === "each" ? chain : Number(label.value));
  const known = () => {
    const inside = PARTS[part.value][1];
    return Array.from({ length: PIXELS }, (_, i) => inside(Math.floor(i / 28), i % 28));
  };

  const draw = () => {
    const held = image && part.value !== "none" ? known() : null;
    canvases.forEach((canvas, at) => {
      const ink = canvas.getContext("2d");
      const picture = ink.createImageData(28, 28);
      const { pixels } = chains[at];
      for (let i = 0; i < PIXELS; i++) {
        const grey = Math.round(255 * (held && held[i] ? image[i] : pixels[i]));
        // What is held is orange on a dark ground, what is dreamt is grey.
        picture.data.set(held && held[i] ? [40 + 0.84 * grey, 24 + 0.62 * grey, 0.2 * grey, 255] : [grey, grey, grey, 255], 4 * i);
      }
      ink.putImageData(picture, 0, 0);
      const wanted = labelOf(at);
      const words = wanted === null ? "" : `label ${wanted} held`;
      const best = chains[at].beliefs.indexOf(Math.max(...chains[at].beliefs));
      captions[at].textContent = wanted === null ? (steps ? `says ${best}` : "free") : `holds ${wanted}`;
      const half = held ? `${PARTS[part.value][0].replace("its", "the")} of your drawing held` : "";
      canvas.setAttribute("aria-label", `Picture ${at + 1}, after ${steps} steps: ${[words, half].filter(Boolean).join(", ") || "nothing held"}`);
    });
    counter.textContent = `${playing ? "Running" : "Paused"} · step ${steps.toLocaleString("en")}`;
    const free = label.value === "free" && steps;
    beliefs.hidden = !free;
    if (!free) return;
    const share = (k) => chains.reduce((sum, chain) => sum + chain.beliefs[k], 0) / CHAINS;
    beliefs.replaceChildren(
      make("caption", {}, "What the label units believe, mean of the ten pictures"),
      make(
        "tbody",
        {},
        ...Array.from({ length: LABELS }, (_, k) => {
          const fill = make("span", { class: "fill" });
          fill.style.width = `${100 * share(k)}%`;
          return make("tr", {}, make("th", { scope: "row" }, String(k)), make("td", { class: "belief", "aria-hidden": "true" }, fill), make("td", { class: "share" }, `${Math.round(100 * share(k))} %`));
        }),
      ),
    );
  };

  const awake = async () => {
    if (machine) return true;
    status.textContent = "Fetching the machine …";
    try {
      const answer = await fetch(new URL("./machine.bin", import.meta.url));
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      machine = readMachine(await answer.arrayBuffer(), hidden, scale);
      status.textContent = "";
      return true;
    } catch (error) {
      status.textContent = location.protocol === "file:" ? "The machine cannot be read from a file: serve this folder, for example with python -m http.server." : `The machine could not be loaded: ${error.message}`;
      return false;
    }
  };

  const advance = () => {
    const held = image && part.value !== "none" ? { image, known: known() } : {};
    chains.forEach((chain, at) => step(machine, chain, { label: labelOf(at), ...held }));
    steps += 1;
    root.dataset.steps = String(steps);
    draw();
  };

  let last = 0;
  const turn = (now) => {
    if (!playing || !root.isConnected) return;
    if (now - last >= EVERY) {
      last = now;
      advance();
    }
    requestAnimationFrame(turn);
  };
  const start = async () => {
    if (playing || !(await awake())) return;
    playing = true;
    play.textContent = "Pause";
    requestAnimationFrame(turn);
  };
  const pause = () => {
    playing = false;
    play.textContent = "Play";
    draw();
  };
  play.addEventListener("click", () => (playing ? pause() : start()));
  once.addEventListener("click", async () => {
    if (playing) pause();
    if (await awake()) advance();
  });
  again.addEventListener("click", () => {
    chains = Array.from({ length: CHAINS }, newChain);
    steps = 0;
    root.dataset.steps = "0";
    draw();
  });
  for (const select of [label, part]) select.addEventListener("change", draw);

  // The pad is the one of the labs; what it sends is kept here as 28 x 28 pixels.
  const listeners = new Map();
  const state = { names: [], answers: [], seen: "", message: "", answered: 0, still: "", title: "What the machine is given, 28 x 28" };
  const change = (changes) => {
    Object.assign(state, changes);
    for (const name of Object.keys(changes)) for (const listener of listeners.get(`change:${name}`) || []) listener();
  };
  const drawn = ({ ink, height, width, number, lifted }) => {
    const bytes = preprocess(Uint8Array.from(atob(ink), (character) => character.charCodeAt(0)), height, width);
    if (!bytes) return change({ seen: "", message: "Nothing is drawn yet.", answered: number });
    image = Float64Array.from(bytes, (byte) => byte / 255);
    let message = "";
    if (lifted && part.value === "none") {
      part.value = "upper";
      label.value = "free";
      message = "The upper half is held, the labels are free: press Play.";
    }
    change({ seen: btoa(String.fromCharCode(...bytes)), message, answered: number });
    draw();
  };
  const leave = pad.render({
    el: drawing,
    model: {
      get: (name) => state[name],
      on: (event, listener) => listeners.set(event, [...(listeners.get(event) || []), listener]),
      off: (event, gone) => listeners.set(event, (listeners.get(event) || []).filter((listener) => listener !== gone)),
      send: (content) => {
        if (content.kind !== "clear") return drawn(content);
        image = null;
        change({ seen: "", message: "", answered: content.number });
        draw();
      },
    },
  });
  root.dataset.steps = "0";
  draw();
  return () => {
    playing = false;
    leave();
    root.remove();
  };
};
