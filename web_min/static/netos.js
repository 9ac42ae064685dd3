// The keyboard and the small comforts. Every page works without this file: what is here only shortens the way.

const byId = (id) => document.getElementById(id);
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const KEYS_OFF = "netos.keys.off";
const keysOff = () => { try { return localStorage.getItem(KEYS_OFF) === "yes"; } catch { return false; } };
const setKeysOff = (off) => { try { localStorage.setItem(KEYS_OFF, off ? "yes" : "no"); } catch { /* kept for this page only */ } };

// Rows: one of them is in the tab order (roving tabindex); the links inside stay reachable.

const table = one("table[data-rows]");
const rows = table ? all("tbody tr", table) : all("[data-cards] > li");
let current = 0;

function focusRow(index) {
  if (!rows.length) return;
  rows[current].tabIndex = -1;
  current = Math.max(0, Math.min(index, rows.length - 1));
  rows[current].tabIndex = 0;
  rows[current].focus();
  rows[current].scrollIntoView({ block: "nearest" });
}

rows.forEach((row, index) => {
  row.tabIndex = index === 0 ? 0 : -1;
  row.addEventListener("focusin", () => {
    rows[current].tabIndex = -1;
    current = index;
    row.tabIndex = 0;
  });
});

// Selection and the bar that acts on it.

const bulk = one("form[data-bulk]");
const boxes = rows.map((row) => one('input[name="ref"]', row));
let last = 0;

function amountOf(checked) {
  const sums = new Map();
  for (const box of checked) {
    if (box.dataset.mrc === undefined) continue;
    const cents = Math.round(Number(box.dataset.mrc) * 100);
    sums.set(box.dataset.currency, (sums.get(box.dataset.currency) ?? 0) + cents);
  }
  return [...sums].map(([currency, cents]) => new Intl.NumberFormat("en-US", { style: "currency", currency }).format(cents / 100)).join(" + ");
}

function showSelection() {
  if (!bulk) return;
  const checked = boxes.filter((box) => box && box.checked);
  rows.forEach((row, index) => { if (boxes[index]) row.setAttribute("aria-selected", String(boxes[index].checked)); });
  const bar = one("[data-bar]", bulk);
  bar.hidden = checked.length === 0;
  one("[data-count]", bar).textContent = `${checked.length} ${checked.length === 1 ? bulk.dataset.one : bulk.dataset.many} selected`;
  const sum = amountOf(checked);
  one("[data-sum]", bar).textContent = sum ? `MRC ${sum} a month` : "";
  const every = one("input[data-all]", bulk);
  every.checked = checked.length === boxes.length;
  every.indeterminate = checked.length > 0 && checked.length < boxes.length;
}

function select(index, extend) {
  const box = boxes[index];
  if (!box) return;
  if (extend) {
    const [from, to] = index < last ? [index, last] : [last, index];
    for (let at = from; at <= to; at += 1) boxes[at].checked = true;
  } else {
    box.checked = !box.checked;
  }
  last = index;
  showSelection();
}

if (bulk) {
  const every = one("input[data-all]", bulk);
  const clear = one("[data-clear]", bulk);
  every.hidden = false;
  clear.hidden = false;
  every.addEventListener("change", () => { boxes.forEach((box) => { box.checked = every.checked; }); showSelection(); });
  clear.addEventListener("click", () => { boxes.forEach((box) => { box.checked = false; }); showSelection(); focusRow(current); });
  boxes.forEach((box, index) => box.addEventListener("click", (event) => {
    if (event.shiftKey) { const [from, to] = index < last ? [index, last] : [last, index]; for (let at = from; at <= to; at += 1) boxes[at].checked = box.checked; }
    last = index;
    showSelection();
  }));
  addEventListener("pageshow", showSelection);
  showSelection();
}

// Copying, sending once, dialogs, toasts.

all("[data-copy]").forEach((button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Copied.");
  });
});

all('form[method="post"]').forEach((form) => form.addEventListener("submit", (event) => {
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
}));
addEventListener("pageshow", () => all('form[method="post"]').forEach((form) => { delete form.dataset.sent; }));

if (!("command" in HTMLButtonElement.prototype)) {
  all("button[commandfor]").forEach((button) => button.addEventListener("click", () => {
    const dialog = byId(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") dialog.showModal(); else dialog.close();
  }));
}

function dismiss(toast) {
  toast.remove();
  const url = new URL(location.href);
  ["said", "change"].forEach((name) => url.searchParams.delete(name));
  history.replaceState(null, "", url);
}

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  document.body.append(toast);
  toast.textContent = text;
  setTimeout(() => toast.remove(), 4000);
}

