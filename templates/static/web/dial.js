// Digits make the number of a channel, as on every remote control; a pause after them goes there.
import { channels, numbered } from "./television.js";
import { h } from "./ui.js";

const PAUSE_MS = 1500;
const LONGEST = 6;

export class Dial {
  // `go(channel)` is called where there is one.
  constructor(go) {
    Object.assign(this, { go, digits: "" });
    this.node = h("div.zap", { hidden: true, "data-testid": "zap", role: "status" });
  }

  // Whether the key is one of a number.
  key(event) {
    if (!/^[\d.]$/.test(event.key) || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.target.matches?.("input:not([type=range]), select") || document.querySelector("dialog[open]")) return false;
    this.digits = `${this.digits}${event.key}`.slice(0, LONGEST);
    this.say(this.digits);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.end(), PAUSE_MS);
    event.preventDefault();
    return true;
  }

  async end() {
    const wanted = this.digits;
    this.close();
    const channel = numbered(await channels(), wanted);
    if (channel) this.go(channel);
  }

  say(text) {
    this.node.textContent = text;
    this.node.hidden = false;
  }

  close() {
    clearTimeout(this.waiting);
    this.digits = "";
    this.node.hidden = true;
  }
}
