// Watching a channel: live, from the start of its programme, or one that is past.
import { Dial } from "./dial.js";
import { openSession } from "./opening.js";
import { Player, button } from "./player.js";
import { HOUR, channels, noteTime, serverNow, span, timeOf } from "./television.js";
import { busy, h } from "./ui.js";
import { explain, word } from "./words.js";

const BEHIND_MS = 18_000; // players stand three segments behind
const AT_EDGE_S = 30;
const START_S = 0.1;

// Starts playing and returns what to call when the viewer goes elsewhere.
export async function watchChannel(view, slug) {
  view.replaceChildren(busy());
  const airing = new URLSearchParams(location.search).get("airing");
  const asked = airing ? { airing_id: airing, start: "startover" } : { channel_id: slug, start: "live" };
  const session = await openSession(asked);
  if (!session) {
    history.back();
    return () => {};
  }
  noteTime(session.answer.live.server_time);
  const player = new LivePlayer(view, session, {
    again: (maxHeight) => openSession({ ...asked, max_height: maxHeight }),
    facts: facts(session.answer.live),
    onEnd: () => player.ended(),
  });
  const { mode } = session.answer.live;
  // A list that grows would be joined at its end, were its start not asked for.
  const first = mode === "live" ? 0 : START_S;
  await player.show(Math.max(first, session.answer.resume_position_ms / 1000));
  return () => player.leave();
}

function facts({ programme }) {
  return programme ? `${programme.title} · ${span(programme)}` : "";
}

// Another channel, or another way to watch this one, in place of this page.
function watchInstead(path) {
  history.replaceState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

// The programme as time of day; a channel without a guide shows the last hour.
class LiveTimeline {
  constructor(video, live, seekable) {
    Object.assign(this, { video, live, seekable });
    const { programme } = live;
    this.first = programme ? Date.parse(programme.starts_at) / 1000 : (serverNow() - HOUR) / 1000;
    this.last = programme ? Date.parse(programme.ends_at) / 1000 : 0;
  }

  get isRange() {
    return this.live.mode !== "live";
  }

  get start() {
    return this.first;
  }

  // A channel goes on after its programme.
  get end() {
    return this.isRange ? this.last : Math.max(this.last, this.edge);
  }

  get edge() {
    return (serverNow() - BEHIND_MS) / 1000;
  }

  get now() {
    if (this.isRange) return this.first + this.video.currentTime;
    const range = this.seekable();
    return range ? Math.min(this.edge, this.edge - (range.end - this.video.currentTime)) : this.edge;
  }

  get isLive() {
    return this.live.mode !== "catchup" && this.edge - this.now < AT_EDGE_S;
  }

  seek(time) {
    const { video } = this;
    const range = this.seekable();
    if (this.isRange) {
      const end = Math.min(range?.end ?? video.duration, this.last - this.first);
      video.currentTime = Math.min(Math.max(0, time - this.first), Math.max(0, end - 1));
    } else if (range) {
      video.currentTime = Math.min(Math.max(range.start + 1, range.end - (this.edge - time)), range.end);
    }
  }

  texts() {
    return [timeOf(this.now * 1000), timeOf(this.end * 1000)];
  }
}

class LivePlayer extends Player {
  get live() {
    return this.session.answer.live;
  }

  timelineFor(video) {
    return new LiveTimeline(video, this.live, () => this.engine?.seekable?.() || null);
  }

  buildControls() {
    super.buildControls();
    const { startover, can_pause: canPause, mode } = this.live;
    this.badge = h("button.live-badge", { type: "button", "data-testid": "live-badge", onclick: () => this.toLive() }, word("live"));
    this.restart = mode === "live" && startover
      ? button("restart", word("restart"), () => this.startOver(), "restart") : null;
    this.dial = new Dial((channel) => this.zapTo(channel));
    this.row.prepend(...[this.badge, this.restart].filter(Boolean));
    this.playButton.hidden = mode === "live" && !canPause;
  }

  build() {
    super.build();
    this.stage.append(this.dial.node);
    Object.assign(this.stage.dataset, { mode: this.live.mode, channel: this.live.channel.slug });
  }

  // Where a programme is a range, positions count from its start; live has none.
  position() {
    const state = this.video.ended ? "ended" : this.video.paused ? "paused" : "playing";
    return { time: this.timeline.isRange ? this.video.currentTime : 0, state };
  }

  tick() {
    super.tick();
    const { timeline, badge, seekBar } = this;
    const isLive = timeline.isLive && !this.video.paused;
    badge.classList.toggle("is-live", isLive);
    badge.textContent = isLive ? word("live") : word("toLive");
    badge.setAttribute("aria-label", badge.textContent);
    seekBar.disabled = !timeline.isRange && !timeline.seekable();
    const edge = (Math.min(timeline.edge, timeline.end) - timeline.start) / (timeline.end - timeline.start || 1);
    seekBar.style.setProperty("--edge", `${edge * 100}%`);
  }

  showPreview(time) {
    this.preview.firstElementChild.textContent = timeOf(time * 1000);
    this.preview.hidden = false;
    const share = (time - this.timeline.start) / (this.timeline.end - this.timeline.start || 1);
    this.preview.style.left = `${Math.min(Math.max(share, 0.03), 0.97) * this.seekBar.clientWidth}px`;
    this.makeRoom();
  }

  toLive() {
    if (this.live.mode !== "live") watchInstead(this.path());
    else if (this.timeline.seekable()) {
      this.timeline.seek(this.timeline.edge);
      this.video.play().catch(() => null);
    } else this.load(0);
  }

  startOver() {
    watchInstead(`${this.path()}?airing=${this.live.startover.airing_id}`);
  }

  path(slug = this.live.channel.slug) {
    return `/channel/${slug}`;
  }

  // The end of a range: who started over goes on live.
  ended() {
    if (this.live.mode === "startover") watchInstead(this.path());
    else history.back();
  }

  async stopped(reason, reply = {}) {
    if (reason === "programme_ended" && reply.action === "switch") {
      this.ended();
      return;
    }
    super.stopped(reason);
    const known = reply.channel_id && (await channels().catch(() => [])).find((one) => one.id === reply.channel_id);
    const until = reply.ends_at ? `${explain({ code: reason, body: {} })} ${word("untilTime")} ${timeOf(Date.parse(reply.ends_at))}` : null;
    if (until) this.card.querySelector("p").textContent = until.replace(". ", " ");
    if (known) {
      const other = h("a.button.button--main", { href: this.path(known.slug), "data-testid": "alternative" }, known.name);
      this.card.querySelector(".actions").prepend(other);
      other.focus();
    }
  }

  act(meant, event) {
    const idle = this.stage.classList.contains("stage--idle");
    if (ZAPS[event.key] || (idle && (meant === "up" || meant === "down"))) {
      this.zapBy(ZAPS[event.key] || (meant === "up" ? 1 : -1));
      return true;
    }
    return super.act(meant, event);
  }

  key(event) {
    if (this.dial.key(event)) return;
    if (ZAPS[event.key] && this.act(null, event)) event.preventDefault();
    else super.key(event);
  }

  async zapBy(step) {
    const all = await channels();
    const here = all.findIndex((one) => one.id === this.live.channel.id);
    if (all.length) this.zapTo(all[(here + step + all.length) % all.length]);
  }

  zapTo(channel) {
    this.dial.say(`${channel.number || ""} ${channel.name}`.trim());
    watchInstead(this.path(channel.slug));
  }

  leave() {
    this.dial.close();
    return super.leave();
  }
}

const ZAPS = { ChannelUp: 1, ChannelDown: -1, PageUp: 1, PageDown: -1 };
