import { Suspense } from "react";
import {
  AssignDialog,
  assignRequest,
  CompleteDialog,
  completionRequest,
  FollowUpForm,
  formRequest,
  HoldDialog,
  holdRequest,
  loadAssignDialog,
  loadCompleteDialog,
  loadFollowUpForm,
  loadMoveDialog,
  MoveDialog,
  moveRequest,
} from "@/features/followups";

export function loadFollowUpDialogs(): Promise<unknown> {
  return Promise.all([loadFollowUpForm(), loadCompleteDialog(), loadMoveDialog(), loadAssignDialog()]);
}

/** What any part of the page may ask about a follow-up. */
export function FollowUpDialogs() {
  const form = formRequest.use();
  const completing = completionRequest.use();
  const moving = moveRequest.use();
  const assigning = assignRequest.use();
  const holding = holdRequest.use();
  return (
    <>
      <Suspense>{form && <FollowUpForm request={form} />}</Suspense>
      <Suspense>{completing && <CompleteDialog followUp={completing} />}</Suspense>
      <Suspense>{moving && <MoveDialog key={moving.dueAt} request={moving} />}</Suspense>
      <Suspense>{assigning && <AssignDialog followUp={assigning} />}</Suspense>
      <Suspense>{holding && <HoldDialog request={holding} />}</Suspense>
    </>
  );
}
