// The digit pad without a kernel: the same face, answered in the page by exported models. Nothing is fetched before the
// first stroke or key.

import pad from "./pad.js";
import { preprocess } from "./preprocess.js";

/** Ask for the models once; `run(image)` then gives ten probabilities for each. */
export const loadModels = async (names) => {
  const ort = await import("./ort/ort.wasm.min.mjs");
  ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
  ort.env.wasm.numThreads = 1;
  const sessions = [];
  for (const name of Object.keys(names)) {
    const address = new URL(`./models/${name}.onnx`, import.meta.url).href;
    sessions.push([name, await ort.InferenceSession.create(address)]);
  }
  return async (images) => {
    const rows = images.length / 784;
    const tensor = new ort.Tensor("float32", Float32Array.from(images), [rows, 28, 28, 1]);
    const found = {};
    for (const [name, session] of sessions) {
      const outputs = await session.run({ [session.inputNames[0]]: tensor });
      found[name] = [...outputs[session.outputNames[0]].data];
    }
    return found;
  };
};

/** Put the pad into `el`; `names` maps a model's file to its title. */
export const mount = (el, names) => {
  const listeners = new Map();
  const state = { names: Object.values(names), answers: [], seen: "", message: "", answered: 0, still: "" };
  const change = (changes) => {
    Object.assign(state, changes);
    for (const name of Object.keys(changes)) for (const listener of listeners.get(`change:${name}`) || []) listener();
  };
  let models = null;
  let latest = null;
  let busy = false;

  const answer = async (content) => {
    const ink = Uint8Array.from(atob(content.ink), (character) => character.charCodeAt(0));
    const image = preprocess(ink, content.height, content.width);
    if (!image) return { answers: [], seen: "", message: "Nothing is drawn yet.", answered: content.number };
    models ??= loadModels(names);
    const found = await (await models)(image);
    const answers = Object.entries(names).map(([name, title]) => {
      const probabilities = found[name];
      return { name: title, probabilities, label: String(probabilities.indexOf(Math.max(...probabilities))), error: "" };
    });
    return { answers, seen: btoa(String.fromCharCode(...image)), message: "", answered: content.number };
  };

  const work = async () => {
    if (busy) return;
    busy = true;
    while (latest) {
      const content = latest;
      latest = null;
      try {
        const changes = await answer(content);
        if (!latest || latest.kind === "drawing") change(changes);
      } catch (error) {
        models = null;
        const words = location.protocol === "file:" ? "Models cannot be read from a file: serve this folder, for example with python -m http.server." : `The models could not be loaded: ${error.message}`;
        change({ answers: [], message: words, answered: content.number });
      }
    }
    busy = false;
  };

  const model = {
    get: (name) => state[name],
    on: (event, listener) => listeners.set(event, [...(listeners.get(event) || []), listener]),
    off: (event, gone) => listeners.set(event, (listeners.get(event) || []).filter((listener) => listener !== gone)),
    send: (content) => {
      if (content.kind === "clear") {
        latest = null;
        change({ answers: [], seen: "", message: "", answered: content.number });
      } else {
        latest = content;
        work();
      }
    },
  };
  el.replaceChildren();
  return pad.render({ model, el });
};
