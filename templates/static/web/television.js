// What the pages of live television share: channels, programmes, clocks, what can be done.
import { shared } from "./api.js";
import { icon } from "./icons.js";
import { h } from "./ui.js";
import { language, word } from "./words.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
let skew = 0; // how far this device's clock is behind the service's

export function serverNow() {
  return Date.now() + skew;
}

export function noteTime(serverTime) {
  if (serverTime) skew = Date.parse(serverTime) - Date.now();
}

export function timeOf(moment) {
  return new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(moment);
}

export function dayOf(moment) {
  const days = Math.round((midnight(moment) - midnight(serverNow())) / (24 * HOUR));
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
  return near ? word(near) : new Intl.DateTimeFormat(language(), { weekday: "short", day: "numeric", month: "short" }).format(moment);
}

export function midnight(moment) {
  return new Date(moment).setHours(0, 0, 0, 0);
}

// Every channel in the order of the remote control, asked for once a visit, and the cursors
// with which its pages began: `found.cursors` by the place of their first channel.
let known = null;
export async function channels() {
  known ??= (async () => {
    const found = [];
    found.cursors = { 0: "" };
    for (let cursor = ""; ;) {
      const page = await shared("/v1/channels", { limit: 100, ...(cursor ? { cursor } : {}) });
      found.push(...page.results);
      cursor = found.cursors[found.length] = page.next;
      if (!cursor || found.length >= 2000) return found;
    }
  })().catch((problem) => { known = null; throw problem; });
  return known;
}

// The channel of a number; where none has it, the one that follows it.
export function numbered(all, wanted) {
  const value = (number) => Number.parseFloat(number ?? "");
  return all.find(({ number }) => number === wanted) || all.find(({ number }) => value(number) >= value(wanted));
}

// The groups that channels are in: `[[slug, name]]`.
export function groupsOf(all) {
  return [...new Map(all.filter((one) => one.group).map(({ group }) => [group.slug, group.name]))];
}

// A chip for each group and one for all; `choose` is told the slug, "" for all.
export function groupChips(all, choose) {
  const chip = (slug, name) => h("button.chip", { type: "button", "aria-pressed": "false", "data-group": slug, onclick: () => choose(slug) }, name);
  return h("div.chips", { role: "group", "aria-label": word("groups") },
    chip("", word("allChannels")), groupsOf(all).map(([slug, name]) => chip(slug, name)));
}

export function press(chips, isPressed) {
  for (const chip of chips.children) chip.setAttribute("aria-pressed", String(isPressed(chip)));
}

export function forgetChannels() {
  known = null;
}

export function logo(channel) {
  const art = channel.images?.find((each) => each.role === "logo");
  return art
    ? h("img.logo", { src: art.url, alt: channel.name, loading: "lazy", decoding: "async" })
    : h("span.logo.logo--letters", {}, channel.name);
}

// What may be done with a programme of a channel now: `[{label, href, main, sign, test}]`.
export function actions(channel, programme) {
  const [start, end, now] = [Date.parse(programme.starts_at), Date.parse(programme.ends_at), serverNow()];
  if (programme.is_masked) return [];
  const path = `/channel/${channel.slug || channel.id}`;
  const can = programme.can || [];
  const found = [];
  if (start <= now && now < end) {
    found.push({ label: word("watchNow"), href: path, main: true, sign: "play", test: "watch-live" });
    if (can.includes("start_over")) {
      found.push({ label: word("restart"), href: `${path}?airing=${programme.id}`, sign: "restart", test: "restart" });
    }
  } else if (end <= now && can.includes("catchup") && keptUntil(channel, programme) > now) {
    found.push({ label: word("catchUp"), href: `${path}?airing=${programme.id}`, main: true, sign: "play", test: "catch-up" });
  }
  return found;
}

export function keptUntil(channel, programme) {
  return Date.parse(programme.ends_at) + (channel.capabilities?.catchup_hours || 0) * HOUR;
}

export function marks(programme) {
  return (programme.flags || []).filter((flag) => ["live", "new", "premiere"].includes(flag))
    .map((flag) => h(`span.badge${flag === "live" ? ".badge--live" : ""}`, {}, flag.toUpperCase()));
}

export function episode({ season, episode: number, episode_title: title }) {
  const short = season && number ? `S${season} E${number}` : "";
  return [short, title].filter(Boolean).join(" · ");
}

// Everything about a programme, with what can be done, in the dialog.
export async function showDetails(channel, programme) {
  const dialog = document.getElementById("dialog");
  const now = serverNow();
  const buttons = actions(channel, programme).map(({ label, href, main, sign, test }) => h(
    `a.button${main ? ".button--main" : ""}`,
    { href, "data-testid": test, onclick: () => dialog.close() }, icon(sign), label));
  const text = h("p.airing__synopsis");
  const note = h("p.note");
  if (Date.parse(programme.starts_at) > now) note.textContent = `${word("notStarted")} ${timeOf(Date.parse(programme.starts_at))}`;
  else if (Date.parse(programme.ends_at) <= now) {
    note.textContent = buttons.length
      ? `${word("keptUntil")} ${dayOf(keptUntil(channel, programme))}, ${timeOf(keptUntil(channel, programme))}` : word("catchupGone");
  }
  dialog.setAttribute("aria-label", programme.title);
  dialog.replaceChildren(h("article.airing", { "data-testid": "airing" },
    h("div.airing__channel", {}, logo(channel), h("span", {}, channel.number ? `${channel.number} · ${channel.name}` : channel.name)),
    h("h2", {}, programme.title),
    h("p.facts", {}, [dayOf(Date.parse(programme.starts_at)), span(programme), programme.min_age ? `${programme.min_age}+` : "", episode(programme)].filter(Boolean).join(" · ")),
    h("span.card__badges", {}, marks(programme)),
    text, note,
    h("div.actions", {}, buttons, h("button.button", { type: "button", onclick: () => dialog.close() }, word("close")))));
  dialog.classList.add("dialog--wide");
  dialog.addEventListener("close", () => dialog.classList.remove("dialog--wide"), { once: true });
  dialog.showModal();
  (dialog.querySelector(".button--main") || dialog.querySelector("button")).focus();
  if (programme.is_masked) return;
  const full = await shared(`/v1/programmes/${programme.id}`).catch(() => null);
  if (full) text.textContent = full.synopsis;
}

export function span({ starts_at: start, ends_at: end }) {
  return `${timeOf(Date.parse(start))}–${timeOf(Date.parse(end))}`;
}
