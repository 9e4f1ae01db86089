// The player: one film on the whole screen, by pointer, keyboard or remote control.
import { icon } from "./icons.js";
import { Session, heights } from "./session.js";
import { askToSignIn } from "./signin.js";
import { loadThumbnails, showThumbnail } from "./thumbnails.js";
import { busy, clock, h } from "./ui.js";
import { explain, language, word } from "./words.js";

const IDLE_MS = 3000;
const STEP_S = 10;

// Starts playing and returns what to call when the viewer goes elsewhere.
export async function watch(view, contentId) {
  view.replaceChildren(busy());
  const session = await openSession(contentId);
  if (!session) {
    history.back();
    return () => {};
  }
  const player = new Player(view, contentId, session);
  await player.show();
  return () => player.leave();
}

async function openSession(contentId, options) {
  try {
    return await Session.start(contentId, options);
  } catch (problem) {
    const mayHelp = problem.status === 401;
    if (mayHelp && await askToSignIn(word("signInToWatch"))) return openSession(contentId, options);
    if (mayHelp) return null;
    throw problem;
  }
}

class Player {
  constructor(view, contentId, session) {
    Object.assign(this, { view, contentId, session, maxHeight: 0, rungs: [], thumbnails: [] });
    this.onKey = (event) => this.key(event);
  }

  async show() {
    this.build();
    document.addEventListener("keydown", this.onKey);
    document.body.classList.add("watching");
    this.load(this.session.answer.resume_position_ms / 1000);
    this.rungs = await heights(this.session.manifest);
    this.fillQualities();
    if (this.session.answer.thumbnails?.type === "vtt") {
      this.thumbnails = await loadThumbnails(this.session.answer.thumbnails.url);
    }
  }

  build() {
    const { answer } = this.session;
    this.video = h("video.stage__video", { playsinline: true, "data-testid": "video" });
    this.playButton = button("play", word("play"), () => this.toggle(), "toggle");
    this.soundButton = button("sound", word("mute"), () => this.mute(), "mute");
    this.seekBar = h("input.seek", {
      type: "range", min: 0, max: answer.duration_ms / 1000, step: 0.1, value: 0,
      "aria-label": word("seek"), "data-testid": "seek",
    });
    this.preview = h("div.preview", { hidden: true });
    this.time = h("span.time", { "data-testid": "time" }, "0:00");
    this.subtitles = choice(word("subtitles"), "subtitles", (value) => this.chooseSubtitles(value));
    this.qualities = choice(word("quality"), "quality", (value) => this.chooseQuality(Number(value)));
    this.skip = h("button.button.skip-marker", { type: "button", hidden: true }, word("skip"));
    this.message = h("p.stage__message", { role: "alert", hidden: true });
    this.stage = h(
      "div.stage",
      {},
      this.video,
      h("div.stage__top", {}, button("back", word("back"), () => history.back(), "back"),
        h("strong", {}, answer.name)),
      this.message,
      this.skip,
      h("div.controls", {},
        h("div.controls__seek", {}, this.preview, this.seekBar),
        h("div.controls__row", {},
          this.playButton, this.time, h("span.controls__space"),
          this.subtitles, this.qualities,
          this.soundButton,
          button("fullscreen", word("fullscreen"), () => this.fullscreen(), "fullscreen"))),
    );
    this.view.replaceChildren(this.stage);
    this.listen();
    this.addTracks();
    this.wake();
    this.playButton.focus();
  }

  listen() {
    const { video, seekBar } = this;
    video.addEventListener("timeupdate", () => this.tick());
    video.addEventListener("play", () => this.tick());
    video.addEventListener("pause", () => this.tick());
    video.addEventListener("volumechange", () => this.tick());
    video.addEventListener("error", () => this.fail(word("notReady")));
    video.addEventListener("click", () => this.toggle());
    video.addEventListener("ended", () => history.back());
    seekBar.addEventListener("input", () => {
      video.currentTime = Number(seekBar.value);
      this.showPreview(Number(seekBar.value));
    });
    seekBar.addEventListener("pointermove", (event) => {
      const box = seekBar.getBoundingClientRect();
      this.showPreview(((event.clientX - box.left) / box.width) * Number(seekBar.max));
    });
    for (const name of ["pointerleave", "blur"]) {
      seekBar.addEventListener(name, () => { this.preview.hidden = true; });
    }
    for (const name of ["pointermove", "pointerdown", "focusin"]) {
      this.stage.addEventListener(name, () => this.wake());
    }
  }

