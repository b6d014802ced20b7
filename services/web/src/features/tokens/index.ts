/** What other parts of the page may use of API tokens. */
export { TokenTable } from "@/features/tokens/TokenTable";
