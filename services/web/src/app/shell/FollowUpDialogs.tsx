import {
  AssignDialog,
  assignRequest,
  CompleteDialog,
  completionRequest,
  FollowUpForm,
  formRequest,
  HoldDialog,
  holdRequest,
  LogDialog,
  logRequest,
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
  const logging = logRequest.use();
  return (
    <>
      {form && <FollowUpForm request={form} />}
      {completing && <CompleteDialog followUp={completing} />}
      {moving && <MoveDialog key={`${moving.dueAt} ${moving.newer?.etag}`} request={moving} />}
      {assigning && <AssignDialog followUp={assigning} />}
      {holding && <HoldDialog request={holding} />}
      {logging && <LogDialog followUps={[logging]} close={() => logRequest.set(null)} />}
    </>
  );
}
