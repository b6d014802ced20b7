/** What other parts of the page may use of hand-overs. */
export { HandOverButton, HandOverDialog } from "@/features/handovers/HandOverButton";
export { RecentHandOvers } from "@/features/handovers/RecentHandOvers";
