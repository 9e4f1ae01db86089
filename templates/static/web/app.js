// Where everything comes together: routes, the bar at the top, the way back.
import { leave, settings, shared, signIn } from "./api.js";
import { followArrows } from "./focus.js";
import { home, list } from "./home.js";
import { askToSignIn } from "./signin.js";
import { titlePage } from "./title.js";
import { h } from "./ui.js";
import { watch } from "./watch.js";
import { LANGUAGES, explain, language, word } from "./words.js";

const view = document.getElementById("view");
let leaveView = null;
let visit = 0;

const ROUTES = [
  [/^\/$/, () => home(view)],
  [/^\/all$/, () => list(view, word("all"), { sort: "name" })],
  [/^\/movies$/, () => list(view, word("movies"), { kind: "movie" })],
  [/^\/series$/, () => list(view, word("series"), { kind: "series" })],
  [/^\/genre\/([\w-]+)$/, (slug) => genre(slug)],
  [/^\/title\/([\w-]+)$/, (id) => titlePage(view, id)],
  [/^\/watch\/([\w-]+)$/, (id) => watch(view, id)],
];

async function genre(slug) {
  const genres = await shared("/v1/genres");
  const found = genres.results.find((each) => each.slug === slug);
  return list(view, found?.name || slug, { genre: slug });
}

async function show() {
  const mine = ++visit;
  await leaveView?.();
  leaveView = null;
  document.title = "Stream";
  document.documentElement.lang = language();
  drawTop();
  const [, run, found] = ROUTES
    .map(([pattern, open]) => [pattern, open, location.pathname.match(pattern)])
    .find(([, , match]) => match) || [null, null, null];
  try {
    if (!run) throw Object.assign(new Error(), { code: "not_found" });
    const afterwards = await run(found[1]);
    if (mine !== visit) await afterwards?.();
    else leaveView = typeof afterwards === "function" ? afterwards : null;
  } catch (problem) {
    if (mine === visit) view.replaceChildren(failure(problem));
    if (!problem.code) throw problem;
  }
}

function failure(problem) {
  return h("section.failed", { role: "alert", "data-testid": "failure" },
    h("p", {}, explain(problem)),
    h("div.actions.actions--centre", {},
      h("button.button", { type: "button", onclick: show }, word("retry")),
      h("a.button", { href: "/" }, word("home"))));
}

function drawTop() {
  const link = (href, name) => h("a", { href, "aria-current": location.pathname === href && "page" }, name);
  const languages = h("select", {
    "aria-label": "Language",
    "data-testid": "language",
    onchange: (event) => { settings.language = event.target.value; show(); },
  }, LANGUAGES.map((tag) => h("option", { value: tag, selected: tag === language() }, tag.toUpperCase())));
  document.getElementById("top").replaceChildren(
    h("a.top__logo", { href: "/" }, "Stream"),
    h("nav.top__nav", {}, link("/", word("home")), link("/movies", word("movies")), link("/series", word("series"))),
    h("div.top__side", {}, languages, account()),
  );
}

function account() {
  const mine = signIn();
  return mine
    ? h("button.button.button--quiet", { type: "button", title: mine.email, onclick: async () => { await leave(); show(); } }, word("signOut"))
    : h("button.button.button--quiet", { type: "button", "data-testid": "sign-in", onclick: async () => { if (await askToSignIn()) show(); } }, word("signIn"));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/']");
  const ours = link && ROUTES.some(([pattern]) => pattern.test(link.pathname));
  if (!ours || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  scrollTo(0, 0);
  show();
});

document.addEventListener("keydown", (event) => {
  if ((event.key === "Backspace" || event.key === "GoBack") && !event.target.matches("input")
      && !event.defaultPrevented && location.pathname !== "/") history.back();
});

addEventListener("popstate", show);
addEventListener("pagehide", () => leaveView?.());
followArrows();
show();
