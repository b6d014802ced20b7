export { NewPolicy as Component } from "@/features/policies/PolicyPage";
