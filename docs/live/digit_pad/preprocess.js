// coursekit.datasets.preprocess_digit for what the pad sends: white ink on black, 140 pixels a side. A test holds that both
// give the same picture. A drawing below 20 pixels is enlarged linearly here and by splines there.

const FRAME = 28;
const BOX = 20;
const FAINT = 0.1;
const CORE = 0.75;

/** To the nearest whole number, halves to the even one, as NumPy and Python do. */
const even = (value) => {
  const low = Math.floor(value);
  return Math.abs(value - low - 0.5) < 1e-12 ? low + (low % 2) : Math.round(value);
};

/** A Gaussian along one axis of an h x w picture, zeros outside. */
const blur = (picture, h, w, sigma, vertical) => {
  if (sigma <= 0) return picture;
  const reach = Math.floor(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const sum = weights.reduce((a, b) => a + b);
  const [step, long] = vertical ? [w, h] : [1, w];
  const out = new Float64Array(picture.length);
  for (let r = 0; r < h; r++)
    for (let c = 0; c < w; c++) {
      const at = vertical ? r : c;
      let value = 0;
      for (let i = -reach; i <= reach; i++)
        if (at + i >= 0 && at + i < long) value += weights[i + reach] * picture[r * w + c + i * step];
      out[r * w + c] = value / sum;
    }
  return out;
};

/** The picture at another size, linear in between. */
const resize = (picture, h, w, height, width) => {
  const out = new Float64Array(height * width);
  const spot = (i, from, to) => {
    const x = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.min(Math.floor(x), Math.max(from - 2, 0));
    return [low, Math.min(low + 1, from - 1), x - low];
  };
  for (let r = 0; r < height; r++) {
    const [top, bottom, down] = spot(r, h, height);
    for (let c = 0; c < width; c++) {
      const [left, right, across] = spot(c, w, width);
      const at = (row, column) => picture[row * w + column];
      out[r * width + c] =
        (1 - down) * ((1 - across) * at(top, left) + across * at(top, right)) +
        down * ((1 - across) * at(bottom, left) + across * at(bottom, right));
    }
  }
  return out;
};

const quantile = (values, q) => {
  const sorted = Float64Array.from(values).sort();
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
};

/** 784 bytes in MNIST's frame from `width` x `height` bytes of ink, or null where there is no ink. */
export const preprocess = (bytes, height, width) => {
  const most = bytes.reduce((a, b) => Math.max(a, b), 0);
  if (most < FAINT * 255) return null;
  const ink = Float64Array.from(bytes, (b) => b / most);
  const rows = [];
  const columns = [];
  for (let r = 0; r < height; r++) for (let c = 0; c < width; c++) if (ink[r * width + c] > FAINT) {
    rows.push(r);
    columns.push(c);
  }
  const span = (list) => list.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const [[top, bottom], [left, right]] = [span(rows), span(columns)];
  let [h, w] = [bottom - top + 1, right - left + 1];
  let digit = new Float64Array(h * w);
  for (let r = 0; r < h; r++) digit.set(ink.subarray((top + r) * width + left, (top + r) * width + left + w), r * w);
  const by = BOX / Math.max(h, w);
  const [tall, wide] = [Math.max(1, even(h * by)), Math.max(1, even(w * by))];
  if (tall !== h || wide !== w) {
    const soft = blur(blur(digit, h, w, Math.max(0, (h / tall - 1) / 2), true), h, w, Math.max(0, (w / wide - 1) / 2), false);
    digit = resize(soft, h, w, tall, wide);
    const peak = digit.reduce((a, b) => Math.max(a, b), 0);
    const core = by < 1 ? quantile(digit.filter((v) => v > FAINT * peak), CORE) : peak;
    digit = digit.map((v) => Math.min(1, Math.max(0, v / core)));
    [h, w] = [tall, wide];
  }
  let [mass, down, across] = [0, 0, 0];
  digit.forEach((v, i) => {
    mass += v;
    down += v * Math.floor(i / w);
    across += v * (i % w);
  });
  const place = (centre, side) => Math.min(Math.max(even(FRAME / 2 - centre), 0), FRAME - side);
  const [row, column] = [place(down / mass, h), place(across / mass, w)];
  const frame = new Uint8Array(FRAME * FRAME);
  digit.forEach((v, i) => {
    frame[(row + Math.floor(i / w)) * FRAME + column + (i % w)] = even(255 * v);
  });
  return frame;
};
