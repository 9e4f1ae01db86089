// Where everything comes together: routes, the bar at the top, the way back.
import { accountPage } from "./account.js";
import { learnEntitlements, leave, settings, shared, signIn, watching } from "./api.js";
import { avatar } from "./avatars.js";
import { devicesPage } from "./devices.js";
import { followArrows } from "./focus.js";
import { guide } from "./guide.js";
import { list, railPage } from "./home.js";
import { watchChannel } from "./live.js";
import { pairPage } from "./pair.js";
import { planPage } from "./plans.js";
import { beginPreview, previewLanguage } from "./preview.js";
import { choosePage, editPage, haveChosen, managePage, mustChoose } from "./profiles.js";
import { collectionPage, keepTyping, personPage, searchBar, searchPage } from "./search.js";
import { askToSignIn, signInPage } from "./signin.js";
import { titlePage } from "./title.js";
import { h } from "./ui.js";
import { watch } from "./watch.js";
import { LANGUAGES, explain, language, word } from "./words.js";

let view = document.getElementById("view");
let leaveView = null;
let visit = 0;

const ROUTES = [
  [/^\/$/, () => arranged("home", word("all"), {})],
  [/^\/movies$/, () => arranged("movies", word("movies"), { kind: "movie" })],
  [/^\/series$/, () => arranged("series", word("series"), { kind: "series" })],
  [/^\/page\/([\w-]+)$/, (slug) => railPage(view, slug)],
  [/^\/all$/, () => list(view, word("all"), { sort: "name" })],
  [/^\/all\/movies$/, () => list(view, word("movies"), { kind: "movie", sort: "name" })],
  [/^\/all\/series$/, () => list(view, word("series"), { kind: "series", sort: "name" })],
  [/^\/genre\/([\w-]+)$/, (slug) => genre(slug)],
  [/^\/search$/, () => searchPage(view)],
  [/^\/person\/([\w-]+)$/, (id) => personPage(view, id)],
  [/^\/collection\/([\w-]+)$/, (slug) => collectionPage(view, slug)],
  [/^\/title\/([\w-]+)$/, (id) => titlePage(view, id)],
  [/^\/watch\/([\w-]+)$/, (id) => watch(view, id)],
  [/^\/guide$/, () => guide(view)],
  [/^\/channel\/([\w-]+)$/, (slug) => watchChannel(view, slug)],
  [/^\/sign-in$/, () => signInPage(view, welcome)],
  [/^\/pair$/, () => pairPage(view, welcome)],
  [/^\/profiles$/, () => own(() => choosePage(view, go))],
  [/^\/profiles\/manage$/, () => own(() => managePage(view))],
  [/^\/profiles\/(new|pr_\w+)$/, (id) => own(() => editPage(view, id, go))],
  [/^\/account$/, () => own(() => accountPage(view, go))],
  [/^\/account\/plan$/, () => own(() => planPage(view))],
  [/^\/account\/devices$/, () => own(() => devicesPage(view, go))],
];

// Pages of somebody who is signed in; strangers sign in first.
function own(page) {
  return signIn() ? page() : signInPage(view, show);
}

function go(path) {
  history.pushState(null, "", path);
  scrollTo(0, 0);
  return show();
}

// Somebody has just signed in: who of the household is it?
function welcome() {
  if ((signIn().profiles || []).length > 1 || !signIn().profile_id) return go("/profiles");
  haveChosen();
  return go("/");
}

async function genre(slug) {
  const genres = await shared("/v1/genres");
  const found = genres.results.find((each) => each.slug === slug);
  return list(view, found?.name || slug, { genre: slug });
}

// A page draws into a place of its own: one that was left while it was still asking
// draws over nobody.
function anew(left) {
  const place = left.cloneNode(false);
  left.replaceWith(place);
  return place;
}

async function show() {
  if (mustChoose() && !/^\/(profiles|account)/.test(location.pathname)) history.replaceState(null, "", "/profiles");
  const mine = ++visit;
  await leaveView?.();
  leaveView = null;
  if (mine !== visit) return;
  view = anew(view);
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
    if (mine === visit) fail(problem);
    if (!problem.code) throw problem;
  }
}

