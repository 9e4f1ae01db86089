// Home, and lists of one kind: a hero and rails of cards.
import { shared } from "./api.js";
import { icon } from "./icons.js";
import { busy, h, minutes, picture } from "./ui.js";
import { word } from "./words.js";

const RAIL = 20;

export function card(title) {
  const art = picture(title.images, "poster", { sizes: "(min-width: 1600px) 240px, (min-width: 700px) 190px, 38vw" });
  return h(
    "a.card",
    { href: `/title/${title.slug || title.id}`, "data-testid": "card", "data-id": title.id, title: title.name },
    h("span.card__art", {}, art || h("span.card__letters", {}, title.name)),
    h("span.card__name", {}, title.name),
    h("span.card__facts", {},
      h("span", {}, [title.year, minutes(title.runtime_s)].filter(Boolean).join(" · ")), badges(title)),
  );
}

function badges(title) {
  const marks = title.packages?.length ? [] : [h("span.badge.badge--free", {}, word("free"))];
  for (const badge of (title.badges || []).slice(0, 2)) {
    marks.push(h("span.badge", {}, badge.toUpperCase()));
  }
  return h("span.card__badges", {}, marks);
}

export function rail(name, titles, href) {
  return h(
    "section.rail",
    { "data-testid": "rail" },
    h("h2.rail__name", {}, href ? h("a", { href }, name) : name),
    h("div.rail__cards", {}, titles.map(card)),
  );
}

export function hero(title) {
  const facts = [title.year, minutes(title.runtime_s), title.maturity?.label,
    (title.genres || []).slice(0, 2).map((genre) => genre.name).join(", ")];
  return h(
    "section.hero",
    {},
    picture(title.images, "backdrop", { eager: true, className: "hero__art" }),
    h("div.hero__text", {},
      picture(title.images, "logo", { eager: true, className: "hero__logo", sizes: "40vw" })
        || h("h1.hero__name", {}, title.name),
      h("p.facts", {}, facts.filter(Boolean).join(" · ")),
      h("p.hero__line", {}, title.tagline || ""),
      h("div.actions", {},
        title.playable && title.kind === "movie"
          ? h("a.button.button--main", { href: `/watch/${title.id}`, "data-testid": "hero-play" },
            icon("play"), word("play"))
          : null,
        h("a.button", { href: `/title/${title.slug || title.id}`, "data-testid": "hero" },
          word("more")))),
  );
}

export async function home(view) {
  view.replaceChildren(busy());
  const [genres, latest] = await Promise.all([
    shared("/v1/genres"),
    shared("/v1/titles", { sort: "popularity", limit: RAIL }),
  ]);
  const rails = await Promise.all(genres.results.slice(0, 12).map(async (genre) => {
    const page = await shared("/v1/titles", { genre: genre.slug, limit: RAIL });
    return page.results.length ? rail(genre.name, page.results, `/genre/${genre.slug}`) : null;
  }));
  const first = latest.results.find(hasBackdrop) || latest.results[0];
  const full = first && await shared(`/v1/titles/${first.id}`).catch(() => first);
  view.replaceChildren(
    ...(full ? [hero(full)] : []),
    ...(latest.results.length ? [rail(word("popular"), latest.results, "/all")] : []),
    ...rails.filter(Boolean),
  );
}

function hasBackdrop(title) {
  return (title.images || []).some((image) => image.role === "backdrop");
}

export async function list(view, name, filter) {
  view.replaceChildren(busy());
  const cards = h("div.grid", { "data-testid": "grid" });
  const more = h("button.button", { type: "button" }, word("loadMore"));
  const next = async (cursor) => {
    const page = await shared("/v1/titles", { ...filter, limit: 60, ...(cursor ? { cursor } : {}) });
    cards.append(...page.results.map(card));
    more.hidden = !page.next;
    more.onclick = () => next(page.next);
  };
  await next(null);
  view.replaceChildren(h("h1.page-name", {}, name), cards, h("div.actions.actions--centre", {}, more));
}
