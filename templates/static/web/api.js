// The public API as this client uses it: JSON in, JSON out, problems as exceptions.
import { previewPackages, previewToken } from "./preview.js";

const STORE = "stream.sign-in";
export const CLIENT = "stream-app";
const DEVICE = "stream.device";

export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.code = body.code || "error";
    this.status = status;
    this.body = body;
  }
}

// A link may name its language: `/title/x?lang=de`. It is remembered from then on.
const asked = new URLSearchParams(location.search).get("lang");
if (asked) localStorage.setItem("stream.language", asked.slice(0, 2).toLowerCase());

export const settings = {
  get language() {
    return localStorage.getItem("stream.language") || (navigator.language || "en").slice(0, 2);
  },
  set language(value) {
    localStorage.setItem("stream.language", value);
  },
};

// What the viewer reads: the language chosen here, then those of the browser. The service takes
// each text in the first of them that there is.
const MOST_LANGUAGES = 10;
function languages() {
  return [...new Set([settings.language, ...(navigator.languages || [])])].slice(0, MOST_LANGUAGES).join(",");
}

export function signIn() {
  try {
    return JSON.parse(localStorage.getItem(STORE));
  } catch {
    return null;
  }
}

export function keepSignIn(answer) {
  if (answer) localStorage.setItem(STORE, JSON.stringify(answer));
  else localStorage.removeItem(STORE);
}

async function read(response) {
  if (response.status === 204) return null;
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(body, response.status);
  return body;
}

async function send(path, { method = "GET", body, token, keepalive, key, headers: extra = {} } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": languages(), "X-Device-Platform": "web", ...extra };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, {
      method, headers, keepalive, body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem({ code: "offline", title: "The service cannot be reached." }, 0);
  }
  return read(response);
}

// The profile that is watching; `null` when nobody is signed in or nobody was chosen.
export function watching() {
  const mine = signIn();
  return mine?.profiles?.find((profile) => profile.id === mine.profile_id) || null;
}

// What may be shown: all to visitors, nothing rated until somebody was chosen.
function ceiling() {
  return signIn() ? watching()?.maturity ?? 0 : 18;
}

// A shared answer: the same for everyone in this language who may see as much, so no token
// is sent.
export function shared(path, query = {}) {
  if (previewToken()) return previewed(path, query);
  const parameters = new URLSearchParams({ ...query, lang: languages() });
  if (ceiling() < 18) parameters.set("maturity", ceiling());
  return send(`${path}?${parameters}`);
}

// The same as a preview sees it: its token says the language, the place and the rest.
function previewed(path, query) {
  const address = `${path.replace("/v1/", "/v1/preview/")}?${new URLSearchParams(query)}`;
  return send(address, { headers: { "X-Preview": previewToken() } });
}

// What follows in a rail.
export function more(rail, cursor) {
  return shared(`/v1/rails/${rail}`, { cursor });
}

let owned = null;

// Whether the viewer has one of some packages; null where nobody knows.
export function entitledTo(packages) {
  if (!packages?.length) return true;
  const mine = previewPackages() ?? owned;
  return mine && packages.some((one) => mine.includes(one));
}

// What the household has, asked once for each sign-in.
export async function learnEntitlements() {
  owned = null;
  if (!signIn() || previewToken()) return;
  const answer = await personal("/v1/me/entitlements").catch(() => null);
  owned = answer?.packages ?? null;
}

// A personal call: with the token of whoever is signed in, renewed once when it expired.
export async function personal(path, options = {}) {
  const mine = signIn();
  try {
    return await send(path, { ...options, token: mine?.access_token });
  } catch (problem) {
    if (problem.status !== 401 || !mine?.refresh_token) throw problem;
    const renewed = await refresh(mine);
    if (!renewed) throw problem;
    return send(path, { ...options, token: renewed.access_token });
  }
}

let renewal = null;

function refresh(mine) {
  renewal ??= renew(mine).finally(() => { renewal = null; });
  return renewal;
}

async function renew(mine) {
  const form = new URLSearchParams({
    grant_type: "refresh_token", refresh_token: mine.refresh_token, client_id: CLIENT,
  });
  const response = await fetch("/oauth/token", { method: "POST", body: form });
  if (response.status === 429 || response.status === 503) return null; // later, not never
  if (!response.ok) {
    keepSignIn(null);
    return null;
  }
  const renewed = { ...mine, ...(await response.json()) };
  keepSignIn(renewed);
  return renewed;
}

export async function enter(email, password, replaced) {
  const before = localStorage.getItem(DEVICE) || "";
  const answer = await send("/v1/auth/sign-in", {
    method: "POST",
    body: {
      email, password, device: { platform: "web", name: browserName(), ...(before ? { id: before } : {}) },
      ...(replaced ? { replace_device_id: replaced } : {}),
    },
  });
  arrive({ ...answer, email });
  return answer;
}

// Tokens came in, by a password or from a phone: this browser stays the same device.
export function arrive(answer) {
  localStorage.setItem(DEVICE, answer.device_id);
  keepSignIn(answer);
  if (watching()?.language) settings.language = watching().language;
}

export function browserName() {
  const [, name] = navigator.userAgent.match(/(Firefox|Edg|Chrome|Safari)\//) || [];
  return `${{ Edg: "Edge" }[name] || name || "Web"} · web`;
}

// Another profile watches from now on; `proof` is a PIN or a password where one is asked for.
export async function chooseProfile(profile, proof = {}) {
  const answer = await personal(`/v1/me/profiles/${profile.id}/choose`, { method: "POST", body: proof });
  keepSignIn({ ...signIn(), access_token: answer.access_token, profile_id: answer.profile_id });
  if (profile.language) settings.language = profile.language;
}

export function keepProfiles(profiles) {
  keepSignIn({ ...signIn(), profiles });
}

// A command that creates: sent again, after an answer was lost, it creates nothing more.
export function create(path) {
  let last = "";
  let key = "";
  return async (body) => {
    if (JSON.stringify(body) !== last) [last, key] = [JSON.stringify(body), newKey()];
    try {
      return await personal(path, { method: "POST", body, key });
    } catch (problem) {
      if (problem.status) last = ""; // it was answered: the next try is a new one
      throw problem;
    }
  };
}

export function newKey() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
}

// An OAuth endpoint: a form in, its own kind of errors out.
export async function oauth(path, fields) {
  const response = await fetch(path, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
  if (!response) throw new Problem({ code: "offline" }, 0);
  const body = await response.json().catch(() => ({}));
  if (response.status === 429 || response.status === 503) {
    throw new Problem({ code: response.status === 429 ? "rate_limited" : "unavailable" }, response.status);
  }
  return body;
}

export async function leave() {
  await personal("/v1/auth/sign-out", { method: "POST" }).catch(() => null);
  forget();
}

export function forget() {
  keepSignIn(null);
  sessionStorage.clear();
}
