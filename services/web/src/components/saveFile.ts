/** Browsers begin a download some time after it was asked for. */
const KEPT_MS = 60_000;

/** Let the browser keep a file. @param name of the file */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
