// Time as a player shows and seeks it. A film's is fixed; live television brings its own,
// with the same names: start, end, now, seek, texts.
import { clock } from "./ui.js";

export class FilmTimeline {
  constructor(video, answer) {
    Object.assign(this, { video, start: 0, end: answer.duration_ms / 1000 });
  }

  get now() {
    return this.video.currentTime;
  }

  seek(time) {
    this.video.currentTime = Math.min(Math.max(this.start, time), Math.max(this.start, this.end - 0.5));
  }

  // What stands left and right of the bar.
  texts() {
    return [clock(this.now), `−${clock(this.end - this.now)}`];
  }
}
