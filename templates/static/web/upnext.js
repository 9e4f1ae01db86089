// What comes next: offered at the credits, started by itself unless somebody objects.
import { h } from "./ui.js";
import { word } from "./words.js";

const COUNTDOWN_S = 10;
const LAST_S = 12;
const SHORTEST_S = 60;

export class UpNext {
  // `go` plays it, `back` takes the focus that the card had.
  constructor(answer, go, back) {
    Object.assign(this, { next: answer.next, go, back, left: COUNTDOWN_S, dismissed: false, timer: null });
    const credits = (answer.markers || []).find((marker) => marker.type === "credits");
    const total = answer.duration_ms / 1000;
    this.from = credits ? credits.start_ms / 1000 : total - (total > SHORTEST_S ? LAST_S : 5);
    this.count = h("span.upnext__count");
    this.playNow = h("button.button.button--main", { type: "button", "data-testid": "play-next", onclick: go }, word("play"), this.count);
    this.node = h("aside.upnext", { hidden: true, "data-testid": "up-next" },
      h("p.facts", {}, word("nextEpisode")),
      h("strong", {}, this.next ? label(this.next) : ""),
      h("div.actions", {}, this.playNow,
        h("button.button", { type: "button", onclick: () => this.dismiss() }, word("stay"))));
  }

  // Called with the time of the picture, all the time.
  tick(time) {
    if (!this.next || this.dismissed) return;
    if (time < this.from) this.hide();
    else if (this.node.hidden) this.show();
  }

  show() {
    this.node.hidden = false;
    this.left = COUNTDOWN_S;
    this.say();
    this.playNow.focus();
    this.timer = setInterval(() => {
      this.left -= 1;
      this.say();
      if (this.left <= 0) this.start();
    }, 1000);
  }

  say() {
    this.count.textContent = ` ${this.left}`;
  }

  start() {
    this.hide();
    this.go();
  }

  hide() {
    clearInterval(this.timer);
    if (this.node.contains(document.activeElement)) this.back();
    this.node.hidden = true;
  }

  // Whether there was something to dismiss.
  dismiss() {
    if (this.node.hidden) return false;
    this.dismissed = true;
    this.hide();
    return true;
  }
}

function label({ season, episode, name }) {
  return season ? `S${season} E${episode} · ${name}` : name;
}
