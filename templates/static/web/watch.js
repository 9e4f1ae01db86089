// Watching a film, an episode or a trailer: from the first question to the next episode.
import { askResume } from "./dialogs.js";
import { openSession } from "./opening.js";
import { Player } from "./player.js";
import { busy } from "./ui.js";
import { UpNext } from "./upnext.js";
import { word } from "./words.js";

// Starts playing and returns what to call when the viewer goes elsewhere.
export async function watch(view, contentId) {
  view.replaceChildren(busy());
  const kind = new URLSearchParams(location.search).has("trailer") ? "trailer" : "main";
  const asked = { content_id: contentId, kind };
  const session = await openSession(asked);
  const time = session && await placeToStart(session);
  if (time === null) {
    history.back();
    return () => {};
  }
  return play(view, session, asked, time);
}

async function play(view, session, asked, time) {
  const { answer } = session;
  const goOn = answer.next ? () => watchNext(answer.next.content_id) : null;
  const player = new Player(view, session, {
    again: (maxHeight) => openSession({ ...asked, max_height: maxHeight }),
    facts: facts(asked, answer),
    onNext: goOn,
    onEnd: () => (goOn && !upNext.dismissed ? upNext.start() : history.back()),
  });
  const upNext = new UpNext(answer, goOn, () => player.playButton.focus());
  player.onTick = (now) => upNext.tick(now);
  player.dismiss = () => upNext.dismiss();
  const showing = player.show(time);
  player.stage.append(upNext.node);
  await showing;
  return () => {
    upNext.hide();
    return player.leave();
  };
}

// Seconds to start at; null when somebody closed the question.
async function placeToStart(session) {
  const { answer } = session;
  const position = answer.resume_position_ms / 1000;
  if (position <= 0 || history.state?.goOn) return position;
  const choice = await askResume(answer.name, position);
  if (!choice) {
    await session.end({ time: position, state: "paused" });
    return null;
  }
  return choice === "resume" ? position : 0;
}

function facts(asked, { episode }) {
  if (asked.kind === "trailer") return word("trailer");
  return episode ? `${word("season")} ${episode.season} · ${word("episode")} ${episode.number} · ${episode.name}` : "";
}

function watchNext(contentId) {
  history.replaceState({ goOn: true }, "", `/watch/${contentId}`);
  dispatchEvent(new PopStateEvent("popstate"));
}
