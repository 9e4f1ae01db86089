// Who is watching: choosing a profile, making and changing profiles, PINs.
import { chooseProfile, create, keepProfiles, personal, signIn, watching } from "./api.js";
import { AVATARS, avatar } from "./avatars.js";
import { ask, askPin, field } from "./questions.js";
import { busy, h } from "./ui.js";
import { LANGUAGES, explain, languageName, word } from "./words.js";

const CEILINGS = [0, 7, 12, 16, 18];
const CHOSEN = "stream.chosen";

// Whether to ask who is watching: once in a window, where there is somebody to choose.
export function mustChoose() {
  const mine = signIn();
  if (!mine) return false;
  if (!mine.profile_id) return true;
  return !sessionStorage.getItem(CHOSEN) && mine.profiles?.length > 1;
}

export function haveChosen() {
  sessionStorage.setItem(CHOSEN, "yes");
}

async function load() {
  const { results } = await personal("/v1/me/profiles");
  keepProfiles(results);
  return results;
}

export async function choosePage(view, go) {
  view.replaceChildren(busy());
  const profiles = await load();
  const child = watching()?.is_kids;
  view.replaceChildren(h("section.who", {},
    h("h1", {}, word("whoIsWatching")),
    h("div.who__faces", {}, profiles.map((profile) => h("button.who__face",
      { type: "button", "data-testid": "profile", "data-name": profile.name, onclick: () => choose(profile, go) },
      avatar(profile.avatar),
      h("span.who__name", {}, profile.name),
      h("span.who__facts", {}, facts(profile)))),
    child || profiles.length >= 6 ? null : h("a.who__face.who__face--new", { href: "/profiles/new" },
      h("span.face.face--new", { "aria-hidden": "true" }, "+"), h("span.who__name", {}, word("addProfile")))),
    child ? null : h("div.actions.actions--centre", {},
      h("a.button", { href: "/profiles/manage", "data-testid": "manage" }, word("manageProfiles")),
      h("a.button", { href: "/account" }, word("account")))));
  const current = profiles.findIndex((profile) => profile.id === signIn()?.profile_id);
  view.querySelectorAll(".who__face")[Math.max(current, 0)]?.focus();
}

function facts(profile) {
  return [
    profile.has_pin ? h("span.tag", {}, "PIN") : null,
    profile.is_kids ? h("span.tag.tag--kids", {}, word("kids")) : null,
    profile.maturity < 18 ? h("span.tag", {}, `≤ ${profile.maturity}`) : null,
  ];
}

// Asks for what stands in the way: a PIN, or for a child without one the password.
async function choose(profile, go) {
  const enter = (proof) => chooseProfile(profile, proof);
  try {
    await enter({});
  } catch (problem) {
    const done = problem.code === "parental_pin_required" ? await askPin({
      title: profile.name, note: word("enterPin"), act: (pin) => enter({ pin }),
    }) : problem.code === "password_required" ? await ask({
      title: word("leaveKids"), note: word("leaveKidsWhy"), confirm: word("goOn"),
      body: [passwordField()], act: ({ password }) => enter({ password }),
    }) : (() => { throw problem; })();
    if (!done) return;
  }
  haveChosen();
  go("/");
}

function passwordField() {
  return field(word("password"), { name: "password", type: "password", autocomplete: "current-password", required: true });
}

export async function managePage(view) {
  view.replaceChildren(busy());
  const profiles = await load();
  view.replaceChildren(h("section.page", {},
    h("h1.page__name", {}, word("manageProfiles")),
    h("ul.rows", {}, profiles.map((profile) => h("li", {},
      h("a.row", { href: `/profiles/${profile.id}`, "data-testid": "edit-profile" },
        h("span.row__face", {}, avatar(profile.avatar)),
        h("span.row__text", {}, h("strong", {}, profile.name), h("span.who__facts", {}, facts(profile))),
        h("span.row__more", { "aria-hidden": "true" }, "›"))))),
    h("div.actions", {},
      profiles.length < 6 ? h("a.button.button--main", { href: "/profiles/new" }, word("newProfile")) : null,
      h("a.button", { href: "/profiles" }, word("back")))));
}

export async function editPage(view, id, go) {
  view.replaceChildren(busy());
  const profiles = await load();
  const fresh = id === "new";
  const profile = fresh ? blank(profiles) : profiles.find((each) => each.id === id);
  if (!profile) throw Object.assign(new Error(), { code: "not_found" });
  view.replaceChildren(form(profile, fresh, go));
  view.querySelector("input[name=name]").focus();
}

function blank(profiles) {
  const taken = profiles.map((profile) => profile.avatar);
  return {
    name: "", avatar: AVATARS.find((name) => !taken.includes(name)) || "sun", is_kids: false,
    maturity: 18, language: "", autoplay: true, watch_from: null, watch_until: null,
  };
}

