// Pages of rails, as the service arranges them, and lists of one kind.
import { entitledTo, more, personal, shared, signIn } from "./api.js";
import { icon } from "./icons.js";
import { busy, h, minutes, motion, picture } from "./ui.js";
import { language, word } from "./words.js";

const FRESH_DAYS = 14;
const SOON_DAYS = 30;
const HERO_S = 9;
const LONG_NAME = 50; // letters

export function card(title) {
  const art = picture(title.images, "poster", { sizes: "(min-width: 1600px) 240px, (min-width: 700px) 190px, 38vw" });
  return tile(title, "card", art || letters(title));
}

// What has no picture gets a colour of its own, always the same.
export function tint(title) {
  const hue = [...title.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return `linear-gradient(155deg, hsl(${hue} 42% 34%), hsl(${(hue + 50) % 360} 48% 13%))`;
}

// Its name stands on it, small enough for the longest word to stay whole.
export function letters(title) {
  const node = h("span.card__letters", {}, title.name);
  node.style.background = tint(title);
  node.style.setProperty("--longest", Math.max(...title.name.split(/[\s-]+/).map((each) => each.length), 6));
  return node;
}

function wideCard(title) {
  const art = picture(title.images, "backdrop", { sizes: "(min-width: 1600px) 400px, (min-width: 700px) 320px, 66vw" })
    || picture(title.images, "poster", { sizes: "320px" });
  return tile(title, "card.card--wide", [
    art || letters(title),
    picture(title.images, "logo", { className: "card__logo", sizes: "200px" }),
  ]);
}

function tile(title, look, art) {
  const body = [
    h("span.card__art", {}, art, lock(title), ribbon(title)),
    h("span.card__name", {}, title.name),
    h("span.card__facts", {},
      h("span", {}, [title.year, minutes(title.runtime_s)].filter(Boolean).join(" · ")), badges(title)),
  ];
  return h(`a.${look}${title.available_from ? ".card--coming" : ""}`, { href: `/title/${title.slug || title.id}`, "data-testid": "card", "data-id": title.id, title: title.name }, body);
}

function badges(title) {
  const marks = title.packages?.length ? [] : [h("span.badge.badge--free", {}, word("free"))];
  for (const badge of (title.badges || []).slice(0, 2)) {
    marks.push(h("span.badge", {}, badge.replace("_", " ").toUpperCase()));
  }
  return h("span.card__badges", {}, marks);
}

// Drawn only where it is known what a viewer has: those who are signed in, and previews.
function lock(title) {
  return entitledTo(title.packages) === false ? h("span.card__lock", { title: word("included") }, icon("lock")) : null;
}

// When it comes or leaves, if that is near.
function ribbon(title) {
  const day = (moment) => new Intl.DateTimeFormat(language(), { day: "numeric", month: "short" }).format(new Date(moment));
  if (title.available_from) return h("span.ribbon", {}, `${word("from")} ${day(title.available_from)}`);
  const left = title.available_until && (new Date(title.available_until) - Date.now()) / 86400000;
  if (left && left < SOON_DAYS) return h("span.ribbon.ribbon--leaving", {}, `${word("until")} ${day(title.available_until)}`);
  return null;
}

function ranked(title, place) {
  return h("div.ranked", {}, h("span.ranked__number", { "aria-hidden": "true" }, String(place)), card(title));
}

export function channelCard({ channel, now, next }) {
  const logo = picture(channel.images, "logo", { className: "channel__logo", sizes: "160px" });
  return h("a.channel", { href: `/channel/${channel.slug}`, "data-testid": "channel", "data-id": channel.id },
    h("span.channel__top", {}, logo || h("strong", {}, channel.name), h("span.badge.badge--live", {}, word("live"))),
    h("span.channel__now", {}, now?.title || channel.name),
    now ? h("span.channel__bar", {}, bar(share(now))) : null,
    h("span.channel__next", {}, next ? `${hour(next.starts_at)} ${next.title}` : ""));
}

function share(programme) {
  const [from, to] = [new Date(programme.starts_at), new Date(programme.ends_at)];
  return Math.max(0, Math.min(1, (Date.now() - from) / (to - from)));
}

function bar(part) {
  const done = h("span.bar__done");
  done.style.width = `${Math.round(part * 100)}%`;
  return h("span.bar", {}, done);
}

export function hour(moment) {
  return new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
}

// A row of titles that is no rail of a page.
export function rail(name, titles, href) {
  return h("section.rail", { "data-testid": "rail" },
    h("h2.rail__name", {}, href ? h("a", { href }, name) : name),
    h("div.rail__cards", {}, titles.map(card)));
}

// What somebody is in the middle of: straight on to the player.
function continued(entry) {
  const made = wideCard(entry.title);
  made.href = `/watch/${entry.content_id}`;
  made.querySelector(".card__art").append(bar(entry.duration_ms ? entry.position_ms / entry.duration_ms : 0));
  return made;
}

const DRAW = { landscape: wideCard, channel: channelCard };

function entriesOf(rail, results, before = 0) {
  if (rail.of === "channels") return results.map(channelCard);
  if (rail.layout === "top_ten") return results.map((title, index) => ranked(title, before + index + 1));
  return results.map(DRAW[rail.layout] || card);
}

// A row that moves sideways: by touch, by its arrows, by a remote control; what follows is
// fetched before its end is reached.
function row(rail, entries) {
  const cards = h("div.rail__cards", { "data-testid": "cards" }, entries);
  const step = (direction) => cards.scrollBy({ left: direction * cards.clientWidth * 0.85, behavior: motion() });
  const arrow = (direction, name) => h(`button.rail__arrow.rail__arrow--${name}`, {
    type: "button", tabindex: "-1", "aria-hidden": "true", onclick: () => step(direction),
  }, icon("back"));
  const [back, on] = [arrow(-1, "back"), arrow(1, "on")];
  let next = rail.next;
  let asking = false;
  const update = async () => {
    back.hidden = cards.scrollLeft < 8;
    on.hidden = cards.scrollLeft + cards.clientWidth > cards.scrollWidth - 8 && !next;
    const left = cards.scrollWidth - cards.scrollLeft - cards.clientWidth;
    if (!next || asking || left > cards.clientWidth * 1.5) return;
    asking = true;
    const part = await more(rail.id, next).catch(() => ({ results: [], next: null }));
    cards.append(...entriesOf(rail, part.results, cards.children.length));
    next = part.next;
    asking = false;
    update();
  };
  cards.addEventListener("scroll", update, { passive: true });
  cards.addEventListener("focusin", update);
  requestAnimationFrame(update);
  return h(`section.rail.rail--${rail.layout}`, { "data-testid": "rail", "data-rail": rail.id, "data-source": rail.source },
    h("h2.rail__name", {}, rail.name),
    h("div.rail__row", {}, back, cards, on));
}

// A rail of the viewer's own: its place is kept, and given up when there is nothing in it.
async function personalRail(rail) {
  if (!signIn()?.profile_id) return null;
  const page = await personal(`${rail.url}?limit=20`).catch(() => ({ results: [] }));
  if (!page.results.length) return null;
  const draw = (entry) => {
    if (rail.layout === "channel") return channelCard({ channel: entry });
    if (entry.content_id) return continued(entry);
    return (rail.layout === "landscape" ? wideCard : card)(entry.title);
  };
  const entries = page.results.map(draw);
  return row({ ...rail, next: null }, entries);
}

function isFor(rail) {
  if (!rail.audience) return true;
  const has = entitledTo(rail.audience.packages);
  return has === rail.audience.holders || (has === null && !rail.audience.holders);
}

function facts(title) {
  return [title.year, minutes(title.runtime_s), title.maturity?.label,
    (title.genres || []).slice(0, 2).map((genre) => genre.name).join(", ")].filter(Boolean).join(" · ");
}

// The title as its makers letter it; the name stays the heading for those who listen.
export function lettering(title) {
  const logo = picture(title.images, "logo", { eager: true, className: "hero__logo", sizes: "40vw" });
  if (logo) logo.alt = title.name;
  const length = title.name.length > LONG_NAME ? ".hero__name--long" : "";
  return h(`h1.hero__name${length}`, {}, logo || title.name);
}

export function hero(title) {
  return h(
    "article.hero",
    { "data-id": title.id },
    picture(title.images, "backdrop", { eager: true, className: "hero__art" })
      || picture(title.images, "poster", { eager: true, className: "hero__art" }),
    h("div.hero__text", {},
      lettering(title),
      h("p.facts", {}, facts(title)),
      title.tagline ? h("p.hero__line", {}, title.tagline) : null,
      h("div.actions", {},
        title.playable && title.kind === "movie"
          ? h("a.button.button--main", { href: `/watch/${title.id}`, "data-testid": "hero-play" }, icon("play"), word("play"))
          : null,
        h("a.button", { href: `/title/${title.slug || title.id}`, "data-testid": "hero" }, word("more")))),
  );
}

// One picture after the other; whoever touches it decides from then on.
function stage(rail) {
  const titles = rail.results;
  const slides = h("div.stage-set", {}, hero(titles[0]));
  const dots = h("div.dots", {}, titles.map((title, index) => h("button.dot", {
    type: "button", "aria-label": title.name, onclick: () => { stop(); show(index); },
  })));
  const full = new Map();
  let shown = 0;
  const load = (index) => {
    if (!full.has(index)) full.set(index, shared(`/v1/titles/${titles[index].id}`).catch(() => titles[index]));
    return full.get(index);
  };
  const show = async (index) => {
    shown = index;
    const title = await load(index);
    if (shown !== index) return;
    const focused = slides.contains(document.activeElement);
    slides.replaceChildren(hero(title));
    if (focused) slides.querySelector(".button")?.focus({ preventScroll: true });
    [...dots.children].forEach((dot, each) => dot.toggleAttribute("aria-current", each === index));
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || titles.length < 2;
  const timer = still ? null : setInterval(() => {
    if (document.hidden || slides.contains(document.activeElement)) return;
    show((shown + 1) % titles.length);
  }, HERO_S * 1000);
  const stop = () => clearInterval(timer);
  show(0);
  return { node: h("section.stage-hero", { "data-testid": "rail", "data-rail": rail.id, "aria-label": rail.name }, slides, titles.length > 1 ? dots : null), stop };
}

// A screen of rails, as one answer of the service brings it.
export async function railPage(view, slug) {
  view.replaceChildren(busy());
  const page = await shared(`/v1/pages/${slug}`);
  if (slug !== "home") document.title = `${page.name} · Stream`;
  const stops = [];
  const rails = page.rails.filter((rail) => isFor(rail) && (rail.of === "personal" || rail.results.length));
  const nodes = await Promise.all(rails.map((rail, index) => {
    if (rail.of === "personal") return personalRail(rail);
    if (rail.layout === "hero" && index === 0) {
      const made = stage(rail);
      stops.push(made.stop);
      return made.node;
    }
    return row(rail, entriesOf(rail, rail.results));
  }));
  const top = rails[0]?.layout === "hero" ? null : h("h1.page-name", {}, page.name);
  const all = { movies: "/all/movies", series: "/all/series", home: "/all" }[slug];
  const shown = nodes.filter(Boolean);
  view.replaceChildren(...[top].filter(Boolean), ...shown,
    ...(shown.length ? [] : [h("p.nothing", {}, word("nothingHere"))]),
    ...(all ? [h("div.actions.actions--centre", {}, h("a.button", { href: all }, word("all")))] : []));
  return () => stops.forEach((stop) => stop());
}

export async function list(view, name, filter) {
  view.replaceChildren(busy());
  const cards = h("div.grid", { "data-testid": "grid" });
  const button = h("button.button", { type: "button" }, word("loadMore"));
  const next = async (cursor) => {
    const page = await shared("/v1/titles", { ...filter, limit: 60, ...(cursor ? { cursor } : {}) });
    cards.append(...page.results.map(card));
    button.hidden = !page.next;
    button.onclick = () => next(page.next);
  };
  await next(null);
  view.replaceChildren(h("h1.page-name", {}, name), cards, h("div.actions.actions--centre", {}, button));
}
