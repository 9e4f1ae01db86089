// Subtitles as whole WebVTT files beside the picture; the choice is remembered.
import { h } from "./ui.js";

const STORE = "stream.subtitles";

export class Subtitles {
  constructor(video, tracks) {
    Object.assign(this, { video, tracks, chosen: -1 });
    this.elements = tracks.map((track) => h("track", {
      kind: track.role === "caption" ? "captions" : "subtitles",
      src: track.url, srclang: track.lang, label: track.label,
    }));
    video.append(...this.elements);
  }

  // What is in force when the film starts: the language of last time, else forced words.
  restore() {
    const wanted = localStorage.getItem(STORE) ?? "";
    const remembered = wanted ? this.tracks.findIndex((track) => track.lang === wanted) : -1;
    const forced = this.tracks.findIndex((track) => track.default);
    this.show(this.chosen >= 0 ? this.chosen : remembered >= 0 ? remembered : forced);
  }

  choices(off) {
    const option = (index, label) => ({
      label, active: this.chosen === index, choose: () => this.choose(index),
    });
    return [option(-1, off), ...this.tracks.map((track, index) => option(index, track.label))];
  }

  choose(index) {
    localStorage.setItem(STORE, this.tracks[index]?.lang ?? "");
    this.show(index);
  }

  // The next choice, as a key on a remote control turns them.
  turn() {
    const next = this.chosen + 1;
    this.choose(next < this.tracks.length ? next : -1);
  }

  show(index) {
    this.chosen = index;
    for (const track of this.video.textTracks) track.mode = "disabled";
    if (index >= 0) this.elements[index].track.mode = "showing";
  }
}
