// Draws the page out of the JSON in #data. Text from the data goes into text nodes and canvases only.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const report = data.report || {};
const main = document.getElementById("main");
const drawings = [];  // redrawn when the theme changes
let charts = [];

function element(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  if (options.text !== undefined) node.textContent = options.text;
  if (options.kind) node.className = options.kind;
  if (options.title) node.title = options.title;
  node.append(...children);
  return node;
}
function section(title, ...children) {
  const node = element("section", {}, element("h2", { text: title }), ...children);
  main.append(node);
  return node;
}
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const isNumber = (x) => typeof x === "number" && Number.isFinite(x);
function number(x, digits = 4) {
  if (!isNumber(x)) return "–";
  if (Number.isInteger(x)) return x.toLocaleString("en-US");
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return x.toExponential(digits - 1);
  return Number(x.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1))))).toLocaleString(
      "en-US", { maximumFractionDigits: 8 });
}
const percent = (x) => (isNumber(x) ? (100 * x).toFixed(2) + " %" : "–");
const cut = (text, most = 34) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

// A canvas in a box; `make()` gives the chart's configuration in the present colours.
function chart(make, kind = "") {
  const canvas = element("canvas");
  const box = element("div", { kind: "chart " + kind }, canvas);
  drawings.push(() => charts.push(new Chart(canvas, make())));
  return box;
}
const scale = (title, more = {}) => ({
  title: { display: !!title, text: title, color: colour("--quiet") },
  ticks: { color: colour("--quiet"), maxTicksLimit: 8, ...(more.ticks || {}) },
  grid: { color: colour("--line"), ...(more.grid || {}) },
  border: { color: colour("--line") },
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "ticks" && key !== "grid")),
});
const base = (x, y, more = {}) => ({
  animation: false, responsive: true, maintainAspectRatio: false,
  interaction: { mode: "nearest", axis: "x", intersect: false },
  scales: { x, y },
  ...more,
  plugins: {
    legend: { labels: { color: colour("--ink"), boxWidth: 14, boxHeight: 2 }, display: true },
    ...(more.plugins || {}),
  },
});
const curve = (label, points, variable, more = {}) => ({
  label, data: points, borderColor: colour(variable), backgroundColor: colour(variable), borderWidth: 2,
  pointRadius: points.length > 60 ? 0 : 2, pointHoverRadius: 4, tension: 0, ...more,
});
const kSets = [["training_metrics", "training", "--first"], ["validation_metrics", "validation", "--second"],
  ["cross_validation_metrics", "cross-validation", "--third"]];
const sets = kSets.filter(([key]) => report[key]).map(([key, name, variable]) => ({ metrics: report[key], name, variable }));
const zip = (xs, ys) => xs.map((x, i) => ({ x, y: ys[i] })).filter((p) => isNumber(p.x) && isNumber(p.y));

function table(heads, rows, textColumns, kind = "wide") {
  const isText = (i) => textColumns.includes(i);
  const head = element("tr", {}, ...heads.map((text, i) => element("th", { text, kind: isText(i) ? "text" : "" })));
  const body = rows.map((row) => element("tr", {}, ...row.map((cell, i) =>
    element("td", { text: cell, kind: isText(i) ? "text" + (i > 0 ? " long" : "") : "" }))));
  return element("div", { kind: "scroll" },
    element("table", { kind }, element("thead", {}, head), element("tbody", {}, ...body)));
}

function header() {
  const button = element("button", { text: "Dark or light" });
  button.addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  const model = data.model;
  const facts = [model.kind, model.activation, model.hidden && "hidden " + model.hidden.join(", "),
    isNumber(model.inputs) && number(model.inputs) + " inputs",
    isNumber(model.weights_and_biases) && number(model.weights_and_biases) + " weights and biases"].filter(Boolean);
  main.append(element("header", {}, element("div", {}, element("h1", { text: data.title }),
    element("span", { kind: "quiet", text: facts.join(" · ") })), button));
  document.title = data.title;
}

