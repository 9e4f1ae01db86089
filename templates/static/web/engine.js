// What plays a stream: the browser itself, or shaka-player where the browser cannot.
import { personal, signIn } from "./api.js";
import { playsHls } from "./device.js";
import { rememberSound, rememberedSound } from "./sounds.js";

// The player that suits an answer: `{load, heights, chooseHeight, sounds, chooseSound, end}`.
// `chooseHeight` is null where a height needs a session of its own.
export function engineFor(video, session) {
  const { drm, live, audio_tracks: sounds } = session.answer;
  const natively = playsHls() && session.manifest("hls") && !drm;
  const better = shakaUrl() && (live || (sounds || []).length > 1) && !/^((?!chrom).)*safari/i.test(navigator.userAgent);
  return natively && !better ? new Native(video, session) : new Shaka(video, session);
}

export class CannotPlay extends Error {
  constructor(code) {
    super(code);
    this.code = code;
    this.body = {};
  }
}

// The browser plays HLS by itself and chooses the quality.
class Native {
  constructor(video, session) {
    Object.assign(this, { video, session, chooseHeight: null, offered: [] });
  }

  async load(time, onError) {
    const { video } = this;
    this.onError = () => onError(new CannotPlay("not_ready"));
    video.addEventListener("error", this.onError);
    video.addEventListener("loadedmetadata", () => {
      if (time > 0) video.currentTime = time;
      this.restoreSound();
    }, { once: true });
    video.src = this.session.manifest("hls");
    this.offered = await heights(video.src);
  }

  heights() {
    return this.offered;
  }

  // Safari has them, other browsers do not.
  sounds() {
    return [...(this.video.audioTracks || [])].map((track) => (
      { language: track.language, label: track.label, active: track.enabled, track }));
  }

  chooseSound(sound) {
    rememberSound(sound);
    this.hear(sound);
  }

  hear({ track }) {
    for (const each of this.video.audioTracks) each.enabled = each === track;
  }

  restoreSound() {
    const offered = this.sounds();
    const fits = ({ language, label = "" }) => offered.find(
      (sound) => sound.language === language && (!label || sound.label === label));
    const found = preferences().map(fits).find(Boolean);
    if (found && !found.active) this.hear(found);
  }

  end() {
    this.video.removeEventListener("error", this.onError);
    this.video.removeAttribute("src");
    this.video.load();
  }
}

// shaka-player: encrypted video, several sounds, and browsers that know no HLS.
class Shaka {
  constructor(video, session) {
    Object.assign(this, { video, session, player: null });
  }

  async load(time, onError) {
    const { shaka } = await shakaLoaded();
    shaka.polyfill.installAll();
    if (!shaka.Player.isBrowserSupported()) throw new CannotPlay("browser_too_old");
    this.player = new shaka.Player();
    await this.player.attach(this.video);
    this.player.addEventListener("error", (event) => onError(said(event.detail)));
    this.configure(shaka);
    try {
      await this.player.load(this.session.manifest("dash", "hls"), time > 0 ? time : null);
    } catch (error) {
      throw said(error);
    }
  }

  configure(shaka) {
    const { drm } = this.session.answer;
    this.player.configure({
      abr: { enabled: true },
      streaming: { bufferingGoal: 30, rebufferingGoal: 1 },
      preferredAudio: preferences(),
      ...(drm ? { drm: protection(drm) } : {}),
    });
    if (!drm) return;
    if (!drm.license_url) throw new CannotPlay("no_license_server");
    const licence = shaka.net.NetworkingEngine.RequestType.LICENSE;
    this.player.getNetworkingEngine().registerRequestFilter(async (type, request) => {
      if (type !== licence) return;
      // Any personal call renews a sign-in that has run out; then its token is good.
      if (signIn()) await personal("/v1/me").catch(() => null);
      Object.assign(request.headers, this.session.answer.drm.headers);
      const token = signIn()?.access_token;
      if (token && request.uris.every(ours)) request.headers.Authorization = `Bearer ${token}`;
      if (drm.system === "clearkey") request.headers["Content-Type"] = "application/json";
    });
  }

  heights() {
    const found = new Set(this.player?.getVariantTracks().map((track) => track.height));
    return [...found].filter(Boolean).sort((one, other) => other - one);
  }

  // Seen at once: what was loaded in another height is thrown away. 0 lets the network decide.
  chooseHeight(height) {
    const { player } = this;
    player.configure({ abr: { enabled: !height } });
    const tracks = player.getVariantTracks();
    const now = tracks.find((track) => track.active);
    const [best] = tracks
      .filter((track) => track.height === height && track.audioId === now?.audioId)
      .sort((one, other) => other.bandwidth - one.bandwidth);
    if (best) player.selectVariantTrack(best, true);
  }

  sounds() {
    return this.player?.getAudioTracks() || [];
  }

  // Where a live picture can be moved to, in the time of the video.
  seekable() {
    const range = this.player?.seekRange();
    return range && range.end > range.start ? range : null;
  }

  chooseSound(sound) {
    rememberSound(sound);
    this.player.selectAudioTrack(sound);
  }

  async end() {
    const { player } = this;
    this.player = null;
    await player?.destroy();
  }
}

const KEY_SYSTEMS = {
  clearkey: "org.w3.clearkey", widevine: "com.widevine.alpha",
  playready: "com.microsoft.playready", fairplay: "com.apple.fps",
};

// Where a system gets its licences, and the certificate that FairPlay asks for first.
function protection({ system, license_url: server, certificate_url: certificate }) {
  const name = KEY_SYSTEMS[system];
  const advanced = certificate ? { [name]: { serverCertificateUri: certificate } } : {};
  return { servers: { [name]: server || "" }, advanced };
}

// The sound of last time: the very same, or at least its language.
function preferences() {
  const { language, label } = rememberedSound() || {};
  return language ? [{ language, label }, { language }] : [];
}

function ours(uri) {
  return new URL(uri, location.href).origin === location.origin;
}

// An error of shaka-player in our words: 6 is its category of keys and licences.
function said(error) {
  if (error instanceof CannotPlay) return error;
  return new CannotPlay(error?.category === 6 ? "no_license" : "not_ready");
}

function shakaUrl() {
  return document.querySelector("meta[name=shaka-player]")?.content || "";
}

let loading = null;

function shakaLoaded() {
  const url = shakaUrl();
  if (!url) throw new CannotPlay("player_missing");
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", () => resolve(window));
    script.addEventListener("error", () => { loading = null; reject(new CannotPlay("player_missing")); });
    document.head.append(script);
  });
  return loading;
}

// The heights that a multivariant playlist offers, tallest first.
async function heights(manifest) {
  const response = await fetch(manifest).catch(() => null);
  if (!response?.ok) return [];
  const found = (await response.text()).matchAll(/#EXT-X-STREAM-INF:[^\n]*RESOLUTION=\d+x(\d+)/g);
  return [...new Set([...found].map((match) => Number(match[1])))].sort((one, other) => other - one);
}
