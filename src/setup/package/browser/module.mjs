// node:module where nothing can be required: the typesetter and the drawing of figures as files run under Node.
export const createRequire = () => (name) => {
  throw new Error(
    `This needs ${name.split("/", name.startsWith("@") ? 2 : 1).join("/")}, which gradlab loads under Node only. ` +
      "In a browser, show formulas and figures with the page's own MathJax and plotly.js.",
  );
};
