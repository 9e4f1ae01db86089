// A preview that the staff made: other answers, the same client. Its token lives in this tab.
import { h } from "./ui.js";
import { word } from "./words.js";

const STORE = "stream.preview";
const [, given] = location.hash.match(/^#preview=(.+)$/) || [];
if (given) {
  sessionStorage.setItem(STORE, given);
  history.replaceState(null, "", location.pathname + location.search);
}

let conditions = null;

export function previewToken() {
  return sessionStorage.getItem(STORE);
}

// The packages of the plan that is previewed as; null without a preview.
export function previewPackages() {
  return conditions?.packages ?? null;
}

export function previewLanguage() {
  return conditions?.language ?? null;
}

export async function beginPreview() {
  if (!previewToken()) return;
  const response = await fetch("/v1/preview", { headers: { "X-Preview": previewToken() } }).catch(() => null);
  if (!response?.ok) {
    endPreview();
    return;
  }
  conditions = await response.json();
  document.body.classList.add("previewing");
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  document.body.prepend(h("aside.preview-bar", { role: "status", "data-testid": "preview" },
    h("strong", {}, word("preview")),
    h("span", {}, [`${when.format(new Date(conditions.at))} UTC`, conditions.territory, conditions.language.toUpperCase(),
      conditions.form_factor, `≤ ${conditions.maturity}`, conditions.plan || "–"].join(" · ")),
    h("button.button.button--quiet", { type: "button", onclick: () => { endPreview(); location.reload(); } }, word("close"))));
}

function endPreview() {
  sessionStorage.removeItem(STORE);
}
