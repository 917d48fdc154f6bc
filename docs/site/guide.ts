/**
 * The pages of the guide, in the order in which they are read, and the READMEs shown beside the reference.
 */

export interface GuidePage {
  file: string;
  href: string;
  /** In the menu; absent for pages that only links lead to. */
  title: string;
  inMenu: boolean;
}

const page = (name: string, title: string): GuidePage => ({
  file: `docs/${name}.md`,
  href: `${name === "README" ? "index" : name}.html`,
  title,
  inMenu: true,
});

export const guidePages: GuidePage[] = [
  page("README", "Start here"),
  page("tensors", "Tensors"),
  page("autodiff", "Autodiff"),
  page("derive", "Derive and claim"),
  page("mixtures", "Mixtures"),
  page("training", "Training fast"),
  page("kernel", "The kernel"),
  page("run-sweep-export", "Run, sweep, export"),
  page("from-pytorch", "From PyTorch"),
  page("from-tslab", "From tslab and Deno"),
];

/** A room's README as a page. */
export const aboutPage = (room: string): GuidePage => ({
  file: `src/${room}/README.md`,
  href: `about-${room}.html`,
  title: `About ${room}`,
  inMenu: false,
});
