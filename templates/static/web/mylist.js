// The viewer's own list: one button that puts a title on it, and takes it off again.
import { personal, watching } from "./api.js";
import { h } from "./ui.js";
import { word } from "./words.js";

export function listButton(title) {
  if (!watching()) return null;
  let listed = false;
  const button = h("button.button", { type: "button", "data-testid": "my-list", disabled: true, onclick: turn });
  const show = () => {
    button.textContent = word(listed ? "onMyList" : "addToMyList");
    button.setAttribute("aria-pressed", String(listed));
  };

  async function turn() {
    button.disabled = true;
    const method = listed ? "DELETE" : "PUT";
    const done = await personal(`/v1/me/watchlist/${title.id}`, { method }).then(() => true, () => false);
    if (done) listed = !listed;
    show();
    button.disabled = false;
    button.focus();
  }

  async function learn() {
    const answer = await personal("/v1/me/overlay", { method: "POST", body: { ids: [title.id] } }).catch(() => null);
    listed = Boolean(answer?.items?.[title.id]?.in_watchlist);
    show();
    button.disabled = false;
  }

  show();
  learn();
  return button;
}
