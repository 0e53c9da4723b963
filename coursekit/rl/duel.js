// The face of coursekit.rl.Duel: Breakout against a network that also values every frame of the reader's own game. It runs in the page
// alone, in a notebook and on a site alike. First the rules and the arithmetic, which are Python's, then the view. `life.js` is put in
// front of this file.

const SIDE = 10;
const CHANNELS = 4; // paddle, ball, where the ball was, bricks
const WALL = [1, 2, 3]; // rows of bricks
const LIMIT = 1000; // frames of a game

// Rules

/** A repeatable stream of numbers in [0, 1). */
export const stream = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const wall = (bricks) => WALL.forEach((row) => bricks.fill(1, SIDE * row, SIDE * (row + 1)));

/** A game before its first frame: the ball at the left (`side` 0) or right, the paddle in its column. */
export const newGame = (side, paddle) => {
  const game = { ball: [4, side * (SIDE - 1)], trail: [4, side * (SIDE - 1)], heading: [1, 1 - 2 * side], paddle, bricks: new Uint8Array(SIDE * SIDE) };
  wall(game.bricks);
  return game;
};

/** One frame, as `coursekit.rl.Breakout` has it. Actions are 0 left, 1 stay, 2 right. Returns `{ reward, lost }`. */
export const move = (game, action) => {
  const low = SIDE - 1;
  const { ball, heading, bricks } = game;
  game.paddle = Math.min(low, Math.max(0, game.paddle + action - 1));
  game.trail = [...ball];
  if (ball[1] + heading[1] < 0 || ball[1] + heading[1] > low) heading[1] *= -1;
  const column = ball[1] + heading[1];
  if (ball[0] + heading[0] < 0) heading[0] *= -1;
  const row = ball[0] + heading[0];
  const hit = bricks[SIDE * row + column] === 1;
  bricks[SIDE * row + column] = 0;
  if (hit) heading[0] *= -1;
  const arrives = row === low;
  const straight = arrives && game.paddle === column;
  const corner = arrives && !straight && game.paddle === ball[1];
  if (straight || corner) heading[0] *= -1;
  if (corner) heading[1] *= -1;
  if (straight && action !== 1) heading[1] = action - 1;
  const waits = hit || corner;
  game.ball = [waits || straight ? ball[0] : row, waits ? ball[1] : column];
  if (!bricks.includes(1) && game.ball[0] > 3) wall(bricks);
  return { reward: hit ? 1 : 0, lost: arrives && !straight && !corner };
};

/** What the network sees of a game, `(10, 10, 4)` in a row. */
export const observe = ({ ball, trail, paddle, bricks }) => {
  const seen = new Float32Array(SIDE * SIDE * CHANNELS);
  seen[CHANNELS * (SIDE * (SIDE - 1) + paddle)] = 1;
  seen[CHANNELS * (SIDE * ball[0] + ball[1]) + 1] = 1;
  seen[CHANNELS * (SIDE * trail[0] + trail[1]) + 2] = 1;
  bricks.forEach((brick, at) => (seen[CHANNELS * at + 3] = brick));
  return seen;
};

// Arithmetic

/** A network from bytes: all biases as float32, then all kernels as int8, which count in steps of `scales`. */
export const readPlayer = (bytes, sizes, scales) => {
  const layers = [];
  let bias = 0;
  let kernel = 4 * sizes.slice(1).reduce((sum, units) => sum + units);
  for (let i = 0; i + 1 < sizes.length; i++) {
    const [below, units] = [sizes[i], sizes[i + 1]];
    layers.push({ units, scale: scales[i], bias: new Float32Array(bytes, bias, units), kernel: new Int8Array(bytes, kernel, below * units) });
    bias += 4 * units;
    kernel += below * units;
  }
  return layers;
};

/** The values of left, stay and right. */
export const values = (layers, seen) => {
  let x = seen;
  layers.forEach(({ units, scale, bias, kernel }, at) => {
    const sums = new Float64Array(units);
    x.forEach((value, i) => {
      if (!value) return;
      for (let j = 0; j < units; j++) sums[j] += value * kernel[i * units + j];
    });
    x = sums.map((sum, j) => {
      const z = scale * sum + bias[j];
      return at + 1 < layers.length && z < 0 ? 0 : z;
    });
  });
  return Array.from(x);
};

export const best = (q) => q.indexOf(Math.max(...q));

/** For how many of the last frames values have stayed below half of their mean. */
export const foresight = (seen) => {
  const half = seen.reduce((a, b) => a + b, 0) / seen.length / 2;
  let count = 0;
  while (count < seen.length && seen[seen.length - 1 - count] < half) count++;
  return count;
};

// View

const FIELD = 26; // pixels of a field
const TRACE = 80; // frames that the curve shows
const NAMES = ["left", "stay", "right"];
const PACES = { slow: ["slow", 350], walk: ["middling", 220], fast: ["quick", 120], keys: ["a frame for each key", 0] };
const INK = { ground: "#17191c", brick: "#7387a0", ball: "#ffffff", trail: "#55585c", paddle: "#e69f00" };

