// One official SDK, which is told by lines of JSON what to do, and tells what it saw by such lines:
// an `answer`, `piece`s of a stream, `vectors`, an `error`; then `done`. "leave" cancels what is
// being asked.
import { createInterface } from "node:readline";

const [script, host, key, patience] = process.argv.slice(2);
const { opened, complaint } = await import(`./${script}.mjs`);
const sdk = opened(host, key, patience === "patient");
let leaving = new AbortController();

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

const verbs = {
  async ask(question) {
    say({ answer: await sdk.ask(question) });
  },
  async stream(question) {
    for await (const piece of sdk.stream(question, leaving.signal)) {
      say({ piece });
    }
  },
  async embed(question) {
    say({ vectors: await sdk.embed(question) });
  },
};

async function hear(line) {
  const { verb, ...question } = JSON.parse(line);
  if (verb === "leave") {
    leaving.abort();
    return;
  }
  leaving = new AbortController();
  try {
    await verbs[verb](question);
  } catch (error) {
    say({ error: { name: error.constructor.name, status: error.status, ...complaint(error) } });
  }
  say({ done: true });
}

createInterface({ input: process.stdin })
  .on("line", hear)
  .on("close", () => process.exit());
