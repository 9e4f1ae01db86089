// Questions before a film starts: which screen gives way, from where on.
import { clock, h } from "./ui.js";
import { word } from "./words.js";

// Shows `content` in the page's dialog; resolves to what was chosen, null when it was closed.
function ask(build) {
  const dialog = document.getElementById("dialog");
  return new Promise((resolve) => {
    let chosen = null;
    const choose = (value) => { chosen = value; dialog.close(); };
    dialog.replaceChildren(build(choose));
    dialog.addEventListener("close", () => resolve(chosen), { once: true });
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
}

function cancel(choose) {
  return h("button.button", { type: "button", onclick: () => choose(null) }, word("cancel"));
}

// Lists the streams that hold all slots; resolves to the token of the one that gives way.
export function askTakeOver({ active, limit }) {
  return ask((choose) => h("div.sheet", { "data-testid": "take-over" },
    h("h2", {}, word("tooManyTitle")),
    h("p.note", {}, word("tooManyNote").replace("{limit}", limit)),
    h("ul.streams", {}, active.map((stream, index) => h("li", {},
      h("span.streams__text", {},
        h("strong", {}, stream.device_name || word("unnamedScreen")),
        h("span.facts", {}, [stream.profile_name, stream.content_title].filter(Boolean).join(" · "))),
      h("button.button.button--quiet", {
        type: "button", autofocus: index === 0, onclick: () => choose(stream.take_over),
      }, word("takeOver"))))),
    h("div.actions", {}, cancel(choose))));
}

// From where on: resolves to "resume" or "beginning", null when it was closed.
export function askResume(name, position) {
  return ask((choose) => h("div.sheet", { "data-testid": "resume" },
    h("h2", {}, name),
    h("div.stack", {},
      h("button.button.button--main", { type: "button", autofocus: true, onclick: () => choose("resume") },
        word("resumeAt").replace("{time}", clock(position))),
      h("button.button", { type: "button", onclick: () => choose("beginning") }, word("fromStart")))));
}
