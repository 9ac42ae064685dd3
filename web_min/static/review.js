// A field and its quote share a number; the keys walk the fields. The page works without this file.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const TEXT = "input:not([type]), textarea";
const fields = all("[data-field]");
const marks = all("[data-for]");
const view = one(".doc .view");
let at = -1;

function show(field) {
  const mark = marks.find((m) => m.dataset.for === field.dataset.field);
  if (!mark || !view) return;
  const box = mark.getBoundingClientRect();
  const frame = view.getBoundingClientRect();
  view.scrollTop += box.top - frame.top - frame.height / 3;
}

function choose(index) {
  if (!fields.length) return;
  at = Math.max(0, Math.min(index, fields.length - 1));
  fields.forEach((field, place) => {
    field.classList.toggle("cur", place === at);
    if (place === at) field.setAttribute("aria-current", "true"); else field.removeAttribute("aria-current");
  });
  marks.forEach((mark) => mark.classList.toggle("cur", mark.dataset.for === fields[at].dataset.field));
  show(fields[at]);
}

function walk(step) {
  choose(at < 0 ? 0 : at + step);
  one("a.no, input[type=radio], input", fields[at])?.focus({ preventScroll: true });
  fields[at].scrollIntoView({ block: "nearest" });
}

// The pages of the paper: the one that is looked at is the last whose head is above a third of the frame.
function turn(step) {
  const pages = all(".drawn", view ?? document);
  if (pages.length < 2) return one(`a[rel="${step > 0 ? "next" : "prev"}"]`)?.click();
  const frame = view.getBoundingClientRect();
  const now = pages.filter((page) => page.getBoundingClientRect().top < frame.top + frame.height / 3).length - 1;
  const page = pages[Math.max(0, Math.min(now + step, pages.length - 1))];
  view.scrollTop += page.getBoundingClientRect().top - frame.top;
  one(".doc").scrollIntoView({ block: "nearest" });
}

function pick(value) {
  if (at < 0) choose(0);
  const radio = one(`input[type=radio][value="${value}"]`, fields[at]);
  if (!radio) return false;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  fields[at].classList.remove("open");
  return true;
}

fields.forEach((field, index) => {
  field.addEventListener("focusin", () => { if (index !== at) choose(index); });
  const text = one(TEXT, field);
  text?.addEventListener("input", () => { const edit = one('input[value="edit"]', field); if (edit) edit.checked = true; });
});

addEventListener("keydown", (event) => {
  const bracket = event.key === "[" || event.key === "]"; // with AltGr on many keyboards
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (event.defaultPrevented || event.isComposing || (modified && !(bracket && event.getModifierState("AltGraph")))) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const typing = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (event.key === "Enter" && target.matches("[data-field] input")) {
    event.preventDefault(); // a form with a sending button would be sent by it
    target.blur();
    walk(1);
    return;
  }
  let off = false;
  try { off = localStorage.getItem("netos.keys.off") === "yes"; } catch { /* single keys stay on */ }
  if (typing || off || one("dialog[open]")) return;
  if (bracket) {
    event.preventDefault();
    turn(event.key === "]" ? 1 : -1);
    return;
  }
  if (!fields.length) return;
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    a: () => { if (pick("accept")) walk(1); },
    r: () => { if (pick("reject")) walk(1); },
    e: () => { if (pick("edit")) { const text = one(TEXT, fields[at]); text.focus(); text.select(); } },
    z: () => { if (at < 0) choose(0); else show(fields[at]); one(".doc")?.scrollIntoView({ block: "nearest" }); },
  };
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});

if (one("[data-reload]")) setTimeout(() => location.reload(), 2000);
