// Lists that are put in order by dragging, by keyboard, or by typing a place. The order goes
// into a hidden field; nothing is kept until the form is saved.
"use strict";

(() => {
  const say = document.createElement("p");
  say.className = "catalog-said";
  say.setAttribute("role", "status");

  const lines = (list) => [...list.children];

  function note(list) {
    const field = document.getElementById(list.dataset.orderInto);
    const order = lines(list);
    field.value = order.map((line) => line.dataset.value).join(",");
    order.forEach((line, index) => { line.querySelector(".catalog-place").value = index + 1; });
    list.dispatchEvent(new CustomEvent("ordered", { bubbles: true }));
  }

  function moveTo(list, line, index) {
    const others = lines(list).filter((other) => other !== line);
    const place = Math.max(0, Math.min(index, others.length));
    list.insertBefore(line, others[place] || null);
    note(list);
    say.textContent = `Place ${place + 1} of ${others.length + 1}`;
  }

  function remove(list, line) {
    const next = line.nextElementSibling || line.previousElementSibling;
    line.remove();
    note(list);
    next?.focus();
  }

  function onKey(event) {
    const line = event.target.closest("li");
    const list = event.currentTarget;
    if (event.target.matches(".catalog-place")) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      moveTo(list, line, Number(event.target.value) - 1);
      return;
    }
    if (event.target !== line) return;
    const index = lines(list).indexOf(line);
    const places = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: Infinity };
    if (event.altKey && event.key in places) {
      event.preventDefault();
      moveTo(list, line, places[event.key]);
      line.focus();
      line.scrollIntoView({ block: "nearest" });
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      (event.key === "ArrowUp" ? line.previousElementSibling : line.nextElementSibling)?.focus();
    } else if (event.key === "Delete" && line.querySelector(".catalog-remove")) {
      event.preventDefault();
      remove(list, line);
    }
  }

  function dragging(list) {
    let carried = null;
    list.addEventListener("dragstart", (event) => {
      carried = event.target.closest("li");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", carried.dataset.value);
      carried.classList.add("is-carried");
    });
    list.addEventListener("dragover", (event) => {
      const line = event.target.closest("li");
      if (!carried) return;
      event.preventDefault();
      if (!line || line === carried || line.parentElement !== list) return;
      const box = line.getBoundingClientRect();
      const below = event.clientY > box.top + box.height / 2;
      list.insertBefore(carried, below ? line.nextElementSibling : line);
    });
    list.addEventListener("drop", (event) => event.preventDefault());
    list.addEventListener("dragend", () => {
      if (!carried) return;
      carried.classList.remove("is-carried");
      carried = null;
      note(list);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const list of document.querySelectorAll("[data-order-into]")) {
      dragging(list);
      list.addEventListener("keydown", onKey);
      list.addEventListener("change", (event) => {
        if (event.target.matches(".catalog-place")) {
          moveTo(list, event.target.closest("li"), Number(event.target.value) - 1);
        }
      });
      list.addEventListener("click", (event) => {
        if (event.target.matches(".catalog-remove")) remove(list, event.target.closest("li"));
      });
      list.after(say);
      note(list);
    }
  });
  window.catalogOrder = { note };
})();
