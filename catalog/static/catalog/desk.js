// Findings beside the fields that they are about, and keys for who never leaves the keyboard.

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

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key === "s") press(event, "[name=_continue]", "[name=_save]");
  else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") press(event, "[name=_publish]");
  else if (event.key === "/" && !typing) {
    const search = document.getElementById("searchbar");
    if (search) { event.preventDefault(); search.focus(); }
  }
});

// The first of some buttons that is there.
function press(event, ...selectors) {
  const button = selectors.map((selector) => document.querySelector(selector)).find(Boolean);
  if (!button) return;
  event.preventDefault();
  button.click();
}
