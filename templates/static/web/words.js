// What this client itself says, in the languages that the service speaks.
import { settings } from "./api.js";

const WORDS = {
  en: {
    home: "Home", movies: "Movies", series: "Series", signIn: "Sign in", signOut: "Sign out",
    play: "Play", more: "Details", free: "Free", cast: "Cast", genres: "Genres", back: "Back",
    audio: "Audio", subtitles: "Subtitles", off: "Off", quality: "Quality", auto: "Auto",
    season: "Season", episodes: "episodes", episode: "Episode", email: "E-mail",
    password: "Password", cancel: "Cancel", loadMore: "Show more", pause: "Pause",
    mute: "Mute", unmute: "Unmute", fullscreen: "Full screen", seek: "Position",
    notReady: "The video is not ready. Try again in a moment.",
    notYet: "Not available to watch yet.",
    roles: { director: "Director", writer: "Writer", creator: "Created by", producer: "Producer",
      composer: "Music", cinematographer: "Camera", editor: "Editor", presenter: "Presented by" },
    included: "Included in", all: "All titles", popular: "Popular", close: "Close", retry: "Try again", skip: "Skip", signInToWatch: "Sign in to watch this.",
    problems: {
      offline: "The service cannot be reached. Check the connection.",
      not_entitled: "Your plan does not include this title.",
      not_found: "This does not exist, or not here.",
      maturity_blocked: "This is not for the profile that is watching.",
      not_available_now: "This is not available here at the moment.",
      territory_blocked: "This is not available where you are.",
      outside_viewing_hours: "This profile does not watch at this hour.",
      wrong_credentials: "The e-mail address or the password is not right.",
      rate_limited: "Too many attempts. Wait a moment and try again.",
      concurrent_stream_limit: "Too many screens are watching on this account.",
      unavailable: "The service is busy. Try again in a moment.",
      not_playable: "The video is being prepared. Try again in a moment.",
      other: "That did not work. Try again.",
    },
  },
  de: {
    home: "Start", movies: "Filme", series: "Serien", signIn: "Anmelden", signOut: "Abmelden",
    play: "Abspielen", more: "Details", free: "Gratis", cast: "Besetzung", genres: "Genres",
    back: "Zurück", audio: "Ton", subtitles: "Untertitel", off: "Aus", quality: "Qualität",
    auto: "Automatisch", season: "Staffel", episodes: "Folgen", episode: "Folge",
    email: "E-Mail", password: "Passwort", cancel: "Abbrechen", loadMore: "Mehr zeigen",
    pause: "Pause", mute: "Ton aus", unmute: "Ton an", fullscreen: "Vollbild",
    seek: "Position", notReady: "Das Video ist noch nicht bereit. Gleich noch einmal versuchen.",
    notYet: "Noch nicht zum Ansehen verfügbar.",
    roles: { director: "Regie", writer: "Drehbuch", creator: "Idee", producer: "Produktion",
      composer: "Musik", cinematographer: "Kamera", editor: "Schnitt", presenter: "Moderation" },
    included: "Enthalten in", all: "Alle Titel", popular: "Beliebt", close: "Schließen", retry: "Noch einmal", skip: "Überspringen", signInToWatch: "Zum Ansehen bitte anmelden.",
    problems: {
      offline: "Der Dienst ist nicht erreichbar. Bitte die Verbindung prüfen.",
      not_entitled: "Dieser Titel ist in deinem Paket nicht enthalten.",
      not_found: "Das gibt es nicht, oder nicht hier.",
      maturity_blocked: "Das ist nichts für das Profil, das gerade schaut.",
      not_available_now: "Das ist hier zurzeit nicht zu sehen.",
      territory_blocked: "Das ist dort, wo du bist, nicht zu sehen.",
      outside_viewing_hours: "Dieses Profil schaut zu dieser Zeit nicht.",
      wrong_credentials: "E-Mail-Adresse oder Passwort stimmt nicht.",
      rate_limited: "Zu viele Versuche. Bitte kurz warten.",
      concurrent_stream_limit: "Auf diesem Konto schauen schon zu viele Geräte.",
      unavailable: "Der Dienst ist ausgelastet. Bitte gleich noch einmal.",
      not_playable: "Das Video wird vorbereitet. Gleich noch einmal versuchen.",
      other: "Das hat nicht geklappt. Bitte noch einmal versuchen.",
    },
  },
};

export const LANGUAGES = Object.keys(WORDS);

export function language() {
  return LANGUAGES.includes(settings.language) ? settings.language : "en";
}

export function word(name) {
  return WORDS[language()][name] ?? name;
}

export function explain(problem) {
  const texts = WORDS[language()].problems;
  if (problem.body?.help?.includes("sign_in")) return texts.sign_in_required;
  return texts[problem.code] || (problem.status === 503 ? texts.unavailable : null)
    || (problem.body?.detail ?? texts.other);
}

export function languageName(tag) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}