function render({ model, el }) {
  let layers = null;
  let playing = false;
  let held = 1; // the action that the reader holds
  let frames = 0;
  let draw = stream(7);
  let timer = 0;

  const side = (who) => {
    const canvas = element("canvas", { width: SIDE * FIELD, height: SIDE * FIELD, role: "img", class: "field" });
    const trace = element("canvas", { width: SIDE * FIELD, height: 64, role: "img", class: "trace" });
    const bars = NAMES.map((name) => ({ name, fill: element("span", { class: "fill" }), number: element("td", { class: "number" }) }));
    const table = element("table", { class: "values" });
    const caption = element("caption");
    const rows = bars.map(({ name, fill, number }) => element("tr", {}, element("th", { scope: "row" }, name), element("td", { class: "bar", "aria-hidden": "true" }, fill), number));
    table.append(caption, element("tbody", {}, ...rows));
    const score = element("p", { class: "score" });
    const box = element("div", { class: "side", "data-who": who.toLowerCase() }, element("p", { class: "title" }, who), canvas, score, table, trace);
    return { who, canvas, trace, bars, rows, caption, score, box, game: null, q: [0, 0, 0], seen: [], curve: [], bricks: 0, lost: 0, age: 0 };
  };
  const you = side("You");
  const network = side("Network");
  const play = element("button", { type: "button", class: "play" }, "Play");
  const hold = [element("button", { type: "button", class: "hold" }, "← Left"), element("button", { type: "button", class: "hold" }, "Right →")];
  const pace = element("select", {}, ...Object.entries(PACES).map(([value, [text]]) => element("option", { value }, text)));
  pace.value = "walk";
  const again = element("button", { type: "button", class: "again" }, "New game");
  const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
  const root = element(
    "div",
    { class: "coursekit-duel", role: "group", "aria-label": "Breakout against a network", tabindex: 0 },
    element("div", { class: "controls" }, play, ...hold, element("label", {}, element("span", {}, "Pace"), pace), again),
    status,
    element("div", { class: "sides" }, you.box, network.box),
    element("p", { class: "help" }, "Arrow keys move your paddle, Space plays and pauses. A brick is a point; a ball that is lost starts a new game on that side. The bars are the network's values of the three moves, under your game as under its own; the curve is the best of them, with a dash where a ball was lost."),
  );
  el.append(root);

  const begin = (one) => {
    one.game = newGame(one.next[0], one.next[1]);
    one.age = 0;
    one.seen = [];
    value(one);
  };
  const value = (one) => {
    if (!layers) return;
    one.q = values(layers, observe(one.game));
    one.seen.push(Math.max(...one.q));
    one.curve = [...one.curve.slice(1 - TRACE), Math.max(...one.q)];
  };
  const starts = () => [draw() < 0.5 ? 0 : 1, Math.floor(SIDE * draw())];
  const fresh = () => {
    const start = starts();
    for (const one of [you, network]) {
      one.next = start;
      one.bricks = one.lost = 0;
      one.curve = [];
      begin(one);
    }
    frames = 0;
    root.dataset.frames = "0";
    paint();
  };

  const paintField = ({ canvas, game, who }) => {
    const ink = canvas.getContext("2d");
    ink.fillStyle = INK.ground;
    ink.fillRect(0, 0, canvas.width, canvas.height);
    const field = (row, column, colour) => {
      ink.fillStyle = colour;
      ink.fillRect(column * FIELD + 1, row * FIELD + 1, FIELD - 2, FIELD - 2);
    };
    game.bricks.forEach((brick, at) => brick && field(Math.floor(at / SIDE), at % SIDE, INK.brick));
    field(...game.trail, INK.trail);
    field(...game.ball, INK.ball);
    field(SIDE - 1, game.paddle, INK.paddle);
    const words = `${who}: ball in row ${game.ball[0] + 1}, column ${game.ball[1] + 1}; paddle in column ${game.paddle + 1}; ${game.bricks.reduce((a, b) => a + b, 0)} bricks`;
    canvas.setAttribute("aria-label", words);
  };

  /** The value of the last frames; a ball that was lost is a gap with a dash in it. */
  const paintTrace = ({ trace, curve, who }) => {
    const ink = trace.getContext("2d");
    const [width, height] = [trace.width, trace.height];
    ink.clearRect(0, 0, width, height);
    const top = Math.max(1, ...you.curve, ...network.curve);
    const x = (k) => (width * (k + TRACE - curve.length)) / (TRACE - 1);
    const y = (v) => height - 3 - ((height - 8) * Math.max(0, v)) / top;
    ink.strokeStyle = "#2f86c9";
    ink.lineWidth = 2;
    ink.beginPath();
    curve.forEach((v, k) => {
      if (v === null) return;
      if (k && curve[k - 1] !== null) ink.lineTo(x(k), y(v));
      else ink.moveTo(x(k), y(v));
    });
    ink.stroke();
    ink.fillStyle = "#d55e00";
    curve.forEach((v, k) => v === null && ink.fillRect(x(k) - 1, height - 14, 3, 14));
    const now = curve.length ? curve[curve.length - 1].toFixed(2) : "not known yet";
    trace.setAttribute("aria-label", `${who === "You" ? "Value of your game" : "Value of its own game"} over the last frames; now ${now}`);
  };

  const paint = () => {
    const top = Math.max(0.5, ...you.q, ...network.q);
    for (const one of [you, network]) {
      paintField(one);
      paintTrace(one);
      const wanted = layers ? best(one.q) : -1;
      one.caption.textContent = layers ? (one === you ? `In your place it would go ${NAMES[wanted]}`.replace("go stay", "stay") : "Its own values") : "Values come with the network";
      one.bars.forEach(({ fill, number }, a) => {
        fill.style.width = `${Math.max(0, (100 * one.q[a]) / top)}%`;
        number.textContent = layers ? one.q[a].toFixed(2) : "";
        one.rows[a].classList.toggle("best", a === wanted);
      });
      one.score.textContent = `${one.bricks} ${one.bricks === 1 ? "brick" : "bricks"}, ${one.lost} ${one.lost === 1 ? "ball" : "balls"} lost`;
    }
  };

  const tell = () => {
    model.set?.("result", { you: [you.bricks, you.lost], network: [network.bricks, network.lost] });
    model.save_changes?.();
  };

  const frame = () => {
    for (const one of [you, network]) {
      const { reward, lost } = move(one.game, one === you ? held : best(one.q));
      one.bricks += reward;
      one.age += 1;
      if (lost || one.age >= LIMIT) {
        if (lost) one.lost += 1;
        const early = foresight(one.seen);
        if (lost && one === you) status.textContent = early ? `Lost. Its value of your game had been low for ${early} ${early === 1 ? "frame" : "frames"}.` : "Lost. It had not seen that coming.";
        if (lost && one === network) status.textContent = "The network has lost a ball.";
        one.curve.push(null);
        one.next = starts();
        begin(one);
        tell();
      } else value(one);
    }
    frames += 1;
    root.dataset.frames = String(frames);
    paint();
  };

  const awake = async () => {
    if (layers) return true;
    const { sizes, scales, weights, address } = model.get("player");
    try {
      let bytes;
      if (weights) bytes = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0)).buffer;
      else {
        status.textContent = "Fetching the network …";
        const answer = await fetch(address);
        if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
        bytes = await answer.arrayBuffer();
        status.textContent = "";
      }
      layers = readPlayer(bytes, sizes, scales);
    } catch (error) {
      status.textContent = location.protocol === "file:" ? "The network cannot be read from a file: serve this folder, for example with python -m http.server." : `The network could not be loaded: ${error.message}`;
      return false;
    }
    for (const one of [you, network]) value(one);
    paint();
    return true;
  };

  const wait = () => PACES[pace.value][1];
  const turn = () => {
    if (!playing || !root.isConnected) return;
    if (wait()) frame();
    timer = setTimeout(turn, wait() || 200);
  };
  const pause = () => {
    playing = false;
    clearTimeout(timer);
    play.textContent = "Play";
  };
  const start = async () => {
    if (playing || !(await awake())) return;
    playing = true;
    play.textContent = "Pause";
    root.focus({ preventScroll: true });
    timer = setTimeout(turn, wait() || 200);
  };
  play.addEventListener("click", () => (playing ? pause() : start()));
  again.addEventListener("click", async () => {
    status.textContent = "";
    if (await awake()) fresh();
  });

  const ARROWS = { ArrowLeft: 0, ArrowRight: 2, ArrowDown: 1 };
  const down = (action) => {
    held = action;
    if (playing && !wait()) {
      frame();
      held = 1;
    }
  };
  root.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLSelectElement || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in ARROWS) {
      event.preventDefault();
      event.stopPropagation(); // or the notebook goes to the next cell
      if (!event.repeat || !wait()) down(ARROWS[event.key]);
    } else if (event.key === " " && event.target === root) {
      event.preventDefault();
      event.stopPropagation();
      if (playing) pause();
      else start();
    }
  });
  root.addEventListener("keyup", (event) => {
    if (ARROWS[event.key] === held) held = 1;
  });
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) held = 1;
  });
  hold.forEach((button, right) => {
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture?.(event.pointerId);
      down(right ? 2 : 0);
    });
    for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, () => (held = 1));
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") down(right ? 2 : 0);
    });
    button.addEventListener("keyup", () => (held = 1));
  });

  fresh();
  const leave = whileLive(model, el, { lost: () => {}, back: () => {} });
  if (model.get("player").weights) awake();
  return () => {
    pause();
    leave();
    root.remove();
  };
}

/** Put a game into a page of a site; `address` is where the network's bytes lie, which are fetched when it is first asked. */
export const mount = (el, player) => {
  const state = { player, result: {} };
  const model = { get: (name) => state[name], set: (name, value) => (state[name] = value), on: () => {}, off: () => {} };
  el.replaceChildren();
  return render({ model, el });
};

export default { render };
