// Search as somebody types: a box in the bar at the top, results by kind below it.
import { shared } from "./api.js";
import { card, channelCard, hour, letters } from "./home.js";
import { icon } from "./icons.js";
import { h, picture } from "./ui.js";
import { explain, language, word } from "./words.js";

const PAUSE_MS = 180;
const DRAW = {
  titles: card,
  people: person,
  collections: collection,
  channels: (channel) => channelCard({ channel }),
  programmes: programme,
};

let asked = 0;

// One box for all pages, so that it keeps what is in it and where the cursor stands.
const box = h("input.search__box", {
  type: "search", name: "q", autocomplete: "off", spellcheck: "false", enterkeyhint: "search", maxlength: "80", "data-testid": "search",
});

// The box for the bar, and what a small screen has in its place; `go` opens a page.
export function searchBar(go) {
  box.placeholder = word("search");
  box.setAttribute("aria-label", word("search"));
  let waiting = null;
  const open = () => {
    const address = box.value.trim() ? `/search?q=${encodeURIComponent(box.value.trim())}` : "/search";
    if (location.pathname !== "/search") return go(address);
    history.replaceState(null, "", address);
    return look();
  };
  box.oninput = () => {
    clearTimeout(waiting);
    waiting = setTimeout(open, PAUSE_MS);
  };
  return h("form.search", {
    role: "search",
    action: "/search",
    onsubmit: async (event) => {
      event.preventDefault();
      clearTimeout(waiting);
      await open();
      document.querySelector("[data-results] a")?.focus();
    },
  }, icon("search"), box);
}

// The bar was drawn anew: whoever was typing goes on.
export function keepTyping(draw) {
  const typing = document.activeElement === box;
  draw();
  if (typing) box.focus({ preventScroll: true });
}

export function searchPage(view) {
  const query = new URLSearchParams(location.search).get("q") || "";
  if (document.activeElement !== box) box.value = query;
  view.replaceChildren(h("section", { "data-results": true, "aria-busy": "true" }));
  if (!query) box.focus({ preventScroll: true });
  document.title = `${word("search")} · Stream`;
  return look();
}

async function look() {
  const results = document.querySelector("[data-results]");
  if (!results) return;
  const query = box.value.trim();
  const mine = ++asked;
  const shown = await answer(query).catch((problem) => [h("p.nothing", { role: "alert" }, explain(problem))]);
  if (mine !== asked) return;
  results.replaceChildren(...shown);
  results.removeAttribute("aria-busy");
}

async function answer(query) {
  const { groups } = query ? await shared("/v1/search", { q: query, limit: 18 }) : { groups: [] };
  if (!groups.length) return nothing(query);
  return [h("h1.unseen", {}, word("search")), ...groups.filter((one) => DRAW[one.kind]).map(group)];
}

function group({ kind, results }) {
  const entries = results.map(DRAW[kind]);
  const body = kind === "titles" ? h("div.grid.grid--found", {}, entries) : h("div.rail__cards", {}, entries);
  return h("section.rail.found", { "data-testid": `found-${kind}` }, h("h2.rail__name", {}, word("kinds")[kind]), body);
}

// Nothing typed yet, or nothing that is like it: ways to go on from here.
async function nothing(query) {
  const genres = await shared("/v1/genres").catch(() => ({ results: [] }));
  const links = genres.results.map(({ slug, name }) => h("a.chip", { href: `/genre/${slug}` }, name));
  return [h("section.found-nothing", { role: "status", "data-testid": "found-nothing" },
    h("h1", {}, query ? word("nothingFound").replace("{query}", query) : word("searchFor")),
    h("p.note", {}, word(query ? "nothingFoundHint" : "searchHint")),
    links.length ? h("nav.found-genres", { "aria-label": word("genres") }, links) : null)];
}


function person(each) {
  const face = picture(each.images, "portrait", { sizes: "140px" }) || picture(each.images, "square", { sizes: "140px" });
  return h("a.person", { href: `/person/${each.id}`, "data-testid": "person" },
    h("span.person__face", {}, face || h("span", { "aria-hidden": "true" }, initials(each.name))),
    h("span.person__name", {}, each.name));
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((each) => [...(each || "")][0] || "").join("").toUpperCase();
}

function collection(each) {
  const art = picture(each.images, "poster", { sizes: "190px" });
  return h("a.card", { href: `/collection/${each.slug}`, "data-testid": "collection" },
    h("span.card__art", {}, art || letters(each)), h("span.card__name", {}, each.name));
}

// Something on television, with the day and the hour at which it begins.
function programme(each) {
  const day = new Intl.DateTimeFormat(language(), { weekday: "short" }).format(new Date(each.starts_at));
  return h("a.channel", { href: `/channel/${each.channel.slug}`, "data-testid": "found-programme" },
    h("span.channel__now", {}, each.title),
    h("span.channel__next", {}, `${day} ${hour(each.starts_at)} · ${each.channel.name}`));
}

// Somebody, and what they have a part in.
export async function personPage(view, id) {
  const found = await shared(`/v1/people/${encodeURIComponent(id)}`);
  const titles = new Map(found.credits.map(({ title }) => [title.id, title]));
  gathered(view, found.name, found.biography, [...titles.values()]);
}

export async function collectionPage(view, slug) {
  const found = await shared(`/v1/collections/${encodeURIComponent(slug)}`);
  gathered(view, found.name, found.synopsis, found.titles);
}

function gathered(view, name, text, titles) {
  document.title = `${name} · Stream`;
  view.replaceChildren(h("h1.page-name", {}, name), text ? h("p.gathered", {}, text) : "", h("div.grid", { "data-testid": "grid" }, titles.map(card)));
}
