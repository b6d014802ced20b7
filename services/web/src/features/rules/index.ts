export { MyRules } from "@/features/rules/MyRules";
