// Keys of keyboards and remote controls, by what a player does on them.

// What a press means; names as browsers of televisions send them.
const MEANINGS = {
  " ": "toggle", k: "toggle", MediaPlayPause: "toggle", Enter: "ok", Select: "ok",
  MediaPlay: "play", Play: "play", MediaPause: "pause", Pause: "pause", MediaStop: "leave",
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
  MediaRewind: "back", j: "back", MediaFastForward: "forward", l: "forward",
  MediaTrackNext: "next", ChannelUp: "next", n: "next", m: "mute", AudioVolumeMute: "mute",
  c: "subtitles", Subtitle: "subtitles", f: "fullscreen",
  Escape: "leave", GoBack: "leave", BrowserBack: "leave", Backspace: "leave",
};
// Older televisions send numbers alone.
const CODES = { 10009: "leave", 461: "leave", 415: "play", 19: "pause", 413: "leave", 412: "back", 417: "forward", 10252: "toggle" };

export function meaning(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  return MEANINGS[event.key] || CODES[event.keyCode] || null;
}

// The system's own controls: lock screens, headsets, keyboards with media keys.
export function mediaSession(name, actions) {
  if (!("mediaSession" in navigator)) return () => {};
  navigator.mediaSession.metadata = new MediaMetadata({ title: name });
  for (const [action, run] of Object.entries(actions)) {
    try {
      navigator.mediaSession.setActionHandler(action, run);
    } catch {
      // This browser does not know the action.
    }
  }
  return () => {
    navigator.mediaSession.metadata = null;
    for (const action of Object.keys(actions)) navigator.mediaSession.setActionHandler(action, null);
  };
}
