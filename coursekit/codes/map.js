// A plane of codes: digits where their codes lie, and beside it what the decoder draws for the place under the pointer.
// One function, called with the figure's element and its data; no library, nothing is fetched.
function coursekitCodeMap(root, data) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);
  const labels = bytes(data.labels);
  const colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B07500", "#2E86C1", "#7A6F00", "#000000", "#7D3C98", "#8A4B2A"];
  const views = data.views.map((view) => ({
    name: view.name,
    centre: view.centre,
    half: view.half,
    points: new Int16Array(bytes(view.points).buffer),
    layers: view.layers.map((layer) => ({
      activation: layer.activation,
      bias: floats(layer.bias),
      weights: layer.scale ? new Int8Array(bytes(layer.weights).buffer) : floats(layer.weights),
      scale: layer.scale ? floats(layer.scale) : null,
    })),
  }));
  const squash = {
    linear: (z) => z,
    relu: (z) => Math.max(0, z),
    tanh: Math.tanh,
    sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  };

  /** What the decoder of a view makes of a code, 784 numbers. */
  function decode(view, code) {
    let values = Float32Array.from(code);
    for (const { weights, bias, scale, activation } of view.layers) {
      const out = new Float32Array(bias.length);
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value === 0) continue;
        for (let j = 0; j < out.length; j++) out[j] += value * weights[i * out.length + j];
      }
      for (let j = 0; j < out.length; j++) {
        out[j] = squash[activation](out[j] * (scale ? scale[j] : 1) + bias[j]);
      }
      values = out;
    }
    return values;
  }

  const plane = root.querySelector(".plane");
  const drawn = root.querySelector(".drawn");
  const said = root.querySelector(".said");
  const bar = root.querySelector(".bar");
  const still = root.querySelector(".still");
  if (still) still.hidden = true;
  root.querySelector(".stage").hidden = false;
  bar.hidden = false;
  const calm = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const pen = plane.getContext("2d");
  const paper = drawn.getContext("2d");
  const small = document.createElement("canvas");
  small.width = small.height = 28;
  const count = labels.length;
  const at = Float32Array.from(views[0].points, (v) => v / 32767); // where the digits are drawn, -1 to 1
  let current = 0;
  let pointer = [0, 0];
  let flying = 0;

  const place = (u) => [(1 + 0.95 * u[0]) * plane.width / 2, (1 - 0.95 * u[1]) * plane.height / 2];
  const codeOf = (u) => views[current].centre.map((c, k) => c + views[current].half * u[k]);

  function draw() {
    pen.fillStyle = "#FFFFFF";
    pen.fillRect(0, 0, plane.width, plane.height);
    pen.font = "11px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let i = 0; i < count; i++) {
      const [x, y] = place([at[2 * i], at[2 * i + 1]]);
      pen.fillStyle = colours[labels[i] % 10];
      pen.fillText(String(labels[i]), x, y);
    }
    const [x, y] = place(pointer);
    pen.lineWidth = 5;
    pen.strokeStyle = "#FFFFFF";
    pen.beginPath();
    pen.arc(x, y, 12, 0, 2 * Math.PI);
    pen.stroke();
    pen.lineWidth = 2;
    pen.strokeStyle = "#000000";
    pen.stroke();
  }

  function show() {
    const code = codeOf(pointer);
    const values = decode(views[current], code);
    const image = small.getContext("2d").createImageData(28, 28);
    for (let i = 0; i < 784; i++) {
      const grey = 255 * Math.min(1, Math.max(0, values[i]));
      image.data.set([grey, grey, grey, 255], 4 * i);
    }
    small.getContext("2d").putImageData(image, 0, 0);
    paper.imageSmoothingEnabled = false;
    paper.drawImage(small, 0, 0, drawn.width, drawn.height);
    let best = 0;
    let nearest = Infinity;
    for (let i = 0; i < count; i++) {
      const away = (at[2 * i] - pointer[0]) ** 2 + (at[2 * i + 1] - pointer[1]) ** 2;
      if (away < nearest) [nearest, best] = [away, i];
    }
    said.textContent = `code (${code.map((c) => c.toFixed(2)).join(", ")}); nearest test digit: a ${labels[best]}`;
    root.dataset.code = code.join(" ");
    draw();
  }

  function moveTo(u) {
    pointer = u.map((v) => Math.max(-1.05, Math.min(1.05, v)));
    show();
  }

  function land(event) {
    stopFlying();
    said.removeAttribute("aria-live");
    const box = plane.getBoundingClientRect();
    moveTo([
      (2 * (event.clientX - box.left) / box.width - 1) / 0.95,
      (1 - 2 * (event.clientY - box.top) / box.height) / 0.95,
    ]);
  }
  plane.addEventListener("pointermove", land);
  plane.addEventListener("pointerdown", land);
  plane.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-0.04, 0], ArrowRight: [0.04, 0], ArrowUp: [0, 0.04], ArrowDown: [0, -0.04] }[event.key];
    if (!step) return;
    event.preventDefault();
    stopFlying();
    said.setAttribute("aria-live", "polite");
    moveTo([pointer[0] + step[0], pointer[1] + step[1]]);
  });

  function choose(next) {
    current = next;
    [...bar.querySelectorAll("[data-view]")].forEach((button, k) => button.setAttribute("aria-pressed", String(k === next)));
    const from = Float32Array.from(at);
    const to = Float32Array.from(views[next].points, (v) => v / 32767);
    const start = performance.now();
    function flow(now) {
      const share = calm ? 1 : Math.min(1, Math.max(0, (now - start) / 1200));
      const eased = share * share * (3 - 2 * share);
      for (let i = 0; i < at.length; i++) at[i] = from[i] + eased * (to[i] - from[i]);
      if (share < 1 && current === next) {
        draw();
        requestAnimationFrame(flow);
      } else if (current === next) {
        root.dataset.view = views[next].name;
        show();
      }
    }
    requestAnimationFrame(flow);
  }

  function means() {
    const sums = Array.from({ length: 10 }, () => [0, 0, 0]);
    for (let i = 0; i < count; i++) {
      const sum = sums[labels[i] % 10];
      sum[0] += at[2 * i];
      sum[1] += at[2 * i + 1];
      sum[2] += 1;
    }
    return sums.filter((sum) => sum[2]).map((sum) => [sum[0] / sum[2], sum[1] / sum[2]]);
  }

  const fly = document.createElement("button");
  function stopFlying() {
    flying += 1;
    fly.setAttribute("aria-pressed", "false");
  }
  fly.type = "button";
  fly.textContent = "Fly from 0 to 9";
  fly.setAttribute("aria-pressed", "false");
  fly.addEventListener("click", () => {
    if (fly.getAttribute("aria-pressed") === "true") return stopFlying();
    const mine = (flying += 1);
    fly.setAttribute("aria-pressed", "true");
    const start = performance.now();
    (function step(now) {
      if (flying !== mine || !root.isConnected) return;
      const stops = means();
      const way = (Math.max(0, now - start) / 1500) % stops.length;
      const [a, b] = [stops[Math.floor(way)], stops[(Math.floor(way) + 1) % stops.length]];
      const share = Math.min(1, 1.4 * (way % 1)); // a rest at each mean
      moveTo([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]);
      requestAnimationFrame(step);
    })(start);
  });

  views.forEach((view, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.view = String(k);
    button.textContent = view.name;
    button.setAttribute("aria-pressed", String(k === 0));
    button.addEventListener("click", () => choose(k));
    bar.append(button);
  });
  bar.append(fly);
  root.dataset.view = views[0].name;
  root.codeMap = { decode: (k, code) => [...decode(views[k], code)], choose, moveTo };
  moveTo([0, 0]);
}
