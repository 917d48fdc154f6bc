/** Install the exporter into the virtual environment `venv`; says whether anything had to be written. */
export function installExporter(venv: string): boolean;