  // The same film from `time` on, with the manifest of the session as it is now.
  load(time) {
    const { video, session } = this;
    video.src = session.manifest;
    if (time > 0) {
      video.addEventListener("loadedmetadata", () => { video.currentTime = time; }, { once: true });
    }
    session.report(() => this.position(), (reason) => this.stopped(reason));
    video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.playButton.focus();
    });
  }

  position() {
    return { time: this.video.currentTime, state: this.video.paused ? "paused" : "playing" };
  }

  addTracks() {
    const own = this.session.answer.text_tracks;
    const options = [["", word("off")]];
    for (const [index, track] of own.entries()) {
      this.video.append(h("track", {
        kind: track.role === "caption" ? "captions" : "subtitles",
        src: track.url, srclang: track.lang, label: track.label,
      }));
      options.push([String(index), track.label]);
    }
    fill(this.subtitles, options);
    const forced = own.findIndex((track) => track.default);
    if (forced >= 0) this.chooseSubtitles(String(forced));
  }

  chooseSubtitles(value) {
    const elements = [...this.video.querySelectorAll("track")];
    for (const track of this.video.textTracks) track.mode = "disabled";
    if (value !== "") elements[Number(value)].track.mode = "showing";
    this.subtitles.querySelector("select").value = value;
  }

  fillQualities() {
    fill(this.qualities, [["0", word("auto")], ...this.rungs.map((height) => [String(height), `${height}p`])]);
  }

  // A new session with the height as its limit: the service narrows the ladder, and says so.
  async chooseQuality(height) {
    const { time, state } = this.position();
    await this.session.end({ time, state });
    this.maxHeight = height;
    try {
      this.session = await openSession(this.contentId, { maxHeight: height || undefined });
      this.load(time);
    } catch (problem) {
      this.fail(explain(problem));
    }
  }

  tick() {
    const { video } = this;
    const total = this.session.answer.duration_ms / 1000;
    sign(this.playButton, video.paused ? "play" : "pause");
    sign(this.soundButton, video.muted ? "muted" : "sound", video.muted ? "unmute" : "mute");
    this.time.textContent = `${clock(video.currentTime)} / ${clock(total)}`;
    this.seekBar.value = video.currentTime;
    this.seekBar.style.setProperty("--done", `${(video.currentTime / total) * 100}%`);
    this.offerToSkip(video.currentTime * 1000);
  }

  offerToSkip(now) {
    const marker = this.session.answer.markers.find(
      (each) => each.end_ms && now >= each.start_ms && now < each.end_ms);
    this.skip.hidden = !marker;
    if (marker) this.skip.onclick = () => { this.video.currentTime = marker.end_ms / 1000; };
  }

  showPreview(time) {
    showThumbnail(this.preview, this.thumbnails, time);
    this.preview.style.left = `${(time / Number(this.seekBar.max)) * 100}%`;
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

  key(event) {
    this.wake();
    const onControl = event.target.closest?.(".controls, .stage__top, dialog");
    const act = KEYS[event.key];
    if (!act || (onControl && !act.always && !(act.onSeek && event.target === this.seekBar))) return;
    event.preventDefault();
    act.run(this);
  }

  seekBy(seconds) {
    this.video.currentTime = Math.max(0, this.video.currentTime + seconds);
  }

  wake() {
    this.stage.classList.remove("stage--idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (!this.video.paused) this.stage.classList.add("stage--idle");
    }, IDLE_MS);
  }

  fail(text) {
    this.message.textContent = text;
    this.message.hidden = false;
  }

  stopped(reason) {
    this.video.pause();
    this.fail(explain({ code: reason, body: {} }));
  }

  leave() {
    clearTimeout(this.idle);
    document.removeEventListener("keydown", this.onKey);
    document.body.classList.remove("watching");
    const { time, state } = this.position();
    this.video.removeAttribute("src");
    this.video.load();
    return this.session.end({ time, state });
  }
}

const KEYS = {
  " ": { run: (player) => player.toggle() },
  Enter: { run: (player) => player.toggle() },
  k: { always: true, run: (player) => player.toggle() },
  MediaPlayPause: { always: true, run: (player) => player.toggle() },
  ArrowLeft: { onSeek: true, run: (player) => player.seekBy(-STEP_S) },
  ArrowRight: { onSeek: true, run: (player) => player.seekBy(STEP_S) },
  m: { always: true, run: (player) => player.mute() },
  f: { always: true, run: (player) => player.fullscreen() },
  Escape: { always: true, run: () => history.back() },
  GoBack: { always: true, run: () => history.back() },
};

function button(name, label, onclick, test) {
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

function choice(label, test, onchange) {
  return h("label.choice", {}, h("span", {}, label),
    h("select", { "data-testid": test, onchange: (event) => onchange(event.target.value) }));
}

function fill(node, options) {
  node.hidden = options.length < 2;
  node.lang = language();
  node.querySelector("select").replaceChildren(
    ...options.map(([value, name]) => h("option", { value }, name)));
}
