// The page of a rail: shows what belongs to its source, finds titles to add, and looks at
// the result while it is being edited.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("rail_form");
  const look = document.getElementById("rail-look");
  const list = document.getElementById("rail-items");
  const find = document.getElementById("rail-find");
  const found = document.getElementById("rail-found");
  const source = document.getElementById("id_source");
  if (!form || !look) return;

  const soon = (wait, work) => {
    let timer = null;
    return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
  };

  function show() {
    const chosen = source.value;
    form.querySelector(".catalog-rule").hidden = chosen !== "rule";
    form.querySelector(".catalog-items").hidden = chosen !== "curated";
    form.querySelector(".fieldBox.field-argument").hidden = chosen === "rule" || chosen === "curated";
  }

  let asked = 0;
  async function lookAgain() {
    const mine = ++asked;
    const response = await fetch(look.dataset.look, { method: "POST", body: new FormData(form) });
    if (mine === asked && response.ok) look.innerHTML = await response.text();
  }
  const lookSoon = soon(350, lookAgain);

  function add(title) {
    if (list.querySelector(`li[data-value="${title.id}"]`)) return;
    const line = document.getElementById("rail-line").content.firstElementChild.cloneNode(true);
    line.dataset.value = title.id;
    line.querySelector("strong").textContent = title.name;
    line.querySelector("small").textContent = title.facts;
    const tag = line.querySelector(".catalog-tag");
    tag.textContent = title.status;
    tag.className = `catalog-tag is-${title.css}`;
    line.querySelector("img").src = title.picture || "data:,";
    line.querySelector(".catalog-place").setAttribute("aria-label", `Place of ${title.name}`);
    line.querySelector(".catalog-remove").setAttribute("aria-label", `Remove ${title.name}`);
    list.append(line);
    list.dispatchEvent(new Event("added"));
  }

  let offers = [];
  let marked = 0;
  function offer(results) {
    offers = results;
    mark(0);
    found.replaceChildren(...results.map((title, index) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.dataset.index = index;
      const picture = document.createElement("img");
      picture.className = "catalog-thumb";
      picture.src = title.picture || "data:,";
      picture.alt = "";
      const text = document.createElement("span");
      text.textContent = `${title.name} — ${title.facts} — ${title.status}`;
      item.append(picture, text);
      return item;
    }));
    found.hidden = !results.length;
    find.setAttribute("aria-expanded", String(!found.hidden));
    mark(0);
  }

  function mark(index) {
    marked = Math.max(0, Math.min(index, offers.length - 1));
    [...found.children].forEach((item, each) => item.setAttribute("aria-selected", String(each === marked)));
  }

  function choose(index) {
    if (!offers[index]) return;
    add(offers[index]);
    find.value = "";
    offer([]);
    find.focus();
  }

  let searched = 0;
  const search = soon(180, async () => {
    const mine = ++searched;
    const response = await fetch(`${find.dataset.find}?${new URLSearchParams({ q: find.value })}`);
    if (mine === searched && response.ok) offer((await response.json()).results);
  });

  find.addEventListener("input", search);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); choose(marked); }
    else if (event.key === "ArrowDown") { event.preventDefault(); mark(marked + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(marked - 1); }
    else if (event.key === "Escape") offer([]);
  });
  found.addEventListener("mousedown", (event) => {
    const item = event.target.closest("li");
    if (item) { event.preventDefault(); choose(Number(item.dataset.index)); }
  });

  form.addEventListener("input", (event) => { if (event.target !== find) lookSoon(); });
  form.addEventListener("change", (event) => { if (event.target !== find) lookSoon(); });
  list.addEventListener("ordered", lookSoon);
  source.addEventListener("change", show);
  show();
  lookAgain();
});
