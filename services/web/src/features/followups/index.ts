/** What other parts of the page may use of follow-ups. */
import { lazy } from "react";
import { later, laterDialog } from "@/components/later";

export { BulkBar } from "@/features/followups/BulkBar";
export { CompleteButton } from "@/features/followups/CompleteButton";
export { PriorityMark, RowFacts } from "@/features/followups/Facts";
export { FollowUpRow } from "@/features/followups/FollowUpRow";
export { RowMenu } from "@/features/followups/RowMenu";
export { SelectionProvider, useListed, useSelection } from "@/features/followups/SelectionProvider";
export { SelectToggle } from "@/features/followups/SelectToggle";
export { WhoFilter } from "@/features/followups/WhoFilter";
export { known, refreshLists } from "@/features/followups/cache";
export { logRequest } from "@/features/followups/logging";
export { assignRequest } from "@/features/followups/assigning";
export { moveRequest, openMove } from "@/features/followups/rescheduling";
export { completionRequest, openCompletion } from "@/features/followups/completion";
export { useComplete } from "@/features/followups/mutations";
export { keepTyping, takeEnter, takeTyped } from "@/features/followups/typedAhead";
export { apiWorth, typedWorth, whoIn, worthIn } from "@/features/followups/filters";
export { noMoney, PRIORITIES, TAG_LENGTH } from "@/features/followups/facts";
export { SubjectField } from "@/features/followups/SubjectField";
export { formRequest, openForm } from "@/features/followups/formRequest";
export { holdRequest, openHold, useHold } from "@/features/followups/holding";
export { TO_FIRST_ROW } from "@/features/followups/firstRow";
export { savedViewsQuery } from "@/features/followups/savedViews";
export { viewOf } from "@/features/followups/sections";

export const FollowUpForm = laterDialog(() => import("@/features/followups/FollowUpForm"));
export const CompleteDialog = laterDialog(() => import("@/features/followups/CompleteDialog"));
export const HoldDialog = laterDialog(() => import("@/features/followups/HoldDialog"));
/** With it comes what typed amounts need: too much for the first load. */
export const WorthFields = lazy(() => import("@/features/followups/WorthFields").then(({ WorthFields }) => ({ default: WorthFields })));
export const MoveDialog = laterDialog(() => import("@/features/followups/MoveDialog"));
export const AssignDialog = later(() => import("@/features/followups/AssignDialog"));
export const LogDialog = later(() => import("@/features/followups/LogDialog"));
export const StoryEntries = lazy(() => import("@/features/followups/StoryEntries"));
