// What this browser can show, as play wants to know it.

const SYSTEMS = [
  ["fairplay", "com.apple.fps"],
  ["playready", "com.microsoft.playready.recommendation"],
  ["widevine", "com.widevine.alpha"],
  ["clearkey", "org.w3.clearkey"],
];
const VIDEO = 'video/mp4; codecs="avc1.42E01E"';
const CODECS = { avc1: VIDEO, hvc1: 'video/mp4; codecs="hvc1.1.6.L93.B0"', av01: 'video/mp4; codecs="av01.0.04M.08"' };

let known = null;

export function device() {
  known ??= describe();
  return known;
}

async function describe() {
  const system = await keySystem();
  return { platform: "web", ...(system ? { drm: { system } } : {}) };
}

// The codecs that this browser says it plays.
export function codecs() {
  const video = document.createElement("video");
  return Object.entries(CODECS).filter(([, type]) => video.canPlayType(type)).map(([name]) => name);
}

// The ranges beside SDR that its screen can show.
export function ranges() {
  return matchMedia("(dynamic-range: high)").matches ? ["pq", "hlg"] : [];
}

export function playsHls() {
  return document.createElement("video").canPlayType("application/vnd.apple.mpegurl") !== "";
}

// Key systems exist on secure pages only: https, or this machine itself.
async function keySystem() {
  if (!navigator.requestMediaKeySystemAccess) return null;
  const wanted = [{
    initDataTypes: ["cenc", "sinf", "skd"],
    videoCapabilities: [{ contentType: VIDEO, encryptionScheme: "cbcs" }],
  }];
  for (const [name, id] of SYSTEMS) {
    const access = await navigator.requestMediaKeySystemAccess(id, wanted).catch(() => null);
    if (access) return name;
  }
  return null;
}
