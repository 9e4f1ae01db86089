// A playback session: started, reported on, renewed, ended.
import { personal } from "./api.js";
import { codecs, device, ranges } from "./device.js";

export class Session {
  // `asked` is what the body of play holds beside the device: content_id, max_height, start.
  static async start(asked) {
    const body = { ...asked, codecs: codecs(), hdr: ranges(), device: await device() };
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    return new Session(await personal("/v1/playback/sessions", { method: "POST", key, body }));
  }

  constructor(answer) {
    this.answer = answer;
    this.timer = null;
    this.seq = 0;
  }

  // The address of a manifest of the first type that is on offer.
  manifest(...types) {
    return types.map((type) => this.answer.manifests.find((each) => each.type === type))
      .find(Boolean)?.url;
  }

  // Report every now and then; the service says what to do next.
  report(position, onStop) {
    clearInterval(this.timer);
    const beat = async () => {
      const reply = await this.beat(position()).catch((problem) => (
        problem.status === 410 || problem.status === 404 ? { action: "stop", reason: problem.code } : {}));
      if (reply.action === "stop" || reply.action === "switch") {
        clearInterval(this.timer);
        onStop(reply.reason, reply);
      } else if (reply.action === "renew") {
        await this.renew();
      }
    };
    this.timer = setInterval(beat, this.answer.heartbeat.interval_s * 1000);
  }

  // Fresh cookies come with the answer; whatever goes on, goes on with the fresh token.
  async renew() {
    const fresh = await personal(this.path("/renew"), { method: "POST" }).catch(() => null);
    if (fresh) Object.assign(this.answer, fresh);
  }

  beat({ time, state }) {
    this.seq += 1;
    return personal(this.answer.heartbeat.url, {
      method: "POST",
      keepalive: true,
      body: {
        position_ms: Math.round(time * 1000), state, seq: this.seq,
        sent_at: new Date().toISOString(),
      },
    });
  }

  async end({ time, state }) {
    clearInterval(this.timer);
    await this.beat({ time, state }).catch(() => null);
    await personal(this.path(""), { method: "DELETE", keepalive: true }).catch(() => null);
  }

  path(rest) {
    return `/v1/playback/sessions/${this.answer.session_id}${rest}`;
  }
}
