// From "I want to watch this" to a session: what stands in the way is asked about.
import { personal, signIn } from "./api.js";
import { askTakeOver } from "./dialogs.js";
import { askPin } from "./questions.js";
import { Session } from "./session.js";
import { askToSignIn } from "./signin.js";
import { word } from "./words.js";

// A session for `asked` (the body of play), or null when somebody would rather not.
export async function openSession(asked) {
  for (let more = {}; ;) {
    try {
      return await Session.start({ ...asked, ...more });
    } catch (problem) {
      const answer = await overcome(problem);
      if (!answer) return null;
      more = { ...more, ...answer };
    }
  }
}

// What to add to the next try; null when somebody gave up, and the problem when nothing helps.
async function overcome(problem) {
  const help = problem.body?.help || [];
  if (problem.status === 401 && !signIn()) {
    return await askToSignIn(word("signInToWatch")) ? {} : null;
  }
  if (problem.code === "concurrent_stream_limit") {
    const token = await askTakeOver(problem.body);
    return token && { take_over: token };
  }
  if (help.includes("pin")) return askForProof();
  throw problem;
}

// The PIN of a grown-up, as the proof that play takes; null when nobody gave it.
async function askForProof() {
  let proof = null;
  const act = async (pin) => {
    proof = await personal("/v1/me/pin-proof", { method: "POST", body: { pin } });
  };
  await askPin({ title: word("pinTitle"), note: word("pinNote"), act });
  return proof && { pin_proof: proof.pin_proof };
}
