// What this client says about live television.

export const LIVE = {
  en: {
    liveTv: "Live TV", live: "Live", toLive: "Go to live", restart: "From the start", watchNow: "Watch live",
    catchUp: "Watch", today: "Today", tomorrow: "Tomorrow", yesterday: "Yesterday", now: "Now", next: "Next",
    allChannels: "All", noGuide: "Nothing is known about this time.", channelUp: "Next channel", channelDown: "Channel before",
    switchTo: "Watch another channel", untilTime: "until", keptUntil: "Can be watched until", notStarted: "Starts at",
    catchupGone: "Not kept any longer.", previousDay: "Day before", nextDay: "Day after", guide: "Guide", channels: "Channels", groups: "Groups of channels",
    goToChannel: "Go to channel", noChannel: "There is no such channel.",
    problems: {
      blackout: "This cannot be shown here at the moment.",
      catchup_expired: "This programme is not kept any longer.",
      catchup_not_allowed: "This programme cannot be watched afterwards.",
      start_over_not_allowed: "This programme cannot be played from its start.",
      programme_ended: "This programme is over.",
      programme_not_started: "This programme has not started yet.",
    },
  },
  de: {
    liveTv: "Live-TV", live: "Live", toLive: "Zu Live", restart: "Von vorn", watchNow: "Live ansehen",
    catchUp: "Ansehen", today: "Heute", tomorrow: "Morgen", yesterday: "Gestern", now: "Jetzt", next: "Danach",
    allChannels: "Alle", noGuide: "Zu dieser Zeit ist nichts bekannt.", channelUp: "Nächster Sender", channelDown: "Sender davor",
    switchTo: "Einen anderen Sender ansehen", untilTime: "bis", keptUntil: "Zu sehen bis", notStarted: "Beginnt um",
    catchupGone: "Nicht mehr verfügbar.", previousDay: "Tag davor", nextDay: "Tag danach", guide: "Programm", channels: "Sender", groups: "Gruppen von Sendern",
    goToChannel: "Zum Sender", noChannel: "Diesen Sender gibt es nicht.",
    problems: {
      blackout: "Das darf hier zurzeit nicht gezeigt werden.",
      catchup_expired: "Diese Sendung ist nicht mehr verfügbar.",
      catchup_not_allowed: "Diese Sendung kann nicht nachträglich angesehen werden.",
      start_over_not_allowed: "Diese Sendung kann nicht von vorn angesehen werden.",
      programme_ended: "Diese Sendung ist vorbei.",
      programme_not_started: "Diese Sendung hat noch nicht begonnen.",
    },
  },
};
