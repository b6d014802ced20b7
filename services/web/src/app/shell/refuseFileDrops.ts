/**
 * Keep a file that is dropped where no file is asked for from replacing the page, and all that is typed on it.
 *
 * @returns lets it again
 */
export function refuseFileDrops(): () => void {
  function refuse(event: DragEvent) {
    // Somebody takes it, or it is text on its way into a field.
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  }
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
  return () => {
    window.removeEventListener("dragover", refuse);
    window.removeEventListener("drop", refuse);
  };
}