// A remote control stands on what can be done.
function fail(problem) {
  view.replaceChildren(failure(problem));
  view.querySelector(".button").focus({ preventScroll: true });
}

function failure(problem) {
  return h("section.failed", { role: "alert", "data-testid": "failure" },
    h("p", {}, explain(problem)),
    h("div.actions.actions--centre", {},
      problem.body?.help?.includes("subscribe") && signIn() ? h("a.button.button--main", { href: "/account/plan" }, word("seePlans")) : null,
      h("button.button", { type: "button", onclick: show }, word("retry")),
      h("a.button", { href: "/" }, word("home"))));
}

// The page as editors arranged it; where nobody has yet, everything that would be on it.
function arranged(slug, name, filter) {
  return railPage(view, slug).catch((problem) => {
    if (problem.code !== "not_found") throw problem;
    return list(view, name, filter);
  });
}

// The pages that the service has, in its order; without any, the two that every service has.
let pages = [];

async function learnPages() {
  const known = await shared("/v1/pages").catch(() => null);
  pages = (known?.results || []).filter((page) => !page.parent);
  if (!pages.length) pages = ["movies", "series"].map((slug) => ({ slug, name: word(slug) }));
  drawTop();
}

function addressOf(slug) {
  if (slug === "home") return "/";
  return ["movies", "series"].includes(slug) ? `/${slug}` : `/page/${slug}`;
}

function drawTop() {
  const link = (href, name) => h("a", { href, "aria-current": location.pathname === href && "page" }, name);
  const languages = h("select", {
    "aria-label": "Language",
    "data-testid": "language",
    onchange: (event) => { settings.language = event.target.value; learnPages(); show(); },
  }, LANGUAGES.map((tag) => h("option", { value: tag, selected: tag === language() }, tag.toUpperCase())));
  keepTyping(() => document.getElementById("top").replaceChildren(
    h("a.top__logo", { href: "/" }, "Stream"),
    h("nav.top__nav", { "data-testid": "nav" }, pages.map(({ slug, name }) => link(addressOf(slug), name)), link("/guide", word("guide"))),
    h("div.top__side", {}, searchBar(go), languages, account()),
  ));
  fitTop();
}

// The bar has a second row where one does not hold all of it; pages begin below it.
function fitTop() {
  const top = document.getElementById("top");
  const nav = top.querySelector(".top__nav");
  top.classList.remove("top--rows");
  top.classList.toggle("top--rows", nav.scrollWidth > nav.clientWidth);
  if (top.offsetHeight) document.documentElement.style.setProperty("--top", `${top.offsetHeight}px`);
}

function account() {
  if (!signIn()) {
    return h("button.button.button--quiet", { type: "button", "data-testid": "sign-in", onclick: async () => { if (await askToSignIn()) welcome(); } }, word("signIn"));
  }
  const profile = watching();
  const link = (href, name) => h("a", { href }, name);
  return [
    h("button.me", { type: "button", popovertarget: "menu", "data-testid": "me", "aria-label": profile?.name || word("account") }, avatar(profile?.avatar)),
    h("nav.menu", { id: "menu", popover: "auto", "aria-label": word("account") },
      profile ? h("strong", {}, profile.name) : null,
      link("/profiles", word("profiles")),
      profile?.is_kids ? null : [link("/account", word("account")), link("/account/plan", word("yourPlan"))],
      h("button", { type: "button", "data-testid": "sign-out", onclick: async () => { await leave(); go("/"); } }, word("signOut"))),
  ];
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/']");
  const ours = link && ROUTES.some(([pattern]) => pattern.test(link.pathname));
  if (!ours || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("keydown", (event) => {
  if ((event.key === "Backspace" || event.key === "GoBack") && !event.target.matches("input")
      && !event.defaultPrevented && location.pathname !== "/") history.back();
});

addEventListener("popstate", show);
addEventListener("resize", fitTop);
addEventListener("pagehide", () => leaveView?.());
async function begin() {
  await beginPreview();
  if (previewLanguage()) settings.language = previewLanguage();
  learnPages();
  learnEntitlements();
  await show();
}

followArrows();
begin();
