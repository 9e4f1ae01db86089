// The public API as this client uses it: JSON in, JSON out, problems as exceptions.

const STORE = "stream.sign-in";

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

async function send(path, { method = "GET", body, token, keepalive, key } = {}) {
  const headers = { Accept: "application/json", "X-Device-Platform": "web" };
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

// A shared answer: the same for everyone in this language, so no token is sent.
export function shared(path, query = {}) {
  const parameters = new URLSearchParams({ ...query, lang: settings.language });
  return send(`${path}?${parameters}`);
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
    grant_type: "refresh_token", refresh_token: mine.refresh_token, client_id: "stream-app",
  });
  const response = await fetch("/oauth/token", { method: "POST", body: form });
  if (!response.ok) {
    keepSignIn(null);
    return null;
  }
  const renewed = { ...mine, ...(await response.json()) };
  keepSignIn(renewed);
  return renewed;
}

export async function enter(email, password) {
  const answer = await send("/v1/auth/sign-in", {
    method: "POST",
    body: { email, password, device: { platform: "web", name: "Web player" } },
  });
  keepSignIn({ ...answer, email });
  return answer;
}

export async function leave() {
  await personal("/v1/auth/sign-out", { method: "POST" }).catch(() => null);
  keepSignIn(null);
}
