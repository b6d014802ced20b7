/** What other parts of the page may use of sweeps. */
export { SweepStatus } from "@/features/sweeps/SweepStatus";
export { sweepsQuery } from "@/features/sweeps/sweeps";