function tiles() {
  const set = sets.find((s) => s.name === "validation") || sets[sets.length - 1];
  const list = [];
  if (set) {
    const m = set.metrics;
    const add = (key, label, format = number) => isNumber(m[key]) && list.push([format(m[key]), label + " (" + set.name + ")"]);
    add("classification_error", "error", percent);
    add("AUC", "AUC");
    add("pr_auc", "PR AUC");
    add("logloss", "logloss");
    add("mean_per_class_error", "mean per-class error", percent);
    add("rmse", "RMSE");
    add("mae", "MAE");
    add("r2", "R²");
    add("mean_residual_deviance", "mean residual deviance");
  }
  const add = (value, label, format = number) => isNumber(value) && list.push([format(value), label]);
  add(report.epochs, "epochs");
  add(report.samples_per_second, "samples per second", (x) => number(Math.round(x)));
  add(report.run_time_ms, "training time", (x) => (x < 60000 ? (x / 1000).toFixed(2) + " s" : (x / 60000).toFixed(1) + " min"));
  add(report.peak_memory_bytes, "peak memory", (x) => (x / 1e6).toFixed(0) + " MB");
  if (list.length) {
    main.append(element("div", { kind: "tiles" }, ...list.map(([value, label]) =>
      element("div", { kind: "tile" }, element("b", { text: value }), element("span", { text: label })))));
  }
  if (report.stop_reason) {
    main.append(element("p", { kind: "quiet", text: (report.interrupted ? "Interrupted: " : "Training ended: ") + report.stop_reason + "." }));
  }
}

function warnings() {
  const list = report.warnings || [];
  if (!list.length) return;
  section("Warnings", element("ul", {}, ...list.map((text) => element("li", { text })))).classList.add("warnings");
}

function history() {
  const rows = report.scoring_history || [];
  if (rows.length < 2) return;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row).filter((key) => isNumber(row[key])).map((key) =>
    key.replace(/^(training|validation)_/, "")).filter((name) => rows.some((r) => isNumber(r["training_" + name])))))];
  const order = ["logloss", "classification_error", "rmse", "AUC", "mae", "r2"];
  names.sort((a, b) => (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99));
  if (!names.length) return;
  const picked = { first: names[0], second: names[1] };
  const picker = (slot) => {
    const select = element("select", {}, ...names.map((text) => element("option", { text })));
    select.value = picked[slot];
    select.addEventListener("change", () => { picked[slot] = select.value; redraw(); });
    return select;
  };
  const plot = (slot) => element("div", {}, picker(slot), chart(() => {
    const points = (prefix) => zip(rows.map((r) => r.epochs), rows.map((r) => r[prefix + picked[slot]]));
    const lines = [curve("training", points("training_"), "--first")];
    if (points("validation_").length) lines.push(curve("validation", points("validation_"), "--second"));
    return { type: "line", data: { datasets: lines },
      options: base(scale("epochs", { type: "linear" }), scale(picked[slot])) };
  }));
  section("Scoring history", element("div", { kind: "pair" }, plot("first"), ...(picked.second ? [plot("second")] : [])));
}

function curves() {
  const with_table = sets.filter((s) => s.metrics.thresholds_and_metric_scores);
  if (!with_table.length) return;
  const plot = (title, x, y, start, xs, ys, diagonal) => element("div", {}, element("h3", { text: title }), chart(() => {
    const lines = with_table.map((s) => {
      const t = s.metrics.thresholds_and_metric_scores;
      const area = s.metrics[diagonal ? "AUC" : "pr_auc"];
      return curve(s.name + (isNumber(area) ? ", area " + area.toFixed(4) : ""), [...start, ...zip(t[xs] || [], t[ys] || [])], s.variable,
        { pointRadius: 0 });
    });
    if (diagonal) lines.push(curve("chance", [{ x: 0, y: 0 }, { x: 1, y: 1 }], "--quiet", { borderDash: [5, 5], borderWidth: 1, pointRadius: 0 }));
    return { type: "line", data: { datasets: lines },
      options: base(scale(x, { type: "linear", min: 0, max: 1 }), scale(y, { min: 0, max: 1 })) };
  }));
  const parts = [element("div", { kind: "pair" },
    plot("ROC", "false positive rate", "true positive rate", [{ x: 0, y: 0 }], "fpr", "tpr", true),
    plot("Precision and recall", "recall", "precision", [], "recall", "precision", false))];
  const last = with_table[with_table.length - 1];
  const maxima = last.metrics.max_criteria_and_metric_scores;
  if (maxima) {
    parts.push(element("h3", { text: "Largest values over thresholds (" + last.name + ")" }),
      table(["criterion", "value", "at threshold"], maxima.metric.map((name, i) =>
        [name, number(maxima.value[i]), number(maxima.threshold[i])]).slice(0, 10), [0], ""));
  }
  section("Curves over thresholds", ...parts);
}

