// The sound that somebody chose last: it is meant for the next film too.

const STORE = "stream.sound";

export function rememberSound({ language, label }) {
  localStorage.setItem(STORE, JSON.stringify({ language, label: label || "" }));
}

// `{language, label}` of that time, or null.
export function rememberedSound() {
  try {
    return JSON.parse(localStorage.getItem(STORE));
  } catch {
    return null;
  }
}
