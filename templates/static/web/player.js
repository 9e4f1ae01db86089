// The player: one picture on the whole screen, by pointer, touch, keyboard or remote control.
import { engineFor } from "./engine.js";
import { icon } from "./icons.js";
import { mediaSession, meaning } from "./keys.js";
import { Panel } from "./panel.js";
import { Subtitles } from "./subtitles.js";
import { loadThumbnails, showThumbnail } from "./thumbnails.js";
import { FilmTimeline } from "./timeline.js";
import { h } from "./ui.js";
import { explain, languageName, word } from "./words.js";

const IDLE_MS = 3500;
const STEP_S = 10;
const LONG_STEP_S = 30;
const PATIENCE_MS = 400;
const PREVIEW_MS = 1800; // after a key; a pointer leaves by itself

export class Player {
  // `again(maxHeight)` opens a session anew, `onEnd` is called at the end of the picture.
  constructor(view, session, { again, onEnd, facts = "", onNext = null }) {
    Object.assign(this, { view, session, again, onEnd, facts, onNext, thumbnails: [], height: 0 });
    this.onKey = (event) => this.key(event);
  }

  // Live television has another timeline.
  timelineFor(video) {
    return new FilmTimeline(video, this.session.answer);
  }

  async show(time) {
    this.build();
    document.addEventListener("keydown", this.onKey, true);
    document.body.classList.add("watching");
    this.forgetSystem = mediaSession(this.session.answer.name, {
      play: () => this.video.play(), pause: () => this.video.pause(), stop: () => history.back(),
      seekbackward: () => this.seekBy(-STEP_S), seekforward: () => this.seekBy(STEP_S),
      ...(this.onNext ? { nexttrack: this.onNext } : {}),
    });
    await this.load(time);
    const { thumbnails } = this.session.answer;
    if (thumbnails?.type === "vtt") this.thumbnails = await loadThumbnails(thumbnails.url);
  }

  build() {
    const { answer } = this.session;
    this.video = h("video.stage__video", { playsinline: true, "data-testid": "video" });
    this.timeline = this.timelineFor(this.video);
    this.subtitles = new Subtitles(this.video, answer.text_tracks || []);
    this.words = new Panel(() => [this.soundChoices(), this.subtitleChoices()], () => this.wake());
    this.qualities = new Panel(() => [this.qualityChoices()], () => this.wake());
    this.buildControls();
    this.stage = h(
      "div.stage",
      {},
      this.video,
      h("div.stage__top", {}, button("back", word("back"), () => history.back(), "back"),
        h("div.stage__name", {}, h("strong", {}, answer.name),
          this.facts ? h("span.facts", {}, this.facts) : null)),
      this.waiting,
      this.skip,
      this.controls,
      this.words.node,
      this.qualities.node,
      this.card,
    );
    this.view.replaceChildren(this.stage);
    this.listen();
    this.wake();
    this.playButton.focus();
  }

  buildControls() {
    this.waiting = h("span.spinner.stage__waiting", { hidden: true, role: "status" });
    this.card = h("div.stage__card", { role: "alert", hidden: true, "data-testid": "stopped" });
    this.skip = h("button.button.button--main.skip-marker", { type: "button", hidden: true, "data-testid": "skip" });
    this.preview = h("div.preview", { hidden: true, "data-testid": "preview" }, h("span.preview__time"));
    this.seekBar = h("input.seek", {
      type: "range", step: 0.1, "aria-label": word("seek"), "data-testid": "seek",
    });
    [this.before, this.after] = [h("span.time", { "data-testid": "time" }), h("span.time")];
    this.playButton = button("play", word("play"), () => this.toggle(), "toggle");
    this.soundButton = button("sound", word("mute"), () => this.mute(), "mute");
    this.wordsButton = button("words", word("soundAndWords"), () => this.words.toggle(this.wordsButton), "words");
    this.qualityButton = button("quality", word("quality"), () => this.qualities.toggle(this.qualityButton), "quality-button");
    this.row = h("div.controls__row", {},
      this.playButton,
      button("rewind", word("back10"), () => this.seekBy(-STEP_S), "rewind"),
      button("forward", word("forward10"), () => this.seekBy(STEP_S), "forward"),
      this.soundButton,
      h("span.controls__space"),
      this.onNext ? button("next", word("nextEpisode"), () => this.onNext(), "next") : null,
      this.wordsButton,
      this.qualityButton,
      button("fullscreen", word("fullscreen"), () => this.fullscreen(), "fullscreen"));
    this.controls = h("div.controls", {},
      h("div.controls__seek", {}, this.before, h("div.controls__bar", {}, this.preview, this.seekBar), this.after),
      this.row);
  }

