// "Go to channel": a field for a number or a part of a name, and what fits below it.
import { logo } from "./television.js";
import { h } from "./ui.js";
import { word } from "./words.js";

const MOST = 8;
let made = 0;

// `go(channel)` is called with the one that was chosen.
export function channelFinder(all, go) {
  const id = `channels-${made += 1}`;
  const list = h("ul.finder__list", { id, hidden: true, role: "listbox", "aria-label": word("channels") });
  const input = h("input.finder__field", {
    type: "search", autocomplete: "off", spellcheck: "false", maxlength: 40, enterkeyhint: "go",
    placeholder: word("goToChannel"), "aria-label": word("goToChannel"), "data-testid": "find-channel",
    role: "combobox", "aria-controls": id, "aria-expanded": "false", "aria-autocomplete": "list",
  });
  let found = [];
  let at = 0;

  function show() {
    found = fitting(all, input.value).slice(0, MOST);
    at = 0;
    draw();
  }

  function draw() {
    const open = Boolean(input.value.trim());
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    const options = found.length ? found.map(option) : [h("li.finder__none", {}, word("noChannel"))];
    list.replaceChildren(...(open ? options : []));
    const active = open && found.length ? `${id}-${at}` : "";
    input.setAttribute("aria-activedescendant", active);
    document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  }

  function option(channel, place) {
    return h("li.finder__option", {
      id: `${id}-${place}`, role: "option", "aria-selected": String(place === at), "data-channel": channel.slug,
      onpointerdown: (event) => event.preventDefault(), // the field keeps the focus until it is chosen
      onclick: () => choose(channel),
    }, h("span.finder__number", {}, channel.number || ""), h("span.finder__logo", { "aria-hidden": "true" }, logo(channel)), h("span.finder__name", {}, channel.name));
  }

  function choose(channel) {
    input.value = "";
    draw();
    input.blur();
    go(channel);
  }

  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("blur", () => { list.hidden = true; });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && found[at] && input.value.trim()) choose(found[at]);
    else if (event.key === "Escape" && input.value) { input.value = ""; draw(); }
    else if (step && !list.hidden && found.length) { at = (at + step + found.length) % found.length; draw(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return h("div.finder", {}, input, list);
}

// Numbers that begin so first, then names: those that begin so, then those that have it.
export function fitting(all, typed) {
  const wanted = plain(typed);
  if (!wanted) return [];
  const rank = ({ number, name }) => {
    if (number === wanted) return 0;
    if ((number || "").startsWith(wanted)) return 1;
    const words = plain(name);
    if (words.startsWith(wanted)) return 2;
    return words.includes(wanted) ? 3 : 4;
  };
  return all.map((channel) => [rank(channel), channel]).filter(([each]) => each < 4)
    .sort(([one], [other]) => one - other).map(([, channel]) => channel);
}

function plain(text) {
  return text.trim().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}