function folds() {
  const entries = Object.entries(report.cross_validation_metrics_summary || {}).filter(([name]) => name !== "rows");
  if (!entries.length) return;
  const kMost = 10;
  const count = Math.min(kMost, entries[0][1].values.length);
  const heads = ["metric", "mean", "standard deviation", ...Array.from({ length: count }, (_, i) => "fold " + (i + 1))];
  section("Cross-validation folds", table(heads, entries.map(([name, s]) =>
    [name, number(s.mean), number(s.sd), ...s.values.slice(0, count).map((v) => number(v))]), [0]),
  ...(entries[0][1].values.length > kMost ? [element("p", { kind: "quiet", text: "The first " + kMost + " of " + entries[0][1].values.length + " folds." })] : []));
}

function matrices() {
  const list = sets.filter((s) => s.metrics.cm && s.metrics.cm.levels.length);
  if (!list.length) return;
  const kMost = 60;
  section("Confusion matrix", element("p", { kind: "quiet", text: "Rows: actual, columns: predicted; shades: share of the row." }),
    element("div", { kind: list[0].metrics.cm.levels.length > 9 ? "" : "pair" }, ...list.map(({ name, metrics }) => {
      const { levels, counts } = metrics.cm;
      const shown = levels.slice(0, kMost);
      const total = counts.map((row) => row.reduce((a, b) => a + b, 0));
      const head = element("tr", {}, element("th"), ...shown.map((text) => element("th", { text: cut(text, 16), title: text })),
        element("th", { text: "error" }));
      const rows = shown.map((level, i) => element("tr", {}, element("th", { kind: "text", text: cut(level, 16), title: level }),
        ...shown.map((_, j) => {
          const share = total[i] ? counts[i][j] / total[i] : 0;
          const cell = element("td", { text: number(counts[i][j]), title: level + " as " + levels[j] + ": " + percent(share) });
          cell.style.background = "rgba(" + colour("--heat") + "," + (counts[i][j] ? 0.08 + 0.6 * share : 0.03) + ")";
          return cell;
        }), element("td", { kind: "error", text: total[i] ? percent(1 - counts[i][i] / total[i]) : "–" })));
      const note = levels.length > kMost ? [element("p", { kind: "quiet", text: "The first " + kMost + " of " + levels.length + " classes." })] : [];
      return element("div", {}, element("h3", { text: name + ", error " + percent(metrics.classification_error) }),
        element("div", { kind: "scroll" }, element("table", { kind: "matrix" + (shown.length > 12 ? " tight" : "") }, head, ...rows)), ...note);
    })));
}

function gains() {
  const list = sets.filter((s) => s.metrics.gains_lift_table);
  if (!list.length) return;
  const plot = (title, y, key, start) => element("div", {}, element("h3", { text: title }), chart(() => ({
    type: "line",
    data: { datasets: list.map((s) => {
      const t = s.metrics.gains_lift_table;
      return curve(s.name, [...start, ...zip(t.cumulative_data_fraction, t[key])], s.variable);
    }) },
    options: base(scale("share of the rows, highest scores first", { type: "linear", min: 0, max: 1 }), scale(y, { min: 0 })),
  })));
  section("Gains and lift", element("div", { kind: "pair" },
    plot("Cumulative lift", "lift", "cumulative_lift", []),
    plot("Captured responses", "share of all responses", "cumulative_capture_rate", [{ x: 0, y: 0 }])));
}

function hits() {
  const list = sets.filter((s) => s.metrics.hit_ratio_table);
  if (!list.length) return;
  section("Hit ratios", chart(() => ({
    type: "line", data: { datasets: list.map((s) => curve(s.name, zip(s.metrics.hit_ratio_table.k, s.metrics.hit_ratio_table.hit_ratio), s.variable)) },
    options: base(scale("first k classes", { type: "linear", ticks: { precision: 0 } }), scale("share of rows that are among them")),
  })));
}