  listen() {
    const { video, seekBar } = this;
    for (const name of ["timeupdate", "play", "pause", "volumechange", "durationchange", "seeked"]) {
      video.addEventListener(name, () => this.tick());
    }
    for (const name of ["waiting", "seeking", "loadstart"]) video.addEventListener(name, () => this.wait(true));
    for (const name of ["playing", "canplay", "seeked", "pause"]) video.addEventListener(name, () => this.wait(false));
    video.addEventListener("click", () => (this.panel() ? this.panel().close() : this.toggle()));
    video.addEventListener("dblclick", () => this.fullscreen());
    video.addEventListener("loadedmetadata", () => this.offerChoices());
    video.addEventListener("ended", () => this.onEnd());
    seekBar.addEventListener("input", () => {
      this.timeline.seek(Number(seekBar.value));
      this.showPreview(Number(seekBar.value));
    });
    seekBar.addEventListener("pointermove", (event) => {
      const box = seekBar.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      this.showPreview(Number(seekBar.min) + share * (Number(seekBar.max) - Number(seekBar.min)));
    });
    for (const name of ["pointerleave", "blur", "change"]) {
      seekBar.addEventListener(name, () => this.hidePreview());
    }
    for (const name of ["pointermove", "pointerdown", "focusin"]) {
      this.stage.addEventListener(name, () => this.wake());
    }
  }

