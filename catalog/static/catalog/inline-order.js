// Rows of an inline that are put in order by dragging, by keyboard, or by typing a place.
// The places go into the fields of the form; nothing is kept until it is saved.
const chosen = (row) => row.querySelector("select")?.value;
const placeOf = (row) => row.querySelector("[name$='-position']");
const rowsOf = (body) => [...body.querySelectorAll("tr.form-row:not(.empty-form)")];

// A row that is still empty keeps its field as it was: else it would count as filled in.
function number(body) {
  rowsOf(body).filter(chosen).forEach((row, index) => { placeOf(row).value = index + 1; });
}

function moveTo(body, row, index) {
  const others = rowsOf(body).filter((other) => other !== row && chosen(other));
  const place = Math.max(0, Math.min(index, others.length));
  if (place < others.length) others[place].before(row);
  else others.at(-1)?.after(row);
  number(body);
}

function handleFor(row) {
  const handle = document.createElement("span");
  handle.className = "catalog-handle";
  handle.draggable = true;
  handle.tabIndex = 0;
  handle.role = "button";
  handle.ariaLabel = "Drag it to its place, or press Alt with an arrow key, Home or End";
  handle.textContent = "⠿";
  placeOf(row).before(handle);
}

function onKey(event, body) {
  const row = event.target.closest("tr.form-row");
  if (!event.altKey || !event.target.matches(".catalog-handle")) return;
  const index = rowsOf(body).indexOf(row);
  const places = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: Infinity };
  if (!(event.key in places)) return;
  event.preventDefault();
  moveTo(body, row, places[event.key]);
  event.target.focus();
}

function dragging(body) {
  let carried = null;
  body.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.(".catalog-handle")) return;
    carried = event.target.closest("tr.form-row");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", carried.id);
    event.dataTransfer.setDragImage(carried, 0, 0);
    carried.classList.add("is-carried");
  });
  body.addEventListener("dragover", (event) => {
    const row = event.target.closest("tr.form-row:not(.empty-form)");
    if (!carried) return;
    event.preventDefault();
    if (!row || row === carried || !chosen(row)) return;
    const box = row.getBoundingClientRect();
    if (event.clientY > box.top + box.height / 2) row.after(carried);
    else row.before(carried);
  });
  body.addEventListener("drop", (event) => event.preventDefault());
  body.addEventListener("dragend", () => {
    carried?.classList.remove("is-carried");
    carried = null;
    number(body);
  });
}

for (const body of document.querySelectorAll(".catalog-ordered tbody")) {
  rowsOf(body).forEach(handleFor);
  dragging(body);
  body.addEventListener("keydown", (event) => onKey(event, body));
  body.addEventListener("change", (event) => {
    const row = event.target.closest("tr.form-row");
    if (event.target === placeOf(row)) moveTo(body, row, Number(event.target.value) - 1);
  });
  document.addEventListener("formset:added", (event) => {
    if (body.contains(event.target)) handleFor(event.target);
  });
  body.closest("form").addEventListener("submit", () => number(body));
}
