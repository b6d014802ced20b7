import {
  AssignDialog,
  assignRequest,
  CompleteDialog,
  completionRequest,
  FollowUpForm,
  formRequest,
  HoldDialog,
  holdRequest,
  MoveDialog,
  moveRequest,
} from "@/features/followups";

/** What any part of the page may ask about a follow-up. */
export function FollowUpDialogs() {
  const form = formRequest.use();
  const completing = completionRequest.use();
  const moving = moveRequest.use();
  const assigning = assignRequest.use();
  const holding = holdRequest.use();
  return (
    <>
      {form && <FollowUpForm request={form} />}
      {completing && <CompleteDialog followUp={completing} />}
      {moving && <MoveDialog key={moving.dueAt} request={moving} />}
      {assigning && <AssignDialog followUp={assigning} />}
      {holding && <HoldDialog request={holding} />}
    </>
  );
}
