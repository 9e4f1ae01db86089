// On every page of the admin: keys for who never leaves the keyboard, and findings beside the
// fields that they are about.

// -- findings

// "/translations/de/name" is the field "name" of the block whose language is "de".
function fieldOf(pointer) {
  const [first, second, third] = pointer.split("/").slice(1);
  if (first !== "translations") {
    return document.querySelector(`fieldset .field-${first}, #${first}-group`);
  }
  const language = [...document.querySelectorAll("#translations-group [name$='-language']")]
    .find((input) => input.value === second);
  const block = language?.closest(".inline-related");
  return block?.querySelector(`.field-${third}`) || block || document.querySelector("#translations-group");
}

for (const finding of document.querySelectorAll(".catalog-findings li[data-pointer]")) {
  const field = fieldOf(finding.dataset.pointer);
  if (!field) continue;
  const note = document.createElement("p");
  note.className = `catalog-finding ${finding.className}`;
  note.textContent = finding.dataset.detail;
  field.prepend(note);
  field.closest("details")?.setAttribute("open", "");
}

// -- neighbours: the rows of the list that a page was opened from

const LIST = "desk-list";
const rows = [...document.querySelectorAll("#result_list tbody tr")]
  .map((row) => row.querySelector("th a, td a")?.href)
  .filter(Boolean);
if (rows.length) sessionStorage.setItem(LIST, JSON.stringify(rows));

function openNeighbour(step) {
  const listed = JSON.parse(sessionStorage.getItem(LIST) || "[]");
  const here = listed.findIndex((url) => new URL(url).pathname === location.pathname);
  const next = here < 0 ? undefined : listed[here + step];
  if (next) location.assign(next);
}

// -- unsaved work is not lost by a key or a link

let edited = false;
const form = document.querySelector("#content-main form[id$='_form']");
for (const kind of ["input", "change", "ordered"]) {
  form?.addEventListener(kind, (event) => { if (event.isTrusted || kind === "ordered") edited = true; });
}
form?.addEventListener("submit", () => { edited = false; });
addEventListener("beforeunload", (event) => { if (edited) event.preventDefault(); });

// -- keys

const held = (event) => event.ctrlKey || event.metaKey;
const button = (...selectors) => selectors.map((one) => document.querySelector(one)).find(Boolean);
const mark = (step) => () => {
  const links = [...document.querySelectorAll("#result_list tbody th a")];
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.max(0, Math.min(here + step, links.length - 1))]?.focus();
};

// How it is written for people, when it is meant, and what it does. Those of one sign wait
// until nobody is typing.
const KEYS = [
  ["Ctrl+S", "save and stay", (event) => held(event) && event.key === "s",
    () => button("[name=_continue]", "[name=_save]")?.click()],
  ["Ctrl+Enter", "save and publish, or release", (event) => held(event) && event.key === "Enter",
    () => button("[name=_publish]", "[name=_release]")?.click()],
  ["Alt+Page Down", "open the next of the list", (event) => event.altKey && event.key === "PageDown",
    () => openNeighbour(1)],
  ["Alt+Page Up", "open the one before", (event) => event.altKey && event.key === "PageUp",
    () => openNeighbour(-1)],
  ["Alt+arrow, Home, End", "move what can be put in order", () => false, () => {}],
  ["/", "search", (event) => event.key === "/", () => button("#searchbar", "#rail-find", "#nav-filter")?.focus()],
  ["j", "next row of a list (Enter opens it)", (event) => event.key === "j", mark(1)],
  ["k", "row before", (event) => event.key === "k", mark(-1)],
  ["?", "these keys", (event) => event.key === "?", showKeys],
];

addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const found = KEYS.find(([sign, , isMeant]) => isMeant(event) && !(typing && sign.length === 1));
  if (!found || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  found[3]();
});

function showKeys() {
  const sheet = document.createElement("dialog");
  sheet.className = "catalog-keys";
  sheet.setAttribute("aria-label", "Keys");
  const list = document.createElement("dl");
  for (const [sign, what] of KEYS) {
    const term = document.createElement("dt");
    term.append(Object.assign(document.createElement("kbd"), { textContent: sign }));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: what }));
  }
  const close = Object.assign(document.createElement("button"), { textContent: "Close", className: "button" });
  close.addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", () => sheet.remove());
  sheet.append(Object.assign(document.createElement("h2"), { textContent: "Keys" }), list, close);
  document.body.append(sheet);
  sheet.showModal();
}

const tools = document.getElementById("user-tools");
if (tools) {
  const hint = Object.assign(document.createElement("button"), { type: "button", className: "catalog-keys-hint", textContent: "Keys ?" });
  hint.addEventListener("click", showKeys);
  tools.prepend(hint);
}
