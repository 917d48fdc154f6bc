// A corpus entry: cells that are run one after the other in a fresh session.
export interface Sequence {
  name: string;
  cells: string[];
}

/** What running one cell gave. */
export interface Ran {
  ok: boolean;
  /** Everything printed, the shown value included. */
  text: string;
  /** Why it failed, for reports. */
  error?: string;
}
