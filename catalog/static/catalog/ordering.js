// What is put in order by dragging, by keyboard, or by typing a place: a list whose order goes
// into a hidden field, or the rows of an inline, whose places or numbers are fields themselves.
// Nothing is kept until the form is saved.

const HANDLE = ".catalog-handle";

// A list: <ol data-order-into="the id of a hidden field"> of <li data-value="...">.
function listOrder(list) {
  const lines = () => [...list.children];
  const place = (line) => line.querySelector(".catalog-place");
  return {
    container: list,
    lines,
    lineOf: (element) => element.closest?.("li"),
    note() {
      const order = lines();
      document.getElementById(list.dataset.orderInto).value = order.map((line) => line.dataset.value).join(",");
      order.forEach((line, index) => { place(line).value = index + 1; });
    },
    isPlace: (element) => element.matches(".catalog-place"),
  };
}

// Rows of an inline with a field "position"; an empty row keeps its own, else it would count
// as filled in. Where the field is a "number", as of episodes, the numbers that there are stay
// the same and change hands: gaps are meant.
function rowOrder(body) {
  const isNumbered = Boolean(body.closest(".catalog-numbered"));
  const field = (row) => row.querySelector(isNumbered ? "[name$='-number']" : "[name$='-position']");
  const isFilled = (row) => (isNumbered ? field(row).value : row.querySelector("select")?.value);
  const lines = () => [...body.querySelectorAll("tr.form-row:not(.empty-form)")].filter(isFilled);
  return {
    container: body,
    lines,
    lineOf: (element) => element.closest?.("tr.form-row:not(.empty-form)"),
    note() {
      const order = lines();
      const numbers = order.map((row) => Number(field(row).value)).sort((one, other) => one - other);
      order.forEach((row, index) => { field(row).value = isNumbered ? numbers[index] : index + 1; });
    },
    isPlace: (element) => !isNumbered && element.matches("[name$='-position']"),
    addHandle(row) {
      const handle = document.createElement("span");
      Object.assign(handle, { className: "catalog-handle", draggable: true, tabIndex: 0, role: "button", textContent: "⠿" });
      handle.ariaLabel = "Drag it to its place, or press Alt with an arrow key, Home or End";
      field(row).before(handle);
    },
  };
}

const said = document.createElement("p");
said.className = "catalog-said";
said.setAttribute("role", "status");

function changed(order) {
  order.note();
  order.container.dispatchEvent(new CustomEvent("ordered", { bubbles: true }));
}

function moveTo(order, line, index) {
  const others = order.lines().filter((other) => other !== line);
  const place = Math.max(0, Math.min(index, others.length));
  if (place < others.length) others[place].before(line);
  else others.at(-1)?.after(line);
  changed(order);
  said.textContent = `Place ${place + 1} of ${others.length + 1}`;
}

function remove(order, line) {
  const next = line.nextElementSibling || line.previousElementSibling;
  line.remove();
  changed(order);
  next?.focus();
}

function onKey(order, event) {
  const { target, key } = event;
  const line = order.lineOf(target);
  if (order.isPlace(target) && key === "Enter") {
    event.preventDefault();
    moveTo(order, line, Number(target.value) - 1);
    return;
  }
  if (target !== line && !target.matches(HANDLE)) return;
  const index = order.lines().indexOf(line);
  const places = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: Infinity };
  if (key in places) {
    event.preventDefault();
    if (event.altKey) moveTo(order, line, places[key]);
    const beside = order.lines()[Math.max(0, Math.min(places[key], order.lines().length - 1))];
    const reached = event.altKey ? line : beside;
    (target === line ? reached : reached.querySelector(HANDLE)).focus();
    reached.scrollIntoView({ block: "nearest" });
  } else if (key === "Delete" && line.querySelector(".catalog-remove")) {
    event.preventDefault();
    remove(order, line);
  }
}

// Long lists run past faster, the nearer to the edge something is held.
const EDGE = 80;
function scrollAtEdge(y) {
  if (y < EDGE) scrollBy(0, 2 * (y - EDGE));
  else if (y > innerHeight - EDGE) scrollBy(0, 2 * (y - innerHeight + EDGE));
}

function dragging(order) {
  const { container } = order;
  let carried = null;
  container.addEventListener("dragstart", (event) => {
    const line = order.lineOf(event.target);
    if (!line || (event.target !== line && !event.target.matches(HANDLE))) return;
    carried = line;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(line, 0, 0);
    line.classList.add("is-carried");
  });
  container.addEventListener("dragover", (event) => {
    if (!carried) return;
    event.preventDefault();
    const line = order.lineOf(event.target);
    if (!line || line === carried || !order.lines().includes(line)) return;
    const box = line.getBoundingClientRect();
    if (event.clientY > box.top + box.height / 2) line.after(carried);
    else line.before(carried);
  });
  document.addEventListener("dragover", (event) => { if (carried) scrollAtEdge(event.clientY); });
  container.addEventListener("drop", (event) => event.preventDefault());
  container.addEventListener("dragend", () => {
    if (!carried) return;
    carried.classList.remove("is-carried");
    carried = null;
    changed(order);
  });
}

function start(order) {
  dragging(order);
  order.container.addEventListener("keydown", (event) => onKey(order, event));
  order.container.addEventListener("change", ({ target }) => {
    if (order.isPlace(target)) moveTo(order, order.lineOf(target), Number(target.value) - 1);
  });
  order.container.addEventListener("click", ({ target }) => {
    if (target.matches(".catalog-remove")) remove(order, order.lineOf(target));
  });
}

for (const list of document.querySelectorAll("[data-order-into]")) {
  const order = listOrder(list);
  start(order);
  list.addEventListener("added", () => changed(order));
  list.after(said);
  order.note();
}

for (const body of document.querySelectorAll(".catalog-ordered tbody")) {
  const order = rowOrder(body);
  start(order);
  body.querySelectorAll("tr.form-row:not(.empty-form)").forEach(order.addHandle);
  body.closest("table").after(said);
  document.addEventListener("formset:added", ({ target }) => {
    if (body.contains(target)) order.addHandle(target);
  });
  if (!body.closest(".catalog-numbered")) body.closest("form").addEventListener("submit", order.note);
}
