/** How long each text of a request may be. Generated from the API's document, see `npm run generate`. */
export const BulkChange = { reason: 500 } as const;
export const BulkDiscard = { type: 200, note: 1000 } as const;
export const BulkFilter = { q: 200 } as const;
export const BulkReplay = { type: 200 } as const;
export const Discard = { note: 1000 } as const;
export const FollowUpCreate = { title: 200, notes: 10000, external_id: 200 } as const;
export const FollowUpPatch = { title: 200, notes: 10000, external_id: 200, reason: 500 } as const;
export const LogIn = { email: 254, password: 200 } as const;
export const MeChanges = { name: 200, time_zone: 64 } as const;
export const NewToken = { name: 200 } as const;
export const NewUser = { email: 254, name: 200, time_zone: 64, password: 200 } as const;
export const PasswordChange = { current_password: 200, new_password: 200 } as const;
export const Proof = { password: 200 } as const;
export const SubjectCreate = { name: 200, external_id: 200, url: 2000 } as const;
export const SubjectInput = { external_id: 200, name: 200, url: 2000 } as const;
export const SubjectPatch = { name: 200, external_id: 200, url: 2000 } as const;
export const UserChanges = { email: 254, name: 200, time_zone: 64, password: 200 } as const;
