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

export const bold = (text) => paint("1", text);
export const dim = (text) => paint("2", text);

export function say(text = "") {
  process.stderr.write(`${text}\n`);
}

function seconds(since) {
  const s = (Date.now() - since) / 1000;
  return s < 60 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/**
 * Announce `title` and show that it is still going until `done` or `failed`.
 * `detail` is what it is busy with just now.
 */
export function step(title) {
  const begun = Date.now();
  let detail = "";
  let spoken = begun;
  const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  let frame = 0;
  const show = () => {
    if (terminal) {
      const width = process.stderr.columns ?? 80;
      const line = `${frames[frame++ % frames.length]} ${title}  ${detail}`.slice(0, width - 10);
      process.stderr.write(`\r\x1b[2K${line}  ${dim(seconds(begun))}`);
    } else if (Date.now() - spoken >= QUIET_PERIOD) {
      spoken = Date.now();
      say(`  … ${detail || title}, ${seconds(begun)} so far`);
    }
  };
  if (!terminal) say(`· ${title}`);
  show();
  const timer = setInterval(show, terminal ? 120 : 1000);
  timer.unref();
  const end = (mark, text) => {
    clearInterval(timer);
    if (terminal) process.stderr.write("\r\x1b[2K");
    say(`${mark} ${text}  ${dim(`(${seconds(begun)})`)}`);
  };
  return {
    detail(text) {
      detail = text;
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