function bars(labels, values, x) {
  const box = chart(() => ({
    type: "bar",
    data: { labels: labels.map((text) => cut(text)), datasets: [{ data: values, backgroundColor: colour("--first"), borderRadius: 3, maxBarThickness: 16 }] },
    options: base(scale(x, { beginAtZero: true }), scale("", { grid: { display: false }, ticks: { maxTicksLimit: 100, autoSkip: false, color: colour("--ink") } }),
      { indexAxis: "y", interaction: { mode: "nearest", axis: "y", intersect: false }, plugins: { legend: { display: false },
        tooltip: { callbacks: { title: (items) => labels[items[0].dataIndex] } } } }),
  }));
  box.style.height = 60 + 24 * labels.length + "px";
  return box;
}

function importances() {
  const rows = data.importances || [];
  if (!rows.length) return;
  const shown = rows.slice(0, 25);
  section("Variable importances", element("p", { kind: "quiet",
    text: "From the weights of the first two layers (Gedeon 1997), against the largest." +
      (rows.length > shown.length ? " The first " + shown.length + " of " + number(rows.length) + "." : "") }),
  bars(shown.map((r) => r.variable), shown.map((r) => r.scaled_importance), "scaled importance"));
}

function histogram(h, variable, x, kind = "small") {
  const width = (h.max - h.min) / h.counts.length;
  return chart(() => ({
    type: "bar",
    data: { labels: h.counts.map((_, i) => number(h.min + (i + 0.5) * width, 3)),
      datasets: [{ data: h.counts, backgroundColor: colour(variable), barPercentage: 1, categoryPercentage: 1 }] },
    options: base(scale(x, { grid: { display: false }, ticks: { maxTicksLimit: 6, maxRotation: 0 } }), scale(""), { plugins: { legend: { display: false } } }),
  }), kind);
}

function reconstruction() {
  const r = report.reconstruction_errors;
  if (!r) return;
  const parts = [];
  const of = r.frame ? " (" + r.frame + ")" : "";
  if (r.histogram) parts.push(element("div", {}, element("h3", { text: "Rows by their error" + of }), histogram(r.histogram, "--first", "mean squared error of the row", "")));
  if (r.features && r.features.length) {
    const shown = [...r.features].sort((a, b) => b.mse - a.mse).slice(0, 25);
    parts.push(element("div", {}, element("h3", { text: "Mean error of each input" + of + (r.features.length > 25 ? ", the 25 largest of " + number(r.features.length) : "") }), bars(shown.map((f) => f.name), shown.map((f) => f.mse), "mean squared error")));
  }
  if (parts.length) section("Reconstruction errors", element("div", { kind: "pair" }, ...parts));
}

function weights() {
  const layers = data.layers || [];
  if (!layers.length) return;
  const row = (layer, name, s) => [layer, name, number(s.count), number(s.mean), number(s.rms), number(s.min), number(s.max), percent(s.zeros / Math.max(1, s.count))];
  const rows = layers.flatMap((l) => [row(l.name, "weights", l.weights), row("", "biases", l.biases)]);
  section("Weights", table(["layer", "", "count", "mean", "RMS", "least", "largest", "zeros"], rows, [0, 1]), element("p"),
    element("div", { kind: "many" }, ...layers.filter((l) => l.weights.histogram).map((l) =>
      element("div", {}, element("h3", { text: "weights, " + l.name }), histogram(l.weights.histogram, "--third", "")))));
}

function parameters() {
  const entries = Object.entries(data.parameters || {});
  if (!entries.length) return;
  const text = (v) => (v === null ? "–" : Array.isArray(v) ? v.join(", ") : String(v));
  section("Parameters", table(["name", "value"], entries.map(([name, value]) => [name, text(value)]), [0, 1]));
}

function redraw() {
  charts.forEach((c) => c.destroy());
  charts = [];
  drawings.forEach((draw) => draw());
}
function draw() {
  main.replaceChildren();
  drawings.length = 0;
  for (const part of [header, tiles, warnings, history, reconstruction, curves, matrices, gains, hits, folds, importances, weights, parameters]) part();
  main.append(element("footer", { text: "thalweg " + data.version + " · " + data.file }));
  redraw();
}
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  draw();
}
setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
