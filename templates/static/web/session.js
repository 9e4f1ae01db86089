// A playback session: started, reported on, renewed, ended.
import { personal } from "./api.js";

export class Session {
  static async start(contentId, { maxHeight } = {}) {
    const answer = await personal("/v1/playback/sessions", {
      method: "POST",
      key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
      body: {
        content_id: contentId,
        device: { platform: "web" },
        ...(maxHeight ? { max_height: maxHeight } : {}),
      },
    });
    return new Session(answer);
  }

  constructor(answer) {
    this.answer = answer;
    this.timer = null;
  }

  get manifest() {
    return this.answer.manifests.find((each) => each.type === "hls")?.url;
  }

  // Report every now and then; the service says what to do next.
  report(position, onStop) {
    const beat = async () => {
      const reply = await this.beat(position()).catch((problem) => (
        problem.status === 410 || problem.status === 404 ? { action: "stop", reason: problem.code } : {}));
      if (reply.action === "stop") {
        clearInterval(this.timer);
        onStop(reply.reason);
      } else if (reply.action?.startsWith("renew")) {
        await personal(`/v1/playback/sessions/${this.answer.session_id}/renew`, { method: "POST" })
          .catch(() => null);
      }
    };
    this.timer = setInterval(beat, this.answer.heartbeat.interval_s * 1000);
  }

  beat({ time, state }) {
    return personal(this.answer.heartbeat.url, {
      method: "POST", body: { position_ms: Math.round(time * 1000), state },
    });
  }

  async end({ time, state }) {
    clearInterval(this.timer);
    await this.beat({ time, state }).catch(() => null);
    await personal(`/v1/playback/sessions/${this.answer.session_id}`, { method: "DELETE", keepalive: true })
      .catch(() => null);
  }
}

// The heights that a multivariant playlist offers, tallest first.
export async function heights(manifest) {
  const response = await fetch(manifest).catch(() => null);
  if (!response?.ok) return [];
  const found = (await response.text()).matchAll(/#EXT-X-STREAM-INF:[^\n]*RESOLUTION=\d+x(\d+)/g);
  return [...new Set([...found].map((match) => Number(match[1])))].sort((one, other) => other - one);
}
