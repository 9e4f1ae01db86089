// Small questions in a dialog: a few fields, a yes; a PIN by keypad or keyboard.
import { h } from "./ui.js";
import { explain, word } from "./words.js";

const PIN_LENGTHS = [4, 6];
let closing = null;

function open(content, label) {
  const dialog = document.getElementById("dialog");
  closing?.();
  dialog.setAttribute("aria-label", label);
  dialog.replaceChildren(content);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    closing = () => { closing = null; resolve(dialog.returnValue === "done"); };
    dialog.addEventListener("close", () => closing?.(), { once: true });
  });
}

function close(done) {
  document.getElementById("dialog").close(done ? "done" : "");
}

export function field(label, attributes, help = "") {
  return h("label.field", {}, h("span", {}, label), h("input", attributes),
    help ? h("span.field__help", {}, help) : null);
}

// Asks with a form; `act(values)` does it and may refuse by throwing a problem. Resolves
// to whether it was done.
export function ask({ title, note, body = [], confirm, danger = false, act }) {
  const failure = h("p.failure", { role: "alert", hidden: true });
  const submit = h(`button.button.${danger ? "button--danger" : "button--main"}`,
    { type: "submit", "data-testid": "confirm" }, confirm);
  const form = h("form.sheet", { method: "dialog" },
    h("h2", {}, title), note ? h("p.note", {}, note) : null, ...body, failure,
    h("div.actions", {}, submit,
      h("button.button", { type: "button", onclick: () => close(false) }, word("cancel"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await act(Object.fromEntries(new FormData(form)));
      close(true);
    } catch (problem) {
      if (!problem.code) throw problem;
      failure.textContent = explain(problem);
      failure.hidden = false;
      submit.disabled = false;
    }
  });
  return open(form, title);
}

// Asks for a PIN; `act(pin)` may refuse. A remote control reaches every key.
export function askPin({ title, note, act }) {
  let pin = "";
  const dots = h("div.keypad__dots", { "aria-live": "polite" });
  const failure = h("p.failure", { role: "alert" });
  const ok = h("button.keypad__key.keypad__key--ok", { type: "button", "data-testid": "pin-ok" }, "OK");
  const draw = () => {
    const length = Math.max(PIN_LENGTHS[0], pin.length);
    dots.replaceChildren(...Array.from({ length }, (_, at) => h(at < pin.length ? "i.is-set" : "i")));
    dots.setAttribute("aria-label", `${pin.length} ${word("digits")}`);
    ok.disabled = pin.length < PIN_LENGTHS[0];
  };
  const type = (digit) => {
    if (pin.length < PIN_LENGTHS[1]) pin += digit;
    failure.textContent = "";
    draw();
  };
  const erase = () => { pin = pin.slice(0, -1); draw(); };
  const submit = async () => {
    if (pin.length < PIN_LENGTHS[0]) return;
    ok.disabled = true;
    try {
      await act(pin);
      close(true);
    } catch (problem) {
      if (!problem.code) throw problem;
      failure.textContent = explain(problem);
      pin = "";
      draw();
      keys.querySelector("[data-digit='1']").focus();
    }
  };
  ok.addEventListener("click", submit);
  const key = (digit) => h("button.keypad__key", { type: "button", "data-digit": digit, onclick: () => type(digit) }, digit);
  const keys = h("div.keypad__keys", {}, [..."123456789"].map(key),
    h("button.keypad__key", { type: "button", "aria-label": word("erase"), onclick: erase }, "⌫"), key("0"), ok);
  const sheet = h("div.sheet.keypad", {},
    h("h2", {}, title), note ? h("p.note", {}, note) : null, dots, failure, keys,
    h("button.button", { type: "button", onclick: () => close(false) }, word("cancel")));
  sheet.addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key)) type(event.key);
    else if (event.key === "Backspace") erase();
    else if (event.key === "Enter" && event.target.dataset.digit && pin.length >= PIN_LENGTHS[0]) submit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  draw();
  const answered = open(sheet, title);
  keys.querySelector("[data-digit='1']").focus();
  return answered;
}

// Which device makes room for a new one; to be put into the body of `ask`.
export function deviceChoice(devices) {
  return h("fieldset.choices", {}, h("legend", {}, word("chooseDevice")),
    devices.map((device, at) => h("label.option", {},
      h("input", { type: "radio", name: "replace_device_id", value: device.id, required: true, checked: at === 0 }),
      h("span", {}, h("strong", {}, device.name), h("small", {}, `${device.platform} · ${when(device.last_seen_at)}`)))));
}

export function when(moment, style = { dateStyle: "medium" }) {
  return new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(moment));
}
