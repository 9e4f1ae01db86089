// The account: the way to plan, devices and profiles; adding a TV; password and address.
import { create, leave, personal } from "./api.js";
import { ask, deviceChoice, field } from "./questions.js";
import { busy, h } from "./ui.js";
import { word } from "./words.js";

export async function accountPage(view, go) {
  view.replaceChildren(busy());
  const me = await personal("/v1/me");
  const owned = await personal("/v1/me/entitlements");
  const plan = owned.results.find((each) => each.has_access && each.kind !== "add_on");
  const link = (href, name, note) => h("a.row", { href },
    h("span.row__text", {}, h("strong", {}, name), h("small", {}, note)), more());
  const deed = (name, note, act, id) => h("button.row", { type: "button", onclick: act, "data-testid": id },
    h("span.row__text", {}, h("strong", {}, name), h("small", {}, note)), more());
  view.replaceChildren(h("section.page", {},
    h("h1.page__name", {}, word("account")),
    h("p.note", {}, me.account.email || ""),
    h("div.rows", {},
      link("/account/plan", word("yourPlan"), plan?.name || word("noPlanShort")),
      link("/account/devices", word("devices"), word("devicesWhy")),
      link("/profiles", word("profiles"), word("profilesWhy")),
      me.profile?.is_kids ? null : [
        deed(word("addTv"), word("addTvWhy"), addTv, "add-tv"),
        deed(word("changePassword"), word("changePasswordWhy"), changePassword, "change-password"),
        deed(word("changeEmail"), word("changeEmailWhy"), changeEmail, "change-email"),
      ]),
    h("div.actions", {}, h("button.button", { type: "button", "data-testid": "sign-out", onclick: async () => { await leave(); go("/"); } }, word("signOut")))));
}

function more() {
  return h("span.row__more", { "aria-hidden": "true" }, "›");
}

function password(name, label, complete) {
  return field(word(label), { name, type: "password", autocomplete: complete, required: true, maxlength: 128 });
}

// First see what waits under the code, then let it in.
async function addTv() {
  let found = null;
  let code = "";
  const seen = await ask({
    title: word("addTv"), note: word("addTvHow"), confirm: word("goOn"),
    body: [field(word("codeOnTv"), { name: "user_code", required: true, maxlength: 12, autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", placeholder: "XXXX-XXXX", class: "code" })],
    act: async (values) => {
      found = await personal("/v1/pairing/look", { method: "POST", body: values });
      code = found.user_code;
    },
  });
  if (!seen) return;
  const room = h("div");
  const approve = create("/v1/pairing/approve");
  const done = await ask({
    title: word("isThisYours"), note: word("isThisYoursWhy"), confirm: word("letIn"),
    body: [h("div.waiting", {}, h("strong", {}, found.name || found.platform), h("span", {}, [found.platform, found.model].filter(Boolean).join(" · ")), h("b.code", {}, code)), room],
    act: async (values) => {
      try {
        await approve({ user_code: code, ...values });
      } catch (problem) {
        if (problem.code === "device_limit") room.replaceChildren(deviceChoice(problem.body.devices));
        throw problem;
      }
    },
  });
  if (done) await tell(word("addTv"), word("tvIsIn"));
  else await personal("/v1/pairing/deny", { method: "POST", body: { user_code: code } }).catch(() => null);
}

function tell(title, note) {
  return ask({ title, note, confirm: "OK", act: async () => {} });
}

async function changePassword() {
  const done = await ask({
    title: word("changePassword"), note: word("changePasswordNote"), confirm: word("save"),
    body: [password("current_password", "oldPassword", "current-password"), password("password", "newPassword", "new-password")],
    act: (values) => personal("/v1/me/password", { method: "POST", body: values }),
  });
  if (done) await tell(word("changePassword"), word("saved"));
}

async function changeEmail() {
  const done = await ask({
    title: word("changeEmail"), note: word("changeEmailNote"), confirm: word("goOn"),
    body: [field(word("newEmail"), { name: "email", type: "email", autocomplete: "email", required: true }), password("password", "password", "current-password")],
    act: (values) => personal("/v1/me/email", { method: "POST", body: values }),
  });
  if (done) await tell(word("changeEmail"), word("mailSent"));
}
