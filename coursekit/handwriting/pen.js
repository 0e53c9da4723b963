// The face of coursekit.handwriting.PenPad. Drawing and the show happen here; the writer is behind `model`, in Python. `life.js` is
// put in front of this file.

const WIDE = 640; // pixels of both canvases
const HIGH = 150;
const PEN = 5; // width of a stroke
const STEP = 6; // pixels that an arrow key moves the pen
const PACE = 45; // points a second that the network's pen is shown to write
const PATIENCE = 8000; // milliseconds without an answer before saying so
let instances = 0;

function render({ model, el }) {
  const id = `coursekit-pen-${++instances}`;
  const canvas = element("canvas", {
    width: WIDE,
    height: HIGH,
    tabindex: 0,
    role: "application",
    class: "drawing",
    "aria-label": "Drawing area for a few digits in a row",
    "aria-describedby": `${id}-help`,
  });
  const own = element("input", { type: "text", inputmode: "numeric", maxlength: 6, autocomplete: "off", class: "own" });
  const wanted = element("input", { type: "text", maxlength: 12, autocomplete: "off", class: "wanted" });
  const bias = element("input", { type: "range", min: 0, max: 3, step: 0.25, class: "bias" });
  const go = element("button", { type: "button", class: "go" }, "Write on");
  const undo = element("button", { type: "button", class: "undo", disabled: "" }, "Undo");
  const clear = element("button", { type: "button", class: "clear" }, "Clear");
  const shown = element("canvas", { width: WIDE, height: HIGH, class: "shown", role: "img" });
  const text = element("p", { class: "text" });
  const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "notice", role: "alert", hidden: "" });
  const help = element(
    "p",
    { id: `${id}-help`, class: "help" },
    "Write two to four digits with gaps between them. By keyboard: arrow keys move the pen, Space lowers and lifts it, Backspace takes back a stroke, Delete clears.",
  );
  const root = element(
    "div",
    { class: "coursekit-pen", role: "group", "aria-label": "Pen pad" },
    notice,
    element("p", {}, "Your digits"),
    canvas,
    element(
      "div",
      { class: "bar" },
      element("label", {}, "You wrote", own),
      element("label", {}, "It goes on with", wanted),
      element("label", {}, "Neatness", bias),
      go,
      undo,
      clear,
    ),
    shown,
    text,
    status,
    help,
  );
  el.append(root);
  bias.value = model.get("bias");
  wanted.value = (model.get("written").text || "").slice(model.get("written").known || 0);

  const ink = canvas.getContext("2d");
  const strokes = []; // each a list of points [x, y]
  let live = true; // whether anybody answers
  let asked = model.get("answered") || 0;
  let timer = 0;
  let frame = 0;
  let pen = { x: 40, y: HIGH / 2, down: false, shown: false };

  const line = (context, points, colour, width) => {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...points[0]);
    for (const point of points) context.lineTo(...point);
    context.stroke();
  };

  const paint = () => {
    ink.clearRect(0, 0, WIDE, HIGH);
    for (const points of strokes) line(ink, points, "#222", PEN);
    undo.disabled = !strokes.length || !live;
    if (!pen.shown) return;
    ink.lineWidth = 2;
    ink.strokeStyle = pen.down ? "#D55E00" : "#2f86c9";
    ink.beginPath();
    ink.arc(pen.x, pen.y, PEN + 2, 0, 2 * Math.PI);
    ink.stroke();
  };

  const wipe = () => {
    strokes.length = 0;
    pen.down = false;
    own.value = "";
    status.textContent = "";
    paint();
  };

  const takeBack = () => {
    strokes.pop();
    pen.down = false;
    paint();
  };

  const ask = () => {
    if (!live) return;
    if (strokes.length && !own.value.trim()) {
      status.textContent = "Type which digits you wrote, so that the network knows where it is in the text.";
      own.focus();
      return;
    }
    asked += 1;
    status.textContent = "Writing …";
    clearTimeout(timer);
    timer = setTimeout(() => {
      status.textContent = "No answer yet. Is the kernel running, and is no other cell busy?";
    }, PATIENCE);
    model.send({
      kind: "write",
      number: asked,
      seed: asked,
      strokes: strokes.length ? strokes : [],
      own: strokes.length ? own.value.trim() : "",
      text: wanted.value.trim(),
      bias: Number(bias.value),
    });
  };

  // What came, stroke by stroke

  const show = () => {
    const written = model.get("written");
    if (!written || !written.strokes) return;
    cancelAnimationFrame(frame);
    const all = [...written.own, ...written.strokes].flat();
    const [xs, ys] = [0, 1].map((axis) => all.map((point) => point[axis]));
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const zoom = Math.min((WIDE - 40) / Math.max(1, Math.max(...xs) - left), (HIGH - 40) / Math.max(1, Math.max(...ys) - top), 4.5);
    const low = (HIGH - zoom * (Math.max(...ys) - top)) / 2;
    const place = ([x, y]) => [20 + zoom * (x - left), low + zoom * (y - top)];
    const context = shown.getContext("2d");
    const letters = [...written.text].map((letter, at) => element("span", { class: at < written.known ? "known" : "" }, letter));
    text.replaceChildren(...letters);
    shown.setAttribute("aria-label", `${written.known ? `Your ${written.text.slice(0, written.known)}, and behind it ` : ""}${written.text.slice(written.known)}, written by the network`);
    const total = written.strokes.flat().length;
    const begin = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const draw = (now) => {
      const count = still ? total : Math.min(total, Math.floor(((now - begin) * PACE) / 1000) + 1);
      context.clearRect(0, 0, WIDE, HIGH);
      for (const points of written.own) line(context, points.map(place), "#777", PEN);
      let left = count;
      let tip = null;
      for (const points of written.strokes) {
        if (left <= 0) break;
        const part = points.slice(0, left).map(place);
        line(context, part, "#0072B2", PEN);
        tip = part.at(-1);
        left -= points.length;
      }
      const done = count >= total;
      if (tip && !done) {
        context.fillStyle = "#D55E00";
        context.beginPath();
        context.arc(...tip, PEN, 0, 2 * Math.PI);
        context.fill();
      }
      const now_at = done ? -1 : written.symbols[count - 1];
      letters.forEach((letter, at) => letter.classList.toggle("now", at === now_at));
      root.dataset.points = count;
      if (!done) frame = requestAnimationFrame(draw);
      else if ((model.get("answered") || 0) >= asked) {
        status.textContent = model.get("message") || (written.stopped ? "" : "It ran out of points before the text was over. Try again, or neater.");
      }
    };
    frame = requestAnimationFrame(draw);
  };

  const showMessage = () => {
    if ((model.get("answered") || 0) < asked) return; // a later request is on its way
    clearTimeout(timer);
    if (model.get("message")) status.textContent = model.get("message");
    else if (status.textContent === "Writing …") status.textContent = "";
  };

  // Mouse, finger and pen

  let pointer = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDE) / box.width, ((event.clientY - box.top) * HIGH) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!live || pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    pen.shown = pen.down = false;
    strokes.push([at(event)]);
    paint();
    canvas.focus({ preventScroll: true });
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const part of between.length ? between : [event]) strokes.at(-1).push(at(part));
    paint();
  });
  const lift = (event) => {
    if (event.pointerId === pointer) pointer = null;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  // Keyboard

  const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || pointer !== null || !live) return;
    if (event.key in MOVES) {
      const [dx, dy] = MOVES[event.key];
      const inside = (value, side) => Math.min(side - PEN, Math.max(PEN, value));
      pen = { ...pen, x: inside(pen.x + dx, WIDE), y: inside(pen.y + dy, HIGH), shown: true };
      if (pen.down) strokes.at(-1).push([pen.x, pen.y]);
    } else if (event.key === " ") {
      pen.shown = true;
      pen.down = !pen.down;
      if (pen.down) strokes.push([[pen.x, pen.y]]);
      status.textContent = pen.down ? "Pen down" : "Pen up";
    } else if (event.key === "Delete") wipe();
    else if (event.key === "Backspace") takeBack();
    else return;
    paint();
    event.preventDefault();
    event.stopPropagation(); // or the notebook takes the keys as commands
  });
  canvas.addEventListener("blur", () => {
    pen.shown = pen.down = false;
    paint();
  });
  go.addEventListener("click", ask);
  clear.addEventListener("click", wipe);
  undo.addEventListener("click", () => {
    takeBack();
    if (undo.disabled) clear.focus(); // or the keyboard would fall out of the pad
  });
  for (const field of [own, wanted]) {
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") ask();
      event.stopPropagation();
    });
  }

  const listeners = { "change:written": show, "change:message": showMessage, "change:answered": showMessage };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const leave = whileLive(model, el, {
    lost: () => {
      live = false;
      clearTimeout(timer);
      pointer = null;
      for (const part of [go, undo, clear]) part.disabled = true;
      root.classList.add("asleep");
      canvas.setAttribute("aria-disabled", "true");
      notice.textContent = "Run this cell again: Python was restarted, and nobody writes on this pad any more.";
      notice.hidden = false;
    },
    back: () => {
      live = true;
      for (const part of [go, clear]) part.disabled = false;
      root.classList.remove("asleep");
      canvas.removeAttribute("aria-disabled");
      notice.hidden = true;
      paint();
    },
  });
  paint();
  show();

  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    leave();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
