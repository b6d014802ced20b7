/** What other parts of the page may use of being told in browsers. */
export { Browsers } from "@/features/push/Browsers";
