// What this client itself says, in the languages that the service speaks.
import { settings } from "./api.js";
import { LIVE } from "./words-live.js";
import { PEOPLE } from "./words-people.js";

const WORDS = {
  en: {
    live: "Live", from: "From", until: "Until", preview: "Preview", nothingHere: "There is nothing here yet.",
    home: "Home", movies: "Movies", series: "Series", signIn: "Sign in", signOut: "Sign out",
    play: "Play", more: "Details", free: "Free", cast: "Cast", genres: "Genres", back: "Back",
    audio: "Audio", subtitles: "Subtitles", off: "Off", quality: "Quality", auto: "Auto",
    search: "Search", searchFor: "What are you looking for?", searchHint: "A title, somebody in it, a channel: a few letters are enough.",
    nothingFound: "Nothing found for “{query}”.", nothingFoundHint: "Fewer letters find more, and another spelling may be the one. Or look around:",
    kinds: { titles: "Movies and series", people: "People", collections: "Collections", channels: "Channels", programmes: "On television" },
    season: "Season", episodes: "episodes", episode: "Episode", email: "E-mail",
    password: "Password", cancel: "Cancel", loadMore: "Show more", pause: "Pause",
    mute: "Mute", unmute: "Unmute", fullscreen: "Full screen", seek: "Position",
    notReady: "The video is not ready. Try again in a moment.",
    notYet: "Not available to watch yet.", addToMyList: "+ My list", onMyList: "✓ On my list",
    related: "More like this", keywords: "About", studio: "Studio", opensAgain: "From {time} on.",
    roles: { director: "Director", writer: "Writer", creator: "Created by", producer: "Producer",
      composer: "Music", cinematographer: "Camera", editor: "Editor", presenter: "Presented by" },
    included: "Included in", all: "All titles", popular: "Popular", close: "Close", retry: "Try again", skip: "Skip", signInToWatch: "Sign in to watch this.",
    soundAndWords: "Audio and subtitles", back10: "Back 10 seconds", forward10: "Forward 10 seconds",
    nextEpisode: "Next episode", stay: "Not now", trailer: "Trailer", resumeAt: "Resume at {time}",
    fromStart: "Start from the beginning", pinTitle: "Enter the PIN",
    pinNote: "This is rated above what the profile may see. The PIN of a grown-up opens it.",
    tooManyTitle: "Too many screens", takeOver: "Stop it and watch here", unnamedScreen: "Another screen",
    tooManyNote: "Your plan plays on {limit} at once. Choose one that stops, and watch here.",
    skipping: { intro: "Skip intro", recap: "Skip recap" },
    problems: {
      not_ready: "The video stopped loading. Check the connection and try again.",
      player_missing: "This film is protected, and the player that can show it is not installed here: it comes with Node.js (npm) when the service starts.",
      browser_too_old: "This browser is too old for this film. Please update it.",
      no_license: "The licence for this film was refused. Press play again.",
      no_license_server: "This film is protected, and no licence server is set up for this browser.",
      no_common_codec: "This device cannot play the video.",
      taken_over: "Somebody in your household is watching on another screen now.",
      replaced: "This device has started something else.",
      expired: "It was paused for too long. Press play to go on.",
      session_ended: "This was ended. Press play to go on.",
      device_unknown: "This device was removed from your household. Please sign in again.",
      device_revoked: "This device was removed from your household. Please sign in again.",
      account_suspended: "This account is on hold. Please contact support.",
      payment_required: "There is a problem with the payment. Please check your subscription.",
      plan_required: "Your plan does not include this.",
      subscription_paused: "Your subscription is paused.",
      profile_required: "Choose who is watching first.",
      parental_pin_required: "This needs the PIN of a grown-up.",
      parental_pin_wrong: "This is not the PIN.",
      parental_pin_locked: "Too many wrong PINs. Wait a while and try again.",
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
    live: "Live", from: "Ab", until: "Bis", preview: "Vorschau", nothingHere: "Hier ist noch nichts.",
    home: "Start", movies: "Filme", series: "Serien", signIn: "Anmelden", signOut: "Abmelden",
    play: "Abspielen", more: "Details", free: "Gratis", cast: "Besetzung", genres: "Genres",
    back: "Zurück", audio: "Ton", subtitles: "Untertitel", off: "Aus", quality: "Qualität",
    search: "Suchen", searchFor: "Was suchst du?", searchHint: "Ein Titel, jemand darin, ein Sender: ein paar Buchstaben genügen.",
    nothingFound: "Nichts gefunden zu „{query}“.", nothingFoundHint: "Weniger Buchstaben finden mehr, oder es schreibt sich anders. Oder stöbere:",
    kinds: { titles: "Filme und Serien", people: "Menschen", collections: "Reihen", channels: "Sender", programmes: "Im Fernsehen" },
    auto: "Automatisch", season: "Staffel", episodes: "Folgen", episode: "Folge",
    email: "E-Mail", password: "Passwort", cancel: "Abbrechen", loadMore: "Mehr zeigen",
    pause: "Pause", mute: "Ton aus", unmute: "Ton an", fullscreen: "Vollbild",
    seek: "Position", notReady: "Das Video ist noch nicht bereit. Gleich noch einmal versuchen.",
    notYet: "Noch nicht zum Ansehen verfügbar.", addToMyList: "+ Meine Liste", onMyList: "✓ Auf meiner Liste",
    related: "Das könnte auch gefallen", keywords: "Themen", studio: "Studio", opensAgain: "Ab {time} wieder.",
    roles: { director: "Regie", writer: "Drehbuch", creator: "Idee", producer: "Produktion",
      composer: "Musik", cinematographer: "Kamera", editor: "Schnitt", presenter: "Moderation" },
    included: "Enthalten in", all: "Alle Titel", popular: "Beliebt", close: "Schließen", retry: "Noch einmal", skip: "Überspringen", signInToWatch: "Zum Ansehen bitte anmelden.",
    soundAndWords: "Ton und Untertitel", back10: "10 Sekunden zurück", forward10: "10 Sekunden vor",
    nextEpisode: "Nächste Folge", stay: "Jetzt nicht", trailer: "Trailer", resumeAt: "Weiter bei {time}",
    fromStart: "Von vorn beginnen", pinTitle: "PIN eingeben",
    pinNote: "Das ist erst für Ältere freigegeben. Die PIN eines Erwachsenen öffnet es.",
    tooManyTitle: "Zu viele Bildschirme", takeOver: "Dort beenden, hier ansehen", unnamedScreen: "Ein anderer Bildschirm",
    tooManyNote: "Dein Paket spielt auf {limit} gleichzeitig. Wähle, was enden soll.",
    skipping: { intro: "Intro überspringen", recap: "Rückblick überspringen" },
    problems: {
      not_ready: "Das Video lädt nicht weiter. Bitte die Verbindung prüfen und noch einmal versuchen.",
      player_missing: "Dieser Film ist geschützt, und der Player dafür ist hier nicht installiert: er kommt mit Node.js (npm), wenn der Dienst startet.",
      browser_too_old: "Dieser Browser ist zu alt für diesen Film. Bitte aktualisieren.",
      no_license: "Die Lizenz für diesen Film wurde verweigert. Bitte noch einmal starten.",
      no_license_server: "Dieser Film ist geschützt, und für diesen Browser ist kein Lizenzserver eingerichtet.",
      no_common_codec: "Dieses Gerät kann das Video nicht abspielen.",
      taken_over: "In deinem Haushalt wird jetzt auf einem anderen Bildschirm geschaut.",
      replaced: "Auf diesem Gerät läuft inzwischen etwas anderes.",
      expired: "Die Pause war zu lang. Zum Weiterschauen noch einmal starten.",
      session_ended: "Das wurde beendet. Zum Weiterschauen noch einmal starten.",
      device_unknown: "Dieses Gerät gehört nicht mehr zum Haushalt. Bitte neu anmelden.",
      device_revoked: "Dieses Gerät gehört nicht mehr zum Haushalt. Bitte neu anmelden.",
      account_suspended: "Dieses Konto ruht. Bitte an den Kundendienst wenden.",
      payment_required: "Mit der Zahlung stimmt etwas nicht. Bitte das Abo prüfen.",
      plan_required: "Das ist in deinem Paket nicht enthalten.",
      subscription_paused: "Dein Abo pausiert.",
      profile_required: "Bitte zuerst wählen, wer schaut.",
      parental_pin_required: "Dafür braucht es die PIN eines Erwachsenen.",
      parental_pin_wrong: "Das ist nicht die PIN.",
      parental_pin_locked: "Zu viele falsche PINs. Bitte eine Weile warten.",
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
  return WORDS[language()][name] ?? PEOPLE[language()][name] ?? LIVE[language()][name] ?? name;
}

export function explain(problem) {
  const texts = { ...LIVE[language()].problems, ...PEOPLE[language()].problems, ...WORDS[language()].problems };
  if (problem.body?.help?.includes("sign_in")) return texts.sign_in_required;
  const text = texts[problem.code] || (problem.status === 503 ? texts.unavailable : null)
    || (problem.body?.detail ?? texts.other);
  return problem.body?.until ? `${text} ${word("opensAgain").replace("{time}", moment(problem.body.until))}` : text;
}

// A time of today by the clock, any other with its day.
function moment(text) {
  const at = new Date(text);
  const day = at.toDateString() === new Date().toDateString() ? {} : { weekday: "short", day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", ...day }).format(at);
}

export function languageName(tag) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}
