// Signing in, in a dialog or on a page of its own.
import { enter } from "./api.js";
import { deviceChoice, field } from "./questions.js";
import { haveChosen } from "./profiles.js";
import { h } from "./ui.js";
import { explain, word } from "./words.js";

// Resolves to true when somebody has signed in, to false when they would rather not. With a
// reason they are in the middle of something and go on with it, as their first profile.
export function askToSignIn(reason = "") {
  const dialog = document.getElementById("dialog");
  const done = () => {
    if (reason) haveChosen();
    dialog.close("in");
  };
  dialog.replaceChildren(signInForm(done, { reason, cancel: () => dialog.close() }));
  dialog.setAttribute("aria-label", word("signIn"));
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelectorAll("a").forEach((link) => link.addEventListener("click", () => dialog.close()));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "in"), { once: true });
  });
}

export function signInPage(view, done) {
  view.replaceChildren(h("section.alone", {}, signInForm(done, {})));
  view.querySelector("input").focus();
}

function signInForm(done, { reason, cancel }) {
  const failure = h("p.failure", { role: "alert" });
  const room = h("div");
  const submit = h("button.button.button--main", { type: "submit" }, word("signIn"));
  const form = h(
    "form.sheet",
    { method: "dialog" },
    h("h2", {}, word("signIn")),
    reason ? h("p.note", {}, reason) : null,
    field(word("email"), { name: "email", type: "email", autocomplete: "username", required: true }),
    field(word("password"), { name: "password", type: "password", autocomplete: "current-password", required: true }),
    room,
    failure,
    h("div.actions", {}, submit,
      cancel ? h("button.button", { type: "button", onclick: cancel }, word("cancel")) : null),
    h("p.sheet__links", {},
      h("a", { href: "/sign-up" }, word("createAccount")),
      h("a", { href: "/reset-password" }, word("forgotPassword")),
      h("a", { href: "/pair", "data-testid": "use-phone" }, word("usePhone"))),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const { email, password, replace_device_id: replaced } = Object.fromEntries(new FormData(form));
    try {
      await enter(email, password, replaced);
      done();
    } catch (problem) {
      failure.textContent = explain(problem);
      if (problem.code === "device_limit") room.replaceChildren(deviceChoice(problem.body.devices));
      submit.disabled = false;
    }
  });
  return form;
}
