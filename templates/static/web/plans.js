// The plan page: what the household has, what there is to have, trials and vouchers.
import { create, personal, watching } from "./api.js";
import { ask, field, when } from "./questions.js";
import { busy, h } from "./ui.js";
import { language, word } from "./words.js";

const HEIGHTS = { 576: "SD", 1080: "Full HD", 2160: "4K" };
const GROUPS = [["plans", ["plan", "bundle"]], ["addOns", ["add_on"]], ["singles", ["rental", "purchase"]]];

export async function planPage(view) {
  view.replaceChildren(busy());
  const [owned, offers] = await Promise.all([
    personal("/v1/me/entitlements"), personal("/v1/me/offers")]);
  const again = () => planPage(view);
  const mine = owned.results.filter((each) => each.has_access || each.action_required || ["paused", "pending"].includes(each.state));
  const past = owned.results.filter((each) => !mine.includes(each));
  const child = watching()?.is_kids;
  view.replaceChildren(h("section.page", {},
    h("h1.page__name", {}, word("yourPlan")),
    mine.length ? h("div.owned", {}, mine.map(holding)) : h("p.note", { "data-testid": "no-plan" }, word("noPlan")),
    past.length ? h("details.past", {}, h("summary", {}, word("before")), h("div.owned", {}, past.map(holding))) : null,
    child ? null : voucher(again),
    ...GROUPS.map(([name, kinds]) => group(name, offers.results.filter((offer) => kinds.includes(offer.kind)), mine, child ? null : again)),
    h("p.note", {}, word("buying"))));
}

function holding(each) {
  return h("article.holding", { "data-testid": "holding", "data-product": each.product_id },
    h("div.holding__head", {}, h("h2", {}, each.name), h(`span.state.state--${each.has_access ? "good" : "bad"}`, { "data-testid": "state" }, word("states")[each.state] || each.state)),
    h("p.facts", {}, [word("kinds")[each.kind], each.is_trial && word("trial"), word("sources")[each.source]].filter(Boolean).join(" · ")),
    h("p", { "data-testid": "until" }, until(each)),
    each.action_required ? h("p.warning", {}, word(each.action_required)) : null,
    each.manage_url ? h("a.button.button--quiet", { href: each.manage_url, rel: "noopener" }, word("manage")) : null);
}

function until(each) {
  const end = each.grace_until && each.state === "grace_period" ? each.grace_until : each.expires_at;
  if (!end) return word("noEnd");
  const renews = each.auto_renew && each.state === "active";
  return `${word(renews ? "renews" : each.has_access ? "endsOn" : "endedOn")} ${when(end, { dateStyle: "long" })}`;
}

function group(name, offers, mine, again) {
  if (!offers.length) return null;
  return h("section.group", {}, h("h2.group__name", {}, word(name)),
    h("div.offers", {}, offers.map((offer) => card(offer, mine, again))));
}

function card(offer, mine, again) {
  const has = mine.some((each) => each.product_id === offer.product && each.has_access);
  return h(`article.offer${has ? ".offer--mine" : ""}`, { "data-testid": "offer", "data-code": offer.code },
    h("h3", {}, offer.name, has ? h("span.tag.tag--mine", {}, word("yours")) : null),
    offer.description ? h("p.note", {}, offer.description) : null,
    h("p.price", { "data-testid": "price" }, h("strong", {}, money(offer.price)), h("span", {}, ` ${word("periods")[offer.period] || ""}`)),
    h("ul.ticks", {}, features(offer).map((text) => h("li", {}, text))),
    again && offer.trial_days && !has ? h("button.button.button--main", { type: "button", "data-testid": "trial", onclick: () => begin(offer, again) },
      word("tryFor").replace("%", offer.trial_days)) : null);
}

// Decimal text to money as people write it here; never computed with.
function money({ amount, currency }) {
  return new Intl.NumberFormat(language(), { style: "currency", currency }).format(Number(amount));
}

function features({ kind, features: has }) {
  if (kind === "rental" || kind === "purchase") return [];
  return [
    `${has.streams} ${word(has.streams === 1 ? "screen" : "screens")}`,
    `${word("upTo")} ${HEIGHTS[has.max_height] || `${has.max_height}p`}`,
    has.downloads ? `${has.downloads} ${word("downloads")}` : null,
    word(has.ads ? "withAds" : "withoutAds"),
  ].filter(Boolean);
}

async function begin(offer, again) {
  const start = create("/v1/me/trials");
  const begun = await ask({
    title: word("tryFor").replace("%", offer.trial_days), note: `${offer.name}. ${word("trialWhy")}`, confirm: word("begin"),
    act: () => start({ offer: offer.code }),
  });
  if (begun) again();
}

function voucher(again) {
  const redeem = create("/v1/me/vouchers");
  return h("div.actions", {}, h("button.button", {
    type: "button", "data-testid": "voucher",
    onclick: async () => {
      const done = await ask({
        title: word("voucher"), note: word("voucherWhy"), confirm: word("redeem"),
        body: [field(word("code"), { name: "code", required: true, maxlength: 40, autocomplete: "off", autocapitalize: "characters", class: "code" })],
        act: ({ code }) => redeem({ code }),
      });
      if (done) again();
    },
  }, word("voucher")));
}