function form(profile, fresh, go) {
  const failure = h("p.failure", { role: "alert" });
  const kids = h("input", { type: "checkbox", name: "is_kids", checked: profile.is_kids });
  const ceiling = h("select", { name: "maturity" }, CEILINGS.map((age) => h("option",
    { value: age, selected: age === profile.maturity }, age === 18 ? word("everything") : age ? `${word("upTo")} ${age}` : word("forAll"))));
  const narrow = () => {
    for (const option of ceiling.options) option.disabled = kids.checked && Number(option.value) > 12;
    if (kids.checked && Number(ceiling.value) > 12) ceiling.value = "7";
  };
  kids.addEventListener("change", narrow);
  narrow();
  const intention = create("/v1/me/profiles");
  const page = h("form.page.page--form", {},
    h("h1.page__name", {}, fresh ? word("newProfile") : profile.name),
    field(word("name"), { name: "name", value: profile.name, maxlength: 40, required: true, autocomplete: "off" }),
    h("fieldset.faces", {}, h("legend", {}, word("picture")), AVATARS.map((name) => h("label.faces__one", {},
      h("input", { type: "radio", name: "avatar", value: name, checked: name === profile.avatar, "aria-label": name }), avatar(name)))),
    h("label.switch", {}, kids, h("span", {}, h("strong", {}, word("kidsProfile")), h("small", {}, word("kidsWhy")))),
    h("label.field", {}, h("span", {}, word("maturity")), ceiling),
    h("label.field", {}, h("span", {}, word("language")), h("select", { name: "language" },
      h("option", { value: "" }, word("asDevice")),
      LANGUAGES.map((tag) => h("option", { value: tag, selected: tag === profile.language }, languageName(tag))))),
    h("label.switch", {}, h("input", { type: "checkbox", name: "autoplay", checked: profile.autoplay }),
      h("span", {}, h("strong", {}, word("autoplay")))),
    h("fieldset.hours", {}, h("legend", {}, word("hours")),
      field(word("from"), { type: "time", name: "watch_from", value: profile.watch_from?.slice(0, 5) }),
      field(word("until"), { type: "time", name: "watch_until", value: profile.watch_until?.slice(0, 5) }),
      h("p.field__help", {}, word("hoursWhy"))),
    failure,
    h("div.actions", {},
      h("button.button.button--main", { type: "submit", "data-testid": "save" }, word("save")),
      h("a.button", { href: "/profiles/manage" }, word("cancel"))),
    fresh ? null : h("div.actions.actions--more", {},
      h("button.button.button--quiet", { type: "button", "data-testid": "set-pin", onclick: () => setPin(profile, go) }, word(profile.has_pin ? "changePin" : "setPin")),
      profile.has_pin ? h("button.button.button--quiet", { type: "button", onclick: () => removePin(profile, go) }, word("removePin")) : null,
      h("button.button.button--quiet.is-danger", { type: "button", onclick: () => remove(profile, go) }, word("deleteProfile"))));
  page.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = new FormData(page);
    const body = {
      name: values.get("name"), avatar: values.get("avatar"), language: values.get("language"),
      maturity: Number(values.get("maturity")), is_kids: values.has("is_kids"), autoplay: values.has("autoplay"),
      watch_from: values.get("watch_from") || null, watch_until: values.get("watch_until") || null,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
    try {
      await (fresh ? intention(body) : personal(address(profile), { method: "PATCH", body }));
      go("/profiles/manage");
    } catch (problem) {
      if (!problem.code) throw problem;
      failure.textContent = explain(problem);
    }
  });
  return page;
}

function address(profile, more = "") {
  return `/v1/me/profiles/${profile.id}${more}`;
}

async function setPin(profile, go) {
  let chosen = "";
  const picked = await askPin({ title: word("newPin"), note: word("newPinWhy"), act: (pin) => { chosen = pin; } });
  if (picked && await storePin(profile, chosen)) go("/profiles/manage");
}

async function removePin(profile, go) {
  if (await storePin(profile, null)) go("/profiles/manage");
}

function storePin(profile, pin) {
  return ask({
    title: word("yourPassword"), note: word("pinPasswordWhy"), confirm: word("save"), body: [passwordField()],
    act: ({ password }) => personal(address(profile, "/pin"), { method: "PUT", body: { pin, password } }),
  });
}

async function remove(profile, go) {
  const gone = await ask({
    title: `${word("deleteProfile")}: ${profile.name}`, note: word("deleteProfileWhy"), confirm: word("deleteProfile"),
    danger: true, act: () => personal(address(profile), { method: "DELETE" }),
  });
  if (gone) go("/profiles/manage");
}
