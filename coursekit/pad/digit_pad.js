// The face of coursekit.pad.DigitPad. Drawing happens here; preprocessing and answers happen behind `model`: in Python, or on
// a site in the page. `life.js` is put in front of this file.

const SIDE = 280; // pixels of the canvas
const SENT = 140; // pixels of the picture that goes to Python
const PEN = 21; // width of a stroke, about 2.5 pixels of the 28x28 image
const STEP = 7; // pixels that an arrow key moves the pen
const DOT = PEN / 2; // pixels: what reaches no farther is a dot
const EVERY = 400; // milliseconds between two readings while the pen is down
const PATIENCE = 8000; // milliseconds without an answer before saying so
let instances = 0;

const percent = (share) => `${Math.round(100 * share)} %`;

const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const textOf = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
};

function render({ model, el }) {
  const id = `coursekit-pad-${++instances}`;
  const canvas = element("canvas", {
    width: SIDE,
    height: SIDE,
    tabindex: 0,
    role: "application",
    class: "drawing",
    "aria-label": "Drawing area for a digit",
    "aria-describedby": `${id}-help`,
  });
  const clear = element("button", { type: "button", class: "clear" }, "Clear");
  const undo = element("button", { type: "button", class: "undo", disabled: "" }, "Undo");
  const notice = element("p", { class: "notice", role: "alert", hidden: "" });
  const help = element(
    "p",
    { id: `${id}-help`, class: "help" },
    "Draw one digit, large. By keyboard: arrow keys move the pen, Space lowers and lifts it, Backspace takes back a stroke, Delete clears.",
  );
  const seen = element("canvas", { width: 28, height: 28, class: "seen", role: "img" });
  const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
  const answers = element("div", { class: "answers" });
  const root = element(
    "div",
    { class: "coursekit-pad", role: "group", "aria-label": "Digit pad" },
    notice,
    element(
      "div",
      { class: "pictures" },
      element("div", { class: "column" }, element("p", { class: "title" }, "Your drawing"), canvas, element("div", { class: "buttons" }, undo, clear)),
      element("div", { class: "column" }, element("p", { class: "title" }, model.get("title") || "What the models see, 28 x 28"), seen, status),
    ),
    answers,
    help,
  );
  el.append(root);

  const ink = canvas.getContext("2d", { willReadFrequently: true });
  const strokes = []; // each a list of points [x, y]
  let drawn = model.get("answered") || 0; // number of the last drawing that was sent
  let timer = 0;
  let said = ""; // what this page has to say where the models have nothing
  let pen = { x: SIDE / 2, y: SIDE / 2, down: false, shown: false };

  const paint = () => {
    ink.fillStyle = "black";
    ink.fillRect(0, 0, SIDE, SIDE);
    ink.strokeStyle = ink.fillStyle = "white";
    ink.lineWidth = PEN;
    ink.lineCap = ink.lineJoin = "round";
    for (const points of strokes) {
      ink.beginPath();
      ink.moveTo(...points[0]);
      for (const point of points) ink.lineTo(...point);
      ink.stroke();
    }
  };

  const paintPen = () => {
    paint();
    if (!pen.shown) return;
    ink.lineWidth = 3;
    ink.strokeStyle = pen.down ? "#E69F00" : "#56B4E9";
    ink.beginPath();
    ink.arc(pen.x, pen.y, PEN / 2 + 3, 0, 2 * Math.PI);
    ink.stroke();
  };

  const isDot = () => {
    const along = (axis) => strokes.flat().map((point) => point[axis]);
    return [0, 1].every((axis) => Math.max(...along(axis)) - Math.min(...along(axis)) < DOT);
  };

  let live = true; // whether anybody answers
  let asked = 0; // when the last picture was sent

  const send = (lifted = true) => {
    if (!live || !strokes.length) return;
    undo.disabled = false;
    paint();
    if (isDot()) {
      paintPen();
      if (lifted) forget("That is a dot. Draw one digit, as large as the field.");
      return;
    }
    const small = element("canvas", { width: SENT, height: SENT }).getContext("2d");
    small.drawImage(canvas, 0, 0, SENT, SENT);
    const pixels = small.getImageData(0, 0, SENT, SENT).data;
    const grey = new Uint8Array(SENT * SENT);
    for (let i = 0; i < grey.length; i++) grey[i] = pixels[4 * i];
    paintPen();
    drawn += 1;
    asked = performance.now();
    if (lifted) status.textContent = "Asking the models …";
    clearTimeout(timer);
    timer = setTimeout(() => {
      status.textContent = "No answer yet. Is the kernel running, and is no other cell busy?";
    }, PATIENCE);
    model.send({ kind: "drawing", number: drawn, width: SENT, height: SENT, ink: textOf(grey), lifted });
  };

  /** While the pen is down: read what is there, unless the last reading has not come back yet. */
  const sendOnTheWay = () => {
    if ((model.get("answered") || 0) >= drawn && performance.now() - asked > EVERY) send(false);
  };

  /** No answers any more, and a word on why. */
  const forget = (words) => {
    clearTimeout(timer);
    drawn += 1; // an answer that is still on its way is not shown
    model.send({ kind: "clear", number: drawn });
    status.textContent = words;
    said = words;
  };

  const wipe = () => {
    if (!live) return;
    strokes.length = 0;
    pen.down = false;
    undo.disabled = true;
    paintPen();
    forget("");
  };

  const takeBack = () => {
    if (!live || !strokes.length) return;
    strokes.pop();
    pen.down = false;
    if (strokes.length) send();
    else wipe();
  };

  // Mouse, finger and pen

  let pointer = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!live || pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    pen.shown = pen.down = false;
    strokes.push([place(event)]);
    asked = performance.now();
    paint();
    canvas.focus({ preventScroll: true });
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const part of between.length ? between : [event]) strokes.at(-1).push(place(part));
    paint();
    sendOnTheWay();
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    said = "";
    send();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  // Keyboard

  const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  canvas.addEventListener("keydown", (event) => {
    const inside = (value) => Math.min(SIDE - PEN / 2, Math.max(PEN / 2, value));
    if (event.ctrlKey || event.altKey || event.metaKey || pointer !== null || !live) return;
    if (event.key in MOVES) {
      const [dx, dy] = MOVES[event.key];
      pen = { ...pen, x: inside(pen.x + dx), y: inside(pen.y + dy), shown: true };
      if (pen.down) {
        strokes.at(-1).push([pen.x, pen.y]);
        sendOnTheWay();
      }
      paintPen();
    } else if (event.key === " ") {
      pen.shown = true;
      pen.down = !pen.down;
      if (pen.down) {
        strokes.push([[pen.x, pen.y]]);
        paintPen();
        status.textContent = "Pen down";
      } else send();
    } else if (event.key === "Delete") {
      wipe();
    } else if (event.key === "Backspace") {
      takeBack();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // or the notebook takes the keys as commands
  });
  canvas.addEventListener("blur", () => {
    if (pen.down) {
      pen.down = false;
      send();
    }
    pen.shown = false;
    paint();
  });
  clear.addEventListener("click", wipe);
  undo.addEventListener("click", () => {
    takeBack();
    if (undo.disabled) clear.focus(); // or the keyboard would fall out of the pad
  });

  // Answers

  const showSeen = () => {
    const text = model.get("seen");
    const context = seen.getContext("2d");
    const picture = context.createImageData(28, 28);
    const bytes = text ? bytesOf(text) : new Uint8Array(28 * 28);
    for (let i = 0; i < bytes.length; i++) picture.data.set([bytes[i], bytes[i], bytes[i], 255], 4 * i);
    context.putImageData(picture, 0, 0);
    seen.setAttribute(
      "aria-label",
      text ? "Your digit as the models see it: 28 by 28 pixels, white on black, centred" : "Nothing drawn yet",
    );
  };

  const bars = (answer) => {
    const rows = answer.probabilities.map((share, digit) => {
      const fill = element("span", { class: "fill" });
      fill.style.width = `${100 * share}%`;
      return element(
        "tr",
        { class: String(digit) === answer.label ? "best" : "" },
        element("th", { scope: "row" }, String(digit)),
        element("td", { class: "bar", "aria-hidden": "true" }, fill),
        element("td", { class: "share" }, percent(share)),
      );
    });
    return element(
      "table",
      {},
      element("caption", { class: "hidden" }, `Probabilities of the ten digits by ${answer.name}`),
      element("tbody", {}, ...rows),
    );
  };

  const card = (name, answer) => {
    const parts = [element("p", { class: "name" }, name)];
    if (!answer) parts.push(element("p", { class: "verdict" }, "–"));
    else if (answer.error) parts.push(element("p", { class: "error" }, answer.error));
    else {
      const best = Math.max(...answer.probabilities);
      parts.push(element("p", { class: "verdict" }, answer.label, element("small", {}, ` ${percent(best)}`)));
      parts.push(bars(answer));
    }
    return element("section", { class: "card", "aria-label": name }, ...parts);
  };

  const showAnswers = () => {
    const given = model.get("answers") || [];
    answers.replaceChildren(
      ...model.get("names").map((name) => card(name, given.find((answer) => answer.name === name))),
    );
  };

  const showStatus = () => {
    if ((model.get("answered") || 0) < drawn) return; // a later drawing is on its way
    clearTimeout(timer);
    const given = model.get("answers") || [];
    const words = given.map((answer) => `${answer.name}: ${answer.error ? "error" : answer.label}`).join(", ");
    if (pointer !== null || pen.down) return; // spoken once the pen is up
    status.textContent = model.get("message") || words || said;
  };

  const listeners = {
    "change:seen": showSeen,
    "change:answers": () => {
      showAnswers();
      showStatus();
    },
    "change:message": showStatus,
    "change:answered": showStatus,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const leave = whileLive(model, el, {
    lost: () => {
      live = false;
      clearTimeout(timer);
      pointer = null;
      for (const part of [clear, undo]) part.disabled = true;
      root.classList.add("asleep");
      canvas.setAttribute("aria-disabled", "true");
      notice.textContent = "Run this cell again: Python was restarted, and nobody answers this pad any more.";
      notice.hidden = false;
    },
    back: () => {
      live = true;
      clear.disabled = false;
      undo.disabled = !strokes.length;
      root.classList.remove("asleep");
      canvas.removeAttribute("aria-disabled");
      notice.hidden = true;
    },
  });
  paint();
  showSeen();
  showAnswers();
  showStatus();

  return () => {
    clearTimeout(timer);
    leave();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