const toast = one(".toast");
if (toast) {
  let timer = setTimeout(() => dismiss(toast), 10000);
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("focusout", () => { timer = setTimeout(() => dismiss(toast), 10000); });
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  one(".close", toast).addEventListener("click", (event) => { event.preventDefault(); dismiss(toast); });
}

addEventListener("click", (event) => all("details.filter[open], details.who[open]").forEach((open) => {
  if (!open.contains(event.target)) open.open = false;
}));

// The address of a filter form holds what was filled in, and nothing else.
all("form.filters").forEach((form) => form.addEventListener("submit", () => {
  all("input", form).forEach((input) => { if (!input.value) input.disabled = true; });
}));

const mistake = one('[aria-invalid="true"]') ?? byId("refused");
if (mistake) mistake.focus();

// Keys.

const KEYS = [
  ["/", "Search everything"],
  ["F", "Filter this list"],
  ["J, K", "Next, previous row or card"],
  ["X, Shift+X", "Select, select a range"],
  ["Enter, Esc", "Open, close"],
  ["Ctrl+Enter", "Send the focused form"],
  ["?", "All keys"],
];

const REVIEW = [
  ["A, E, R", "Accept, edit, reject the field"],
  ["Z", "Show its quote on the page"],
  ["[, ]", "Previous, next page of the paper"],
];

function keyDialog() {
  const known = byId("keys");
  if (known) return known;
  const dialog = document.createElement("dialog");
  dialog.id = "keys";
  dialog.setAttribute("aria-labelledby", "keys-h");
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.id = "keys-h";
  heading.textContent = "Keys";
  const list = document.createElement("dl");
  list.className = "keytable";
  const places = all(".side [data-go]").map((link) => [`G ${link.dataset.go.toUpperCase()}`, one(".word", link).textContent]);
  const review = one("[data-field]") ? REVIEW : one(".doc .view") ? REVIEW.slice(-1) : [];
  for (const [keys, what] of [...KEYS, ...review, ...places]) {
    const term = document.createElement("dt");
    for (const key of keys.split(/, | /)) { const cap = document.createElement("kbd"); cap.textContent = key; term.append(cap, " "); }
    const text = document.createElement("dd");
    text.textContent = what;
    list.append(term, text);
  }
  const label = document.createElement("label");
  label.className = "tick";
  const off = document.createElement("input");
  off.type = "checkbox";
  off.checked = keysOff();
  off.addEventListener("change", () => setKeysOff(off.checked));
  label.append(off, "Single keys off; Ctrl+Enter and Esc stay");
  const row = document.createElement("div");
  row.className = "row";
  const close = document.createElement("button");
  close.className = "btn";
  close.textContent = "Close the keys";
  row.append(close);
  form.append(heading, list, label, row);
  dialog.append(form);
  document.body.append(dialog);
  return dialog;
}

const typing = (target) => target.isContentEditable || (target.matches("input, textarea, select") && !target.matches("input[type=checkbox], input[type=radio]"));
let going = 0;

function single(event) {
  const key = event.key;
  if (Date.now() - going < 1500) {
    going = 0;
    const link = one(`.side [data-go="${CSS.escape(key.toLowerCase())}"]`);
    if (link) { location.assign(link.href); return true; }
    return false;
  }
  switch (key) {
    case "/": byId("jump").focus(); byId("jump").select(); return true;
    case "?": keyDialog().showModal(); return true;
    case "f": {
      const filter = one("[data-filter]");
      if (filter) filter.focus();
      return Boolean(filter);
    }
    case "g": going = Date.now(); return true;
    case "j": focusRow(rows[current] === document.activeElement ? current + 1 : current); return rows.length > 0;
    case "k": focusRow(current - 1); return rows.length > 0;
    case "x": case "X":
      if (!bulk) return false;
      select(current, event.shiftKey);
      return true;
    default: return false;
  }
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = target.closest("form");
    // No key approves: deciding is a button reached by Tab or pointer.
    if (form && !form.matches(".decide")) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const open = one("details.filter[open], details.who[open]");
    if (open) { open.open = false; one("summary", open).focus(); return; }
    if (typing(target)) target.blur();
    else if (bulk && boxes.some((box) => box.checked)) { boxes.forEach((box) => { box.checked = false; }); showSelection(); }
    return;
  }
  if (event.key === "Enter" && target.matches("tr[tabindex], [data-cards] > li")) {
    const link = one("th a, h3 a", target);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (one("dialog[open]") || typing(target) || keysOff()) {
    if (event.key === "?" && !typing(target) && !one("dialog[open]")) { keyDialog().showModal(); event.preventDefault(); }
    return;
  }
  if (single(event)) event.preventDefault();
});

all("[data-keys]").forEach((hint) => { hint.hidden = keysOff(); });
