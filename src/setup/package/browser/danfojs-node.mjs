// Data frames run under Node only; in a browser `danfo()` says so.
throw new Error(
  "Data frames need danfojs-node, which runs under Node only. In a browser use parseCsv, which gives columns.",
);
