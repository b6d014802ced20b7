/** What words mean that need it, beside them on their pages. */
export const help = {
  of: (word: string) => `What does “${word}” mean?`,
  runs: "Every quarter of an hour a run looks for follow-ups that have come to the next step of their policy, and tells those whom that step names. What has not changed is told to nobody again.",
  breach: "They have come to the last part of their policy, where what was agreed counts as broken. By the standard policy that is 96 hours overdue; the admins have been told.",
  manager: "Their assignee did not get to them in time, and others have been told. By the standard policy that is the manager, 48 hours overdue.",
  unroutable: "A step has come, and nobody whom it names is active or can be found: there is no manager, and no admin in their place. They are told as soon as there is somebody.",
};
