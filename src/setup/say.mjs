// How set-up talks: one line a step, rewritten while it works in a terminal and
// repeated now and then in a log, and errors that say what to do next. All of
// it goes to stderr; stdout is kept for answers, such as JupyterLab's address.

/** Something the user can put right: `message` says what is wrong, `advice` what to do. */
export class SetupError extends Error {
  constructor(message, advice = []) {
    super(message);
    this.name = "SetupError";
    this.advice = [advice].flat();
  }
}

const terminal = process.stderr.isTTY === true && process.env.TERM !== "dumb";
const color = terminal && !process.env.NO_COLOR;
const paint = (code, text) => (color ? `\x1b[${code}m${text}\x1b[0m` : text);
const QUIET_PERIOD = 20_000;
const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

export const bold = (text) => paint("1", text);
export const dim = (text) => paint("2", text);

/** The steps going on now, each a line at the bottom of the terminal. */
const going = [];
let shown = 0;
let frame = 0;
let timer;

export function say(text = "") {
  erase();
  process.stderr.write(`${text}\n`);
  draw();
}

function erase() {
  if (shown) process.stderr.write(`\x1b[${shown}F\x1b[J`);
  shown = 0;
}

function draw() {
  if (!terminal) return;
  const width = (process.stderr.columns || 80) - 10;
  for (const { title, detail, begun } of going) {
    const line = `${FRAMES[frame % FRAMES.length]} ${title}${detail && `: ${detail}`}`;
    process.stderr.write(`${line.slice(0, width)}  ${dim(seconds(begun))}\n`);
  }
  shown = going.length;
}

function tick() {
  frame++;
  erase();
  draw();
  for (const one of terminal ? [] : going) {
    if (Date.now() - one.spoken < QUIET_PERIOD) continue;
    one.spoken = Date.now();
    say(`  … ${one.title}${one.detail && `: ${one.detail}`}, ${seconds(one.begun)} so far`);
  }
}

function seconds(since) {
  const s = (Date.now() - since) / 1000;
  return s < 60 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/**
 * Announce `title` and show that it is still going until `done` or `failed`; several
 * may go at once. `detail` is what it is busy with just now.
 */
export function step(title) {
  const one = { title, detail: "", begun: Date.now(), spoken: Date.now() };
  if (!terminal) say(`· ${title}`);
  going.push(one);
  timer ??= setInterval(tick, terminal ? 120 : 1000).unref();
  const end = (mark, text) => {
    erase();
    going.splice(going.indexOf(one), 1);
    if (going.length === 0) timer = void clearInterval(timer);
    say(`${mark} ${text}  ${dim(`(${seconds(one.begun)})`)}`);
  };
  return {
    detail(text) {
      one.detail = text;
    },
    done: (text = title) => end(paint("32", "✓"), text),
    failed: () => end(paint("31", "✗"), title),
  };
}

/** Print `error` for a person: a SetupError as its message and advice, anything else in full. */
export function complain(error) {
  if (!(error instanceof SetupError)) {
    say(`\n${error?.stack ?? error}`);
    return;
  }
  say(`\n${paint("31", bold("gradlab can't go on:"))} ${error.message}`);
  for (const line of error.advice) say(`  ${line}`);
  say();
}
