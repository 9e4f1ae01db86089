// A panel of choices over the picture: sound, subtitles, quality.
import { h } from "./ui.js";

// `groups` are `{name, test, options: [{label, active, choose}]}`; empty ones are left out.
export class Panel {
  constructor(groups, onChoice) {
    Object.assign(this, { groups, onChoice });
    this.node = h("div.panel", { hidden: true, "data-testid": "panel", "data-keep-focus": true });
  }

  get open() {
    return !this.node.hidden;
  }

  toggle(opener) {
    if (this.open) this.close();
    else this.show(opener);
  }

  show(opener) {
    this.opener = opener;
    this.node.hidden = false;
    this.draw();
    (this.node.querySelector("[aria-checked=true]") || this.node.querySelector("button"))?.focus();
  }

  close() {
    this.node.hidden = true;
    this.opener?.focus();
  }

  draw() {
    this.node.replaceChildren(...this.groups().filter((group) => group.options.length > 1).map((group) => h(
      "section.panel__group",
      { role: "menu", "aria-label": group.name, "data-testid": group.test },
      h("h3", {}, group.name),
      group.options.map((option) => h("button.panel__option", {
        type: "button", role: "menuitemradio", "aria-checked": String(Boolean(option.active)),
        onclick: () => { this.close(); option.choose(); this.onChoice?.(); },
      }, option.label)),
    )));
  }

  get empty() {
    return !this.groups().some((group) => group.options.length > 1);
  }
}