  // Plays the session as it is now, from `time` on.
  async load(time) {
    await this.engine?.end();
    this.engine = engineFor(this.video, this.session);
    this.wait(true);
    this.session.report(() => this.position(), (reason, reply) => this.stopped(reason, reply));
    try {
      await this.engine.load(time, (problem) => this.fail(problem));
    } catch (problem) {
      this.fail(problem);
      return;
    }
    this.offerChoices();
    this.subtitles.restore();
    this.video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.wait(false);
    });
  }

  // What there is to choose; a browser that plays by itself learns of its sounds late.
  offerChoices() {
    this.qualityButton.hidden = this.qualities.empty;
    this.wordsButton.hidden = this.words.empty;
  }

  position() {
    return { time: this.timeline.now, state: this.video.paused ? "paused" : "playing" };
  }

  soundChoices() {
    const options = (this.engine?.sounds() || []).map((sound) => ({
      label: sound.label || languageName(sound.language),
      active: sound.active,
      choose: () => this.engine.chooseSound(sound),
    }));
    return { name: word("audio"), test: "audio", options };
  }

  subtitleChoices() {
    return { name: word("subtitles"), test: "subtitles", options: this.subtitles.choices(word("off")) };
  }

  qualityChoices() {
    const heights = this.engine?.heights() || [];
    const option = (height, label) => ({
      label, active: this.height === height, choose: () => this.chooseQuality(height),
    });
    this.known = heights.length > (this.known?.length || 0) ? heights : this.known || heights;
    return {
      name: word("quality"),
      test: "quality",
      options: [option(0, word("auto")), ...this.known.map((height) => option(height, `${height}p`))],
    };
  }

  // Where the engine cannot choose, a new session has the height as its limit.
  async chooseQuality(height) {
    this.height = height;
    if (this.engine.chooseHeight) {
      this.engine.chooseHeight(height);
      return;
    }
    const { time, state } = this.position();
    await this.session.end({ time, state });
    try {
      this.session = await this.again(height || undefined) || this.session;
      await this.load(time);
    } catch (problem) {
      this.fail(problem);
    }
  }

  tick() {
    const { video, timeline, seekBar } = this;
    sign(this.playButton, video.paused ? "play" : "pause");
    sign(this.soundButton, video.muted ? "muted" : "sound", video.muted ? "unmute" : "mute");
    [this.before.textContent, this.after.textContent] = timeline.texts();
    Object.assign(seekBar, { min: timeline.start, max: timeline.end, value: timeline.now });
    const share = (timeline.now - timeline.start) / (timeline.end - timeline.start || 1);
    seekBar.style.setProperty("--done", `${share * 100}%`);
    this.offerToSkip(timeline.now * 1000);
    this.onTick?.(timeline.now);
  }

  offerToSkip(now) {
    const marker = (this.session.answer.markers || []).find(
      (each) => each.type !== "credits" && each.end_ms && now >= each.start_ms && now < each.end_ms);
    this.skip.hidden = !marker;
    if (!marker) return;
    this.skip.textContent = word("skipping")[marker.type] || word("skip");
    this.skip.onclick = () => {
      this.timeline.seek(marker.end_ms / 1000);
      this.playButton.focus();
    };
  }

  showPreview(time) {
    const { start, end } = this.timeline;
    showThumbnail(this.preview, this.thumbnails, time);
    const bar = this.seekBar.clientWidth;
    const half = Math.min(bar / 2, this.preview.getBoundingClientRect().width / 2);
    const place = ((time - start) / (end - start || 1)) * bar;
    this.preview.style.left = `${Math.min(Math.max(place, half), bar - half)}px`;
    this.makeRoom();
  }

  hidePreview() {
    clearTimeout(this.fading);
    this.preview.hidden = true;
    this.makeRoom();
  }

  // Nothing else stands where the preview is.
  makeRoom() {
    this.stage.classList.toggle("stage--scrubbing", !this.preview.hidden);
    this.stage.style.setProperty("--preview", `${this.preview.getBoundingClientRect().height}px`);
  }

  // By a key there is no pointer that would leave.
  seekByKey(seconds) {
    this.seekBy(seconds);
    this.showPreview(this.timeline.now);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.hidePreview(), PREVIEW_MS);
  }

  toggle() {
    if (this.video.paused) this.video.play().catch(() => null);
    else this.video.pause();
  }

  mute() {
    this.video.muted = !this.video.muted;
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.stage.requestFullscreen?.().catch(() => null);
  }

  seekBy(seconds) {
    this.timeline.seek(this.timeline.now + seconds);
    this.wake();
  }

  panel() {
    return [this.words, this.qualities].find((panel) => panel.open);
  }

  key(event) {
    const meant = meaning(event);
    if (!meant || document.querySelector("dialog[open]")) return;
    if (this.act(meant, event)) {
      event.preventDefault();
      event.stopPropagation();
    }
    this.wake();
  }

  // Whether the player did something; if not, the key does what it does on the page.
  act(meant, event) {
    const hidden = this.stage.classList.contains("stage--idle");
    const target = event.target;
    if (meant === "leave") return this.back(event);
    if (this.panel() || !this.card.hidden) return false;
    const step = event.repeat ? LONG_STEP_S : STEP_S;
    if (meant === "left" || meant === "right") {
      if (!hidden && target !== this.seekBar && target !== document.body) return false;
      this.seekByKey(meant === "left" ? -step : step);
      return true;
    }
    if (meant === "up" || meant === "down") {
      if (!hidden) return false;
      this.playButton.focus();
      return true;
    }
    if (meant === "ok" || event.key === " ") {
      if (!hidden && target.closest?.("button") && this.stage.contains(target)) return false;
      this.toggle();
      return true;
    }
    ACTS[meant]?.(this);
    return Boolean(ACTS[meant]);
  }

  back(event) {
    if (event.key === "Backspace" && event.target.matches?.("input:not([type=range])")) return false;
    if (this.panel()) this.panel().close();
    else if (!this.dismiss?.()) history.back();
    return true;
  }

  wait(on) {
    clearTimeout(this.patience);
    if (on) this.patience = setTimeout(() => { this.waiting.hidden = !this.card.hidden; }, PATIENCE_MS);
    else this.waiting.hidden = true;
  }

  wake() {
    this.stage.classList.remove("stage--idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (!this.video.paused && !this.panel()) this.stage.classList.add("stage--idle");
    }, IDLE_MS);
  }

  // Says what went wrong, and what can be done about it.
  fail(problem, retry = () => location.reload()) {
    this.wait(false);
    this.video.pause();
    const again = h("button.button.button--main", { type: "button", onclick: retry }, word("retry"));
    this.card.replaceChildren(
      h("p", {}, explain(problem)),
      h("div.actions.actions--centre", {}, again,
        h("button.button", { type: "button", onclick: () => history.back() }, word("back"))));
    this.card.hidden = false;
    again.focus();
  }

  stopped(reason) {
    if (document.fullscreenElement) document.exitFullscreen();
    this.fail({ code: reason, body: {} });
  }

  async leave() {
    clearTimeout(this.idle);
    clearTimeout(this.patience);
    clearTimeout(this.fading);
    document.removeEventListener("keydown", this.onKey, true);
    document.body.classList.remove("watching");
    this.forgetSystem();
    const { time, state } = this.position();
    const ending = this.session.end({ time, state });
    await this.engine?.end();
    return ending;
  }
}

const ACTS = {
  toggle: (player) => player.toggle(),
  play: (player) => player.video.play().catch(() => null),
  pause: (player) => player.video.pause(),
  back: (player) => player.seekByKey(-STEP_S),
  forward: (player) => player.seekByKey(STEP_S),
  mute: (player) => player.mute(),
  fullscreen: (player) => player.fullscreen(),
  subtitles: (player) => player.subtitles.turn(),
  next: (player) => player.onNext?.(),
};

export function button(name, label, onclick, test) {
  return h("button.icon", { type: "button", "aria-label": label, title: label, onclick, "data-testid": test, "data-sign": name }, icon(name));
}

// What a button shows and says; `name` is a sign and, unless told, also a word.
function sign(node, name, label = name) {
  if (node.dataset.sign === name) return;
  node.dataset.sign = name;
  node.replaceChildren(icon(name));
  node.title = word(label);
  node.setAttribute("aria-label", word(label));
}
