// What the kernel tells the language server about itself: which answers it can use, and its settings.

/** `autoImports`: whether names are offered that must be imported first. */
export function settings(autoImports: boolean): Record<string, unknown> {
  const preferences = {
    suggest: { autoImports, includeCompletionsForImportStatements: true },
    preferences: { quoteStyle: "double", importModuleSpecifier: "shortest" },
    // Never fetch packages of types on its own account.
    disableAutomaticTypeAcquisition: true,
    tsserver: { automaticTypeAcquisition: { enabled: false } },
  };
  return { "js/ts": preferences, typescript: preferences, javascript: preferences };
}

/** No log of its every step, and no diagnostics but those that are asked for: both cost it time at each change. */
export const QUIET = { logVerbosity: 0, disablePushDiagnostics: true };

export const CAPABILITIES = {
  workspace: { configuration: true },
  textDocument: {
    diagnostic: { relatedDocumentSupport: false },
    completion: {
      completionItem: {
        documentationFormat: ["markdown"],
        labelDetailsSupport: true,
        resolveSupport: { properties: ["detail", "documentation", "additionalTextEdits"] },
      },
      completionList: { itemDefaults: ["editRange"] },
    },
    hover: { contentFormat: ["markdown"] },
    signatureHelp: {
      signatureInformation: {
        documentationFormat: ["markdown"],
        parameterInformation: { labelOffsetSupport: true },
        activeParameterSupport: true,
      },
    },
  },
};
