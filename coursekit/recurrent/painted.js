// A text field whose letters are coloured by one cell of a UGRNN while it reads them.
// One function, called with the figure's element and its data; no library, nothing is fetched.
function coursekitPaintedText(root, data) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const n = data.units;
  function table(packed) {
    const whole = new Int16Array(bytes(packed.values).buffer);
    const scale = new Float32Array(bytes(packed.scale).buffer);
    return Float32Array.from(whole, (v, i) => v * scale[i % (2 * n)]);
  }
  const inputs = table(data.inputs);
  const recurrent = table(data.recurrent);

  /** Place of a character in the alphabet, or -1. */
  function place(letter) {
    const code = letter.codePointAt(0);
    return code === 10 ? 0 : code >= 32 && code < 127 ? code - 31 : -1;
  }

  /** The state after one more character. */
  function step(h, i) {
    const sums = inputs.slice(2 * n * i, 2 * n * (i + 1));
    for (let j = 0; j < n; j++) {
      const value = h[j];
      for (let k = 0; k < 2 * n; k++) sums[k] += value * recurrent[2 * n * j + k];
    }
    const next = new Float32Array(n);
    for (let j = 0; j < n; j++) {
      const gate = 1 / (1 + Math.exp(-sums[j]));
      next[j] = gate * h[j] + (1 - gate) * Math.tanh(sums[n + j]);
    }
    return next;
  }

  /** The values of a cell after each character of a text; null where a character is unknown. */
  function values(text, cell) {
    let h = step(step(new Float32Array(n), 0), 0);
    return [...text].map((letter) => {
      const i = place(letter);
      if (i < 0) return null;
      h = step(h, i);
      return h[cell] * data.signs[cell];
    });
  }

  const field = root.querySelector("textarea");
  const number = root.querySelector("input");
  const said = root.querySelector(".said");
  const painted = root.querySelector(".painted");
  const still = root.querySelector(".still");
  if (still) still.hidden = true;
  root.querySelector(".stage").hidden = false;
  const on = [245, 166, 35];
  const off = [127, 184, 230];

  function colour(value) {
    const end = value > 0 ? on : off;
    const share = Math.min(1, Math.abs(value));
    return `rgb(${end.map((c) => Math.round(255 + share * (c - 255))).join(",")})`;
  }

  function paint() {
    const cell = Math.min(n - 1, Math.max(0, Math.round(Number(number.value)) || 0));
    const letters = [...field.value];
    const found = values(field.value, cell);
    painted.replaceChildren(
      ...letters.map((letter, i) => {
        const span = document.createElement("span");
        span.textContent = letter;
        if (found[i] === null) return span;
        span.style.backgroundColor = colour(found[i]);
        span.title = found[i].toFixed(2);
        if (found[i] > 0.5) span.className = "on";
        return span;
      }),
    );
    const last = found.filter((v) => v !== null).at(-1);
    const share = found.filter((v) => v > 0.5).length;
    said.textContent =
      last === undefined ? "" : `cell ${cell} is at ${last.toFixed(2)} now; above 0.5 after ${share} of ${found.length} letters`;
    root.dataset.cell = String(cell);
  }

  field.addEventListener("input", paint);
  number.addEventListener("input", paint);
  root.querySelector("button").addEventListener("click", () => {
    number.value = String(data.cell);
    paint();
  });
  root.paintedText = { values };
  paint();
}
