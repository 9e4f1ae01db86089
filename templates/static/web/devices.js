// Devices and sign-ins of the household: named, signed out, all at once if need be.
import { forget, personal } from "./api.js";
import { ask, field } from "./questions.js";
import { busy, h } from "./ui.js";
import { language, word } from "./words.js";

export async function devicesPage(view, go) {
  view.replaceChildren(busy());
  const [devices, signIns, me] = await Promise.all([
    personal("/v1/me/devices"), personal("/v1/me/sign-ins"), personal("/v1/me")]);
  const again = () => devicesPage(view, go);
  view.replaceChildren(h("section.page", {},
    h("h1.page__name", {}, word("devices")),
    h("p.note", {}, word("inUse").replace("%1", devices.results.length).replace("%2", me.features.devices)),
    h("ul.rows", {}, devices.results.map((device) => deviceRow(device, again, go))),
    h("h2.group__name", {}, word("signIns")),
    h("ul.rows", {}, signIns.results.map((each) => signInRow(each, again, go))),
    h("div.actions", {}, h("button.button.is-danger", { type: "button", "data-testid": "everywhere", onclick: () => everywhere(go) }, word("signOutEverywhere")))));
}

function deviceRow(device, again, go) {
  const what = [device.model || device.platform, device.os_version, device.app_version].filter(Boolean).join(" · ");
  return h("li.row", { "data-testid": "device", "data-name": device.name },
    h(`span.row__sign.row__sign--${device.form_factor}`, { "aria-hidden": "true" }),
    h("span.row__text", {},
      h("strong", {}, device.name, device.is_current ? h("span.tag.tag--mine", {}, word("thisOne")) : null),
      h("small", {}, `${what} · ${ago(device.last_seen_at)}`)),
    h("span.row__deeds", {},
      h("button.button.button--quiet", { type: "button", "data-testid": "rename", onclick: () => rename(device, again) }, word("rename")),
      h("button.button.button--quiet.is-danger", { type: "button", "data-testid": "remove", onclick: () => remove(device, again, go) }, word("signOut"))));
}

function signInRow(each, again, go) {
  return h("li.row", { "data-testid": "sign-in-row" },
    h("span.row__text", {},
      h("strong", {}, each.device.name, each.is_current ? h("span.tag.tag--mine", {}, word("thisOne")) : null),
      h("small", {}, [each.profile_name, ago(each.last_used_at)].filter(Boolean).join(" · "))),
    h("button.button.button--quiet.is-danger", {
      type: "button",
      onclick: async () => {
        await personal(`/v1/me/sign-ins/${each.id}`, { method: "DELETE" });
        if (each.is_current) gone(go); else again();
      },
    }, word("end")));
}

async function rename(device, again) {
  const done = await ask({
    title: word("rename"), confirm: word("save"),
    body: [field(word("name"), { name: "name", value: device.name, required: true, maxlength: 60, autocomplete: "off" })],
    act: (values) => personal(`/v1/me/devices/${device.id}`, { method: "PATCH", body: values }),
  });
  if (done) again();
}

async function remove(device, again, go) {
  const done = await ask({
    title: `${word("signOut")}: ${device.name}`, note: word("signOutDeviceWhy"), confirm: word("signOut"), danger: true,
    act: () => personal(`/v1/me/devices/${device.id}`, { method: "DELETE" }),
  });
  if (!done) return;
  if (device.is_current) gone(go); else again();
}

async function everywhere(go) {
  const done = await ask({
    title: word("signOutEverywhere"), note: word("signOutEverywhereWhy"), confirm: word("signOut"), danger: true,
    act: () => personal("/v1/me/sign-ins", { method: "DELETE" }),
  });
  if (done) gone(go);
}

function gone(go) {
  forget();
  go("/");
}

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function ago(moment) {
  const seconds = (Date.parse(moment) - Date.now()) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) || ["minute", 60];
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
