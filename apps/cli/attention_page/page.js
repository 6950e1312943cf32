// Draws the weights that the page carries. Layers, heads and tokens are counted from 0 here, from 1 on the page.
"use strict";
(() => {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  const { tokens, special, second, layers, bits } = page;
  const count = tokens.length;
  const MEAN = "mean";
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;

  // --- the weights ---

  // What a stored number stands for: 16 bits are linear, 8 bits hold the square root, so that small weights survive.
  const meaning = new Float32Array(2 ** bits);
  for (let i = 0; i < meaning.length; ++i) meaning[i] = bits === 16 ? i / 65535 : (i / 255) ** 2;

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  const stored = [];  // [layer]: heads x queries x keys
  function load(layer) {
    const bytes = bytesOf(byId(`layer-${layer}`).textContent.trim());
    stored[layer] = bits === 16 ? new Uint16Array(bytes.buffer) : bytes;
  }

  const heads = Math.max(...layers.map((layer) => layer.heads));
  const even = layers.every((layer) => layer.heads === heads);
  // The squares: [layer or mean][head or mean]. Heads are the same heads in every layer only where all layers have as many.
  const rows = layers.map((_, i) => i);
  if (layers.length > 1) rows.push(MEAN);
  const columns = Array.from({ length: heads }, (_, i) => i);
  if (heads > 1) columns.push(MEAN);
  const exists = (row, column) =>
    row === MEAN ? column === MEAN || even : column === MEAN || column < layers[row].heads;

  const means = new Map();  // "row/column" -> queries x keys
  const meanOf = (row, column) => {
    const key = `${row}/${column}`;
    if (!means.has(key)) means.set(key, new Float32Array(count * count));
    return means.get(key);
  };
  function addToMeans(layer) {
    const size = count * count;
    const targets = (head) => {
      const list = [];
      if (heads > 1) list.push([meanOf(layer, MEAN), 1 / layers[layer].heads]);
      if (layers.length > 1 && even) list.push([meanOf(MEAN, head), 1 / layers.length]);
      if (heads > 1 && layers.length > 1) list.push([meanOf(MEAN, MEAN), 1 / layers.length / layers[layer].heads]);
      return list;
    };
    for (let head = 0; head < layers[layer].heads; ++head)
      for (const [sum, share] of targets(head))
        for (let i = 0, at = head * size; i < size; ++i, ++at) sum[i] += share * meaning[stored[layer][at]];
  }

  /** The weights of a square: a function of query and key. */
  function weightsOf(row, column) {
    if (row === MEAN || column === MEAN) {
      const mean = meanOf(row, column);
      return (query, key) => mean[query * count + key];
    }
    const values = stored[row];
    const start = column * count * count;
    return (query, key) => meaning[values[start + query * count + key]];
  }

  // --- shades ---

  const STOPS = {
    light: { to: ["f3f1ea", "c9d3f2", "7c8fe0", "3b4cc0", "1b1f5e"], from: ["f3f1ea", "f6d8ac", "e59a45", "a4480a", "552204"] },
    dark: { to: ["1f2129", "2b3570", "4a5fd0", "8ea2ff", "e4e9ff"], from: ["1f2129", "52310f", "a35a1c", "f0a24e", "ffead0"] },
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const LEVELS = 256;
  let ramps;
  function makeRamps() {
    ramps = {};
    for (const [name, stops] of Object.entries(STOPS[dark.matches ? "dark" : "light"])) {
      const colours = stops.map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
      ramps[name] = Array.from({ length: LEVELS }, (_, level) => {
        const place = (level / (LEVELS - 1)) * (colours.length - 1);
        const below = Math.min(Math.floor(place), colours.length - 2);
        return colours[below].map((part, i) => Math.round(part + (place - below) * (colours[below + 1][i] - part)));
      });
    }
  }
  /** Shade of a weight beside the largest of its square: by the square root, so that small weights are seen. */
  const levelOf = (weight, largest) => (largest > 0 ? Math.min(LEVELS - 1, Math.round(Math.sqrt(weight / largest) * (LEVELS - 1))) : 0);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** Black or white, whichever reads better on a colour. */
  const inkOn = (colour) => (luminance(colour) > 0.179 ? "#000" : "#fff");

  /** Paints the seen part of a square, at most `limit` points wide: a point shows the largest weight it covers. */
  function paint(canvas, weights, limit) {
    const n = seen.length;
    const size = Math.max(1, Math.min(n, limit));
    const cells = new Float32Array(size * size);
    for (let i = 0; i < n; ++i) {
      const line = Math.floor((i * size) / n) * size;
      for (let j = 0; j < n; ++j) {
        const at = line + Math.floor((j * size) / n);
        const weight = weights(seen[i], seen[j]);
        if (weight > cells[at]) cells[at] = weight;
      }
    }
    let largest = 0;
    for (const weight of cells) if (weight > largest) largest = weight;
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    const image = context.createImageData(size, size);
    for (let i = 0; i < cells.length; ++i) {
      const [r, g, b] = ramps.to[levelOf(cells[i], largest)];
      image.data.set([r, g, b, 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    return largest;
  }

  // --- tokens ---

  /** A piece as people can see it: the mark of a space faint, invisible characters by their number. */
  function visible(piece) {
    const space = piece.startsWith("\u2581") ? "\u2581" : "";
    let rest = piece.slice(space.length);
    if (rest && /^[\p{C}\p{Z}\p{M}]*$/u.test(rest)) {
      rest = Array.from(rest, (c) => "U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")).join(" ");
    } else {
      rest = rest.replace(/[\u0000-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0))).replace(/\u007f/g, "\u2421");
    }
    return { space, rest };
  }
  const shown = tokens.map(visible);
  const nameOf = (token) => shown[token].rest || shown[token].space;

  function percent(weight) {
    const value = 100 * weight;
    if (value < 0.005) return "0";
    if (value < 1) return value.toFixed(2);
    return value.toFixed(bits === 16 || value < 10 ? 1 : 0);
  }

  // --- state ---

  const state = { row: 0, column: 0, token: 0, hover: null, cell: null, from: false, hide: false };
  let seen = [];  // tokens that are not hidden
  const look = () => {
    seen = [];
    for (let i = 0; i < count; ++i) if (!state.hide || !special[i]) seen.push(i);
  };
  const active = () => state.hover ?? state.token;
  /** What the active token gives to another, or gets from it. */
  const between = (weights, other) => (state.from ? weights(other, active()) : weights(active(), other));

  function readFragment() {
    const given = new URLSearchParams(location.hash.slice(1));
    const number = (name, length) => {
      const value = given.get(name);
      if (value === MEAN) return MEAN;
      const index = Number(value) - 1;
      return value !== null && Number.isInteger(index) && index >= 0 && index < length ? index : null;
    };
    const row = number("layer", layers.length), column = number("head", heads), token = number("token", count);
    if (row !== null && rows.includes(row)) state.row = row;
    if (column !== null && columns.includes(column)) state.column = column;
    if (!exists(state.row, state.column)) state.column = columns[columns.length - 1];
    if (token !== null && token !== MEAN) state.token = token;
    state.from = given.get("direction") === "from";
    state.hide = given.get("special") === "hidden" && special.includes(0);
  }
  function writeFragment() {
    const human = (value) => (value === MEAN ? MEAN : value + 1);
    let text = `#layer=${human(state.row)}&head=${human(state.column)}&token=${state.token + 1}`;
    if (state.from) text += "&direction=from";
    if (state.hide) text += "&special=hidden";
    try {
      history.replaceState(null, "", text);
    } catch {
      // A page without an address of its own has no fragment to keep.
    }
  }

  // --- the grid of heads ---

  const thumbs = new Map();  // "row/column" -> its button
  function buildGrid() {
    const grid = byId("grid");
    grid.style.setProperty("--thumb", (heads <= 8 ? 52 : heads <= 12 ? 38 : heads <= 16 ? 34 : 24) + "px");
    const line = (className) => {
      const element = document.createElement("div");
      element.className = className;
      element.setAttribute("role", "row");
      return element;
    };
    const label = (text, role, className = "") => {
      const element = document.createElement("span");
      element.textContent = text;
      element.className = className;
      element.setAttribute("role", role);
      return element;
    };
    const top = line("row labels");
    top.append(label("layer \\ head", "columnheader"));
    for (const column of columns) top.append(label(column === MEAN ? "mean" : column + 1, "columnheader", column === MEAN ? "mean" : ""));
    grid.replaceChildren(top);
    for (const row of rows) {
      const element = line(row === MEAN ? "row mean" : "row");
      if (row !== MEAN && layers[row].shared !== null)
        element.dataset.shared = row > 0 && layers[row - 1].shared === layers[row].shared ? "next" : "first";
      element.append(label(row === MEAN ? "mean" : layers[row].label, "rowheader"));
      for (const column of columns) {
        if (!exists(row, column)) {
          element.append(label("", "gridcell"));
          continue;
        }
        const button = document.createElement("button");
        button.type = "button";
        button.className = column === MEAN ? "mean" : "";
        button.setAttribute("role", "gridcell");
        button.setAttribute("aria-label", titleOf(row, column));
        button.tabIndex = -1;
        button.append(document.createElement("canvas"));
        button.addEventListener("click", () => open(row, column));
        button.addEventListener("keydown", (event) => moveInGrid(event, row, column));
        thumbs.set(`${row}/${column}`, button);
        element.append(button);
      }
      grid.append(element);
    }
  }
  function titleOf(row, column) {
    const layer = row === MEAN ? "mean of all layers" : `layer ${layers[row].label}`;
    const head = column === MEAN ? "mean of all heads" : `head ${column + 1}`;
    return row === MEAN && column === MEAN ? "Mean of all layers and heads" : layer[0].toUpperCase() + layer.slice(1) + ", " + head;
  }
  function moveInGrid(event, row, column) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));
    const nextRow = rows[clamp(rows.indexOf(row) + step[0], rows.length)];
    const nextColumn = columns[clamp(columns.indexOf(column) + step[1], columns.length)];
    if (!exists(nextRow, nextColumn)) return;
    open(nextRow, nextColumn);
    thumbs.get(`${nextRow}/${nextColumn}`).focus();
  }
  function open(row, column) {
    Object.assign(state, { row, column, cell: null });
    draw();
    writeFragment();
  }

  const THUMB_POINTS = 52;
  const nextFrame = () => new Promise((resolve) => setTimeout(resolve, 0));
  let drawing = 0;
  /** Draws the thumbnails layer by layer, so that the page answers meanwhile; a later call ends an earlier one. */
  async function drawThumbs() {
    const turn = ++drawing;
    root.dataset.drawn = "no";
    for (const row of rows) {
      await nextFrame();
      if (turn !== drawing) return;
      for (const column of columns) {
        const thumb = thumbs.get(`${row}/${column}`);
        if (thumb) paint(thumb.firstChild, weightsOf(row, column), THUMB_POINTS);
      }
    }
    root.dataset.drawn = "yes";
  }

  // --- one head ---

  const chips = [];
  function buildTokens() {
    const list = byId("tokens");
    list.classList.toggle("many", count > 64);
    list.replaceChildren();
    for (let i = 0; i < count; ++i) {
      if (i > 0 && i === second) {
        const end = document.createElement("span");
        end.className = "break";
        list.append(end);
      }
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = special[i] ? "token special" : "token";
      const piece = document.createElement("span");
      piece.className = "piece";
      piece.dir = "auto";
      if (shown[i].space) {
        const space = document.createElement("span");
        space.className = "space";
        space.textContent = shown[i].space;
        piece.append(space);
      }
      piece.append(shown[i].rest);
      const weight = document.createElement("span");
      weight.className = "weight";
      chip.append(piece, weight);
      chip.addEventListener("pointerenter", () => point(i));
      chip.addEventListener("focus", () => keep(i));
      chip.addEventListener("click", () => keep(i));
      chip.addEventListener("keydown", (event) => moveInTokens(event, i));
      chips.push(chip);
      list.append(chip);
    }
    list.addEventListener("pointerleave", () => point(null));
  }
  function point(token) {
    Object.assign(state, { hover: token, cell: null });
    drawHead();
  }
  function keep(token) {
    Object.assign(state, { token, hover: null, cell: null });
    drawHead();
    writeFragment();
  }
  function moveInTokens(event, token) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = seen.indexOf(token);
    let next = place;
    if (event.key === "ArrowLeft") next = place - 1;
    else if (event.key === "ArrowRight") next = place + 1;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = seen.length - 1;
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") next = nearest(place, event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
    chips[seen[Math.max(0, Math.min(seen.length - 1, next))]].focus();
  }
  /** The token of the line above or below that stands nearest. */
  function nearest(place, step) {
    const here = chips[seen[place]];
    const middle = (chip) => chip.offsetLeft + chip.offsetWidth / 2;
    let best = place, line = null;
    for (let i = place + step; i >= 0 && i < seen.length; i += step) {
      const chip = chips[seen[i]];
      if (chip.offsetTop === here.offsetTop) continue;
      line ??= chip.offsetTop;
      if (chip.offsetTop !== line) break;
      if (best === place || Math.abs(middle(chip) - middle(here)) < Math.abs(middle(chips[seen[best]]) - middle(here))) best = i;
    }
    return best;
  }

  function drawTokens(weights) {
    byId("tokens").classList.toggle("from", state.from);
    let largest = 0;
    for (const token of seen) largest = Math.max(largest, between(weights, token));
    for (let i = 0; i < count; ++i) {
      const chip = chips[i];
      chip.hidden = state.hide && Boolean(special[i]);
      chip.style.display = chip.hidden ? "none" : "";
      if (chip.hidden) continue;
      const weight = between(weights, i);
      const colour = ramps[state.from ? "from" : "to"][levelOf(weight, largest)];
      chip.style.background = `rgb(${colour})`;
      chip.style.color = inkOn(colour);
      chip.lastChild.textContent = percent(weight);
      chip.setAttribute("aria-label", `${nameOf(i)}, ${percent(weight)} percent`);
      chip.setAttribute("aria-current", String(i === active()));
      chip.tabIndex = i === state.token ? 0 : -1;
    }
  }

  function drawSummary(weights) {
    const SHOWN = 5;
    const order = [...seen].sort((a, b) => between(weights, b) - between(weights, a)).slice(0, SHOWN);
    const piece = (token) => {
      const element = document.createElement("bdi");
      element.textContent = nameOf(token);
      return element;
    };
    const own = document.createElement("b");
    own.append(piece(active()));
    const parts = [own, state.from ? " is looked at by " : " looks at "];
    order.forEach((token, i) => {
      const value = document.createElement("span");
      value.className = "percent";
      value.textContent = ` ${percent(between(weights, token))}\u00a0%`;
      parts.push(i === 0 ? "" : ", ", piece(token), value);
    });
    if (seen.length > SHOWN) parts.push(" \u2026");
    byId("summary").replaceChildren(...parts);
  }

  // --- the matrix ---

  const matrix = byId("matrix");
  const picture = document.createElement("canvas");
  const MATRIX_POINTS = 1024;
  let plan = null;  // where the cells stand on the canvas, in CSS pixels
  function planMatrix() {
    const n = Math.max(1, seen.length);
    const room = Math.max(160, matrix.parentElement.clientWidth);
    const context = matrix.getContext("2d");
    const family = getComputedStyle(document.body).fontFamily;
    const wide = Math.min(640, room);
    let margin = 0, size = Math.floor(wide / n), font = 0;
    const side = Math.floor((wide - 70) / n);
    if (side >= 11) {
      font = Math.min(14, side - 1);
      context.font = `${font}px ${family}`;
      margin = Math.min(0.35 * wide, 10 + Math.max(0, ...seen.map((token) => context.measureText(nameOf(token)).width)));
      size = Math.min(44, Math.floor((wide - margin) / n));
    }
    plan = { n, margin, font, family, span: size >= 1 ? size * n : wide };
  }
  function drawMatrix() {
    const { n, margin, font, family, span } = plan;
    const ratio = window.devicePixelRatio || 1;
    const whole = margin + span;
    matrix.style.width = `${whole}px`;
    matrix.style.height = `${whole}px`;
    matrix.width = matrix.height = Math.round(whole * ratio);
    const context = matrix.getContext("2d");
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = picture.width > span * ratio;
    context.drawImage(picture, margin, margin, span, span);
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const cell = span / n;
    const place = seen.indexOf(active());
    const [query, key] = state.cell ?? (state.from ? [null, active()] : [active(), null]);
    if (font > 0) {
      context.font = `${font}px ${family}`;
      context.textBaseline = "middle";
      const write = (token, on) => {
        let text = nameOf(token);
        while (text.length > 1 && context.measureText(text).width > margin - 8) text = Array.from(text.replace(/\u2026$/, "")).slice(0, -1).join("") + "\u2026";
        context.fillStyle = colour(on ? "--ink" : "--muted");
        context.fillText(text, 0, 0);
      };
      seen.forEach((token, i) => {
        context.save();
        context.textAlign = "right";
        context.translate(margin - 6, margin + (i + 0.5) * cell);
        write(token, token === query);
        context.restore();
        context.save();
        context.textAlign = "left";
        context.translate(margin + (i + 0.5) * cell, margin - 6);
        context.rotate(-Math.PI / 2);
        write(token, token === key);
        context.restore();
      });
    }
    context.lineWidth = 2;
    context.strokeStyle = colour(state.from ? "--warm" : "--accent");
    if (place >= 0) {
      const at = margin + place * cell, width = Math.max(cell, 2);
      if (state.from) context.strokeRect(at, margin + 1, width, span - 2);
      else context.strokeRect(margin + 1, at, span - 2, width);
    }
    if (state.cell) {
      const [i, j] = [seen.indexOf(query), seen.indexOf(key)];
      context.strokeStyle = colour("--ink");
      context.strokeRect(margin + j * cell - 1, margin + i * cell - 1, cell + 2, cell + 2);
    }
  }
  function drawReadout(weights) {
    const readout = byId("readout");
    if (!state.cell) {
      readout.textContent = "Rows look, columns are looked at.";
      return;
    }
    const [query, key] = state.cell;
    const piece = (token) => {
      const element = document.createElement("bdi");
      element.textContent = nameOf(token);
      return element;
    };
    readout.replaceChildren(piece(query), ` (${query + 1}) \u2192 `, piece(key), ` (${key + 1}): ${percent(weights(query, key))}\u00a0%`);
  }
  function pickCell(query, key) {
    Object.assign(state, { cell: [query, key], hover: state.from ? key : query });
    drawHead();
  }
  function moveInMatrix(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey || seen.length === 0) return;
    event.preventDefault();
    const clamp = (value) => Math.max(0, Math.min(seen.length - 1, value));
    const here = state.cell ? state.cell.map((token) => seen.indexOf(token)) : [Math.max(0, seen.indexOf(active())), 0];
    const moved = state.cell ? here.map((value, i) => clamp(value + step[i])) : here;
    pickCell(seen[moved[0]], seen[moved[1]]);
  }
  matrix.addEventListener("pointermove", (event) => {
    const { n, margin, span } = plan;
    const column = Math.floor(((event.offsetX - margin) / span) * n), row = Math.floor(((event.offsetY - margin) / span) * n);
    const inside = (value) => value >= 0 && value < seen.length;
    if (inside(row) && inside(column)) pickCell(seen[row], seen[column]);
    else if (inside(row) && !state.from) point(seen[row]);
    else if (inside(column) && state.from) point(seen[column]);
    else point(null);
  });
  matrix.addEventListener("pointerleave", () => point(null));
  matrix.addEventListener("blur", () => point(null));
  matrix.addEventListener("click", () => keep(active()));
  matrix.addEventListener("keydown", moveInMatrix);

  // --- drawing ---

  let current = null;
  /** What changes with the active token. */
  function drawHead() {
    if (!current) return;
    drawTokens(current);
    drawSummary(current);
    drawMatrix();
    drawReadout(current);
    root.dataset.active = active() + 1;
  }
  /** What changes with the square. */
  function draw() {
    if (state.hide && special[state.token] && seen.length > 0) state.token = seen[0];
    for (const [name, button] of thumbs) {
      const selected = name === `${state.row}/${state.column}`;
      button.setAttribute("aria-selected", String(selected));
      button.tabIndex = selected ? 0 : -1;
    }
    byId("head-title").textContent = titleOf(state.row, state.column);
    byId("looks-at").setAttribute("aria-pressed", String(!state.from));
    byId("looked-at-by").setAttribute("aria-pressed", String(state.from));
    byId("hide-special").checked = state.hide;
    current = weightsOf(state.row, state.column);
    paint(picture, current, MATRIX_POINTS);
    planMatrix();
    drawHead();
  }
  function drawAll() {
    makeRamps();
    look();
    draw();
    drawThumbs();
  }

  byId("looks-at").addEventListener("click", () => turn(false));
  byId("looked-at-by").addEventListener("click", () => turn(true));
  function turn(from) {
    Object.assign(state, { from, cell: null });
    draw();
    writeFragment();
  }
  byId("hide-special").disabled = !special.includes(0) || !special.includes(1);
  byId("hide-special").addEventListener("change", (event) => {
    Object.assign(state, { hide: event.target.checked, hover: null, cell: null });
    drawAll();
    writeFragment();
  });
  dark.addEventListener("change", drawAll);
  window.addEventListener("resize", draw);
  window.addEventListener("hashchange", () => {
    readFragment();
    drawAll();
  });

  (async () => {
    state.token = Math.max(0, special.indexOf(0));
    readFragment();
    look();
    buildGrid();
    buildTokens();
    for (let layer = 0; layer < layers.length; ++layer) {
      load(layer);
      addToMeans(layer);
      if (count > 128) await nextFrame();
    }
    drawAll();
  })();
})();
