// The page of a movie or a series.
import { shared } from "./api.js";
import { icon } from "./icons.js";
import { lettering, rail, tint } from "./home.js";
import { listButton } from "./mylist.js";
import { busy, h, minutes, picture } from "./ui.js";
import { language, languageName, word } from "./words.js";

export async function titlePage(view, id) {
  view.replaceChildren(busy());
  const title = await shared(`/v1/titles/${encodeURIComponent(id)}`);
  document.title = `${title.name} · Stream`;
  const here = title.availability?.state !== "coming";
  const seasons = await Promise.all((here && title.seasons || []).map(
    (season) => shared(`/v1/titles/${title.id}/seasons/${season.number}`)));
  const first = firstEpisode(seasons);
  view.replaceChildren(head(title, first), ...seasons.map(seasonList), ...beside(title), about(title));
  view.querySelector("[data-testid=play]")?.focus({ preventScroll: true });
}

// In place of a picture: the colour that the title has on every card.
function plain(title) {
  const node = h("span.hero__art", { "aria-hidden": "true" });
  node.style.background = tint(title);
  return node;
}

function firstEpisode(seasons) {
  return seasons.filter((season) => season.number > 0).flatMap((season) => season.episodes)
    .find((episode) => episode.playable);
}

function head(title, episode) {
  const target = title.kind === "series" ? episode?.id : title.playable && title.id;
  const facts = [title.year, minutes(title.runtime_s), title.maturity?.label,
    (title.genres || []).map((genre) => genre.name).join(", ")];
  const art = picture(title.images, "backdrop", { eager: true, className: "hero__art" });
  const name = lettering(title);
  name.dataset.testid = "name";
  return h(
    `section.hero.hero--title${art ? "" : ".hero--plain"}`,
    {},
    art || plain(title),
    h("div.hero__text", {},
      name,
      h("p.facts", {}, facts.filter(Boolean).join(" · ")),
      title.tagline ? h("p.hero__line", {}, title.tagline) : null,
      h("div.actions", {},
        target
          ? h("a.button.button--main", { href: `/watch/${target}`, "data-testid": "play" }, icon("play"), word("play"))
          : notYet(title),
        (title.trailers || []).slice(0, 1).map((trailer) => h("a.button",
          { href: `/watch/${trailer.id}`, "data-testid": "trailer" }, word("trailer"))),
        listButton(title)),
      h("p.facts", { "data-testid": "marks" },
        (title.badges || []).map((badge) => h("span.badge", {}, badge.replace("_", " ").toUpperCase())),
        leaving(title)),
      h("p.hero__synopsis", {}, title.synopsis || "")),
  );
}

// Until when it is here, where that is soon.
function leaving(title) {
  const { ends_at: ends, leaving_soon: soon } = title.availability || {};
  return soon && ends ? h("span.badge.badge--soon", {}, `${word("until")} ${day(ends)}`) : null;
}

// In place of the button: of what is announced, when it will be here.
function notYet(title) {
  const { state, starts_at: starts } = title.availability || {};
  return state === "coming" && starts
    ? h("span.badge.badge--soon", { "data-testid": "not-yet" }, `${word("from")} ${day(starts)}`)
    : h("p.note", { "data-testid": "not-yet" }, word("notYet"));
}

function day(moment) {
  const when = new Date(moment);
  const year = when.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return when.toLocaleDateString(language(), { day: "numeric", month: "long", year });
}

function beside(title) {
  const collections = (title.collections || []).filter((each) => each.titles.length > 1);
  return [
    ...collections.map((each) => rail(each.name, each.titles)),
    ...(title.related?.length ? [rail(word("related"), title.related)] : []),
  ];
}

function seasonList(season) {
  return h(
    "section.season",
    {},
    h("h2.rail__name", {}, season.name || `${word("season")} ${season.number}`),
    h("ol.episodes", {}, season.episodes.map(episodeRow)),
  );
}

function episodeRow(episode) {
  const body = [
    h("span.episode__art", {}, picture(episode.images, "still", { sizes: "260px" })),
    h("span.episode__text", {},
      h("strong", {}, `${episode.number}. ${episode.name}`),
      h("span.facts", {}, minutes(episode.runtime_s) || ""),
      h("span.episode__synopsis", {}, episode.synopsis || "")),
  ];
  return h("li", {}, episode.playable
    ? h("a.episode", { href: `/watch/${episode.id}` }, body)
    : h("div.episode", {}, body));
}

function about(title) {
  const rows = [];
  const [cast, crew] = castAndCrew(title.credits || []);
  if (cast.length) {
    rows.push(fact(word("cast"), cast.map(
      (credit) => (credit.character ? `${credit.person.name} (${credit.character})` : credit.person.name)).join(", ")));
  }
  for (const [role, names] of crew) rows.push(fact(word("roles")[role] || role, names.join(", ")));
  if (title.audio_languages?.length) rows.push(fact(word("audio"), title.audio_languages.map(languageName).join(", ")));
  if (title.subtitle_languages?.length) rows.push(fact(word("subtitles"), title.subtitle_languages.map(languageName).join(", ")));
  if (title.keywords?.length) rows.push(fact(word("keywords"), title.keywords.map((each) => each.name).join(", ")));
  if (title.studios?.length) rows.push(fact(word("studio"), title.studios.map((each) => each.name).join(", ")));
  rows.push(fact(word("included"), title.packages?.length ? title.packages.join(", ") : word("free")));
  return h("section.about", {}, h("dl", {}, rows));
}

// Those on screen in their order; behind the camera, everyone with the same part together.
function castAndCrew(credits) {
  const seen = (credit) => credit.role === "actor" || credit.role === "voice";
  const crew = new Map();
  for (const { role, person } of credits.filter((credit) => !seen(credit))) {
    crew.set(role, [...(crew.get(role) || []), person.name]);
  }
  return [credits.filter(seen).slice(0, 12), crew];
}

function fact(name, value) {
  return h("div.fact", {}, h("dt", {}, name), h("dd", {}, value));
}
