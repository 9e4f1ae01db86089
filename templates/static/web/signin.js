// The sign-in dialog.
import { enter } from "./api.js";
import { h } from "./ui.js";
import { explain, word } from "./words.js";

// Resolves to true when somebody has signed in, to false when they would rather not.
export function askToSignIn(reason = "") {
  const dialog = document.getElementById("dialog");
  const failure = h("p.failure", { role: "alert" });
  const submit = h("button.button.button--main", { type: "submit" }, word("signIn"));
  const form = h(
    "form.sheet",
    { method: "dialog" },
    h("h2", {}, word("signIn")),
    reason ? h("p.note", {}, reason) : null,
    field(word("email"), { name: "email", type: "email", autocomplete: "username", required: true }),
    field(word("password"), { name: "password", type: "password", autocomplete: "current-password", required: true }),
    failure,
    h("div.actions", {}, submit,
      h("button.button", { type: "button", onclick: () => dialog.close() }, word("cancel"))),
  );
  dialog.replaceChildren(form);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "in"), { once: true });
    dialog.returnValue = "";
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        await enter(form.elements.email.value, form.elements.password.value);
        dialog.close("in");
      } catch (problem) {
        failure.textContent = explain(problem);
        submit.disabled = false;
      }
    });
  });
}

function field(label, attributes) {
  return h("label.field", {}, h("span", {}, label), h("input", attributes));
}
