// Signing in on a television: a code to type on a phone, a QR code to scan (RFC 8628).
import { CLIENT, arrive, browserName, oauth, personal } from "./api.js";
import { busy, clock, h } from "./ui.js";
import { explain, word } from "./words.js";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

export async function pairPage(view, done) {
  let alive = true;
  view.replaceChildren(busy());
  const begin = async () => {
    const codes = await oauth("/oauth/device_authorization", {
      client_id: CLIENT, platform: "web", device_name: browserName(),
    });
    if (!alive) return;
    if (!codes.device_code) throw Object.assign(new Error(), { code: "other" });
    const left = show(view, codes);
    wait(codes, left, () => alive).then((answer) => {
      if (!alive) return null;
      if (answer === "expired_token") return begin();
      return answer ? welcome(answer) : refused();
    }).catch((problem) => { if (alive) fail(problem); });
  };
  const welcome = async (answer) => {
    arrive(answer);
    const me = await personal("/v1/me").catch(() => null);
    arrive({ ...answer, email: me?.account.email || "" });
    done();
  };
  const again = () => h("div.actions.actions--centre", {}, h("button.button.button--main", { type: "button", "data-testid": "new-code", onclick: () => begin().catch(fail) }, word("newCode")));
  const refused = () => {
    view.replaceChildren(h("section.failed", { role: "alert" }, h("p", {}, word("pairDenied")), again()));
    view.querySelector("button").focus();
  };
  const fail = (problem) => view.replaceChildren(h("section.failed", { role: "alert" }, h("p", {}, explain(problem)), again()));
  await begin();
  return () => { alive = false; };
}

function show(view, codes) {
  const left = h("span", { "data-testid": "left" });
  const query = new URLSearchParams({ user_code: codes.user_code });
  view.replaceChildren(h("section.pair", {},
    h("div.pair__text", {},
      h("h1", {}, word("pairTitle")),
      h("ol", {},
        h("li", {}, word("pairScan")),
        h("li", {}, word("pairOpen"), " ", h("strong.pair__place", {}, codes.verification_uri.replace(/^https?:\/\//, ""))),
        h("li", {}, word("pairType"))),
      h("p.pair__code", { "data-testid": "user-code", "aria-label": [...codes.user_code].join(" ") }, codes.user_code),
      h("p.note", {}, word("pairWaits"), " ", left),
      h("div.actions", {}, h("a.button", { href: "/sign-in" }, word("usePassword")))),
    h("img.pair__qr", { src: `/activate/qr.svg?${query}`, width: 330, height: 330, alt: word("pairScan") })));
  view.querySelector("a").focus();
  return left;
}

// Asks every now and then whether somebody said yes, as slowly as it is told to.
async function wait(codes, left, alive) {
  const end = Date.now() + codes.expires_in * 1000;
  const ticking = setInterval(() => { left.textContent = clock((end - Date.now()) / 1000); }, 500);
  let pause = codes.interval * 1000;
  try {
    while (alive() && Date.now() < end) {
      await new Promise((wake) => { setTimeout(wake, pause); });
      if (!alive()) return null;
      const answer = await oauth("/oauth/token", {
        grant_type: GRANT, device_code: codes.device_code, client_id: CLIENT,
      }).catch((problem) => ({ error: problem.code }));
      if (answer.access_token) return answer;
      if (answer.error === "slow_down") pause += 5000;
      else if (answer.error === "expired_token") return "expired_token";
      else if (["offline", "rate_limited", "unavailable"].includes(answer.error)) pause = Math.min(pause * 2, 60000);
      else if (answer.error !== "authorization_pending") return null;
    }
    return "expired_token";
  } finally {
    clearInterval(ticking);
  }
}
