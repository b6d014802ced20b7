/** Names for what the API says and takes; generated from its OpenAPI document, see `npm run generate`. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type LogInOptions = Schemas["LogInOptions"];
export type Me = Schemas["Me"];
export type CalendarFeed = Schemas["CalendarFeed"];
export type NewCalendarFeed = Schemas["NewCalendarFeed"];
export type Browser = Schemas["Browser"];
export type Session = Schemas["Session"];
export type NotificationRules = Schemas["NotificationRules"];
export type NotificationRule = Schemas["NotificationRule"];
export type CompanyRules = Schemas["CompanyRules"];
export type RuleMode = NotificationRule["mode"];
export type Day = Schemas["Day"];
export type DayMode = Day["mode"];
export type Permission = Schemas["Permission"];
export type User = Schemas["User"];
export type NotYetIn = Schemas["NotYetIn"];
export type PasswordLink = Schemas["PasswordLink"];
export type UserChanges = Schemas["UserChanges"];
export type Role = User["role"];
export type PersonName = Schemas["PersonName"];

export type FollowUp = Schemas["FollowUp"];
export type FollowUpDetail = Schemas["FollowUpDetail"];
/** One on its own page; from a list, its policy and what comes next are not known yet. */
export type ShownFollowUp = FollowUp & Partial<Pick<FollowUpDetail, "policy" | "next_step">>;
export type FollowUpPolicy = Schemas["FollowUpPolicy"];
export type Priority = FollowUp["priority"];
export type Kind = Schemas["Choice"];
export type Team = Schemas["Team"];
export type View = Schemas["View"];
export type FollowUpCalendar = Schemas["FollowUpCalendar"];
export type FollowUpDay = Schemas["FollowUpDay"];
export type FollowUpCounts = Schemas["FollowUpCounts"];
export type CountedView = FollowUpCounts["at_least"][number];
export type Repeats = Schemas["Repeats"];
export type Series = Schemas["Series"];
export type SeriesPatch = Schemas["SeriesPatch"];
export type FollowUpCreate = Schemas["FollowUpCreate"];
export type FollowUpPatch = Schemas["FollowUpPatch"];
export type DeletedFollowUp = Schemas["DeletedFollowUp"];
export type HoldPresets = Schemas["HoldPresets"];
export type HoldShown = Schemas["HoldShown"];
export type Completion = Schemas["Completion"];
export type NextFollowUpBody = Schemas["NextFollowUp"];
export type Choice = Schemas["Choice"];
export type Sequence = Schemas["Sequence"];
export type SequenceCreate = Schemas["SequenceCreate"];
export type Enrolment = Schemas["Enrolment"];
export type EnrolmentStep = Schemas["EnrolmentStep"];
export type SavedView = Schemas["SavedView"];
export type SavedViewCreate = Schemas["SavedViewCreate"];
export type SavedFilters = SavedView["filters"];
export type SavedFiltersInput = SavedViewCreate["filters"];
export type Preset = Schemas["Preset"];
export type BulkChange = Schemas["BulkChange"];
export type NextOfEach = Schemas["NextOfEach"];
export type BulkFilter = Schemas["BulkFilter"];
export type BulkResult = Schemas["BulkResult"];
export type Activity = Schemas["Activity"];
export type Comment = Schemas["Comment"];
export type StoryEntry = Schemas["StoryEntry"];
export type LogEntry = Schemas["LogEntry"];
export type ActivityEscalation = Schemas["ActivityEscalation"];

export type Subject = Schemas["Subject"];
export type SubjectRef = Schemas["SubjectRef"];
export type SubjectDetails = Schemas["SubjectDetails"];
export type SubjectChange = Schemas["SubjectChange"];
export type SubjectMerge = Schemas["SubjectMerge"];
export type SubjectMergeInput = Schemas["SubjectMergeInput"];
export type SubjectPatch = Schemas["SubjectPatch"];
export type SubjectInput = Schemas["SubjectInput"];

export type Escalation = Schemas["EscalatedFollowUp"];
export type EscalationCounts = Schemas["EscalationCounts"];
export type Absence = Schemas["Absence"];
export type Away = Schemas["Away"];
export type HandOver = Schemas["HandOver"];
export type HandOverInput = Schemas["HandOverInput"];
export type OpenWork = Schemas["OpenWork"];
export type OpenWorkFilter = Schemas["OpenWorkFilter"];
export type Notification = Schemas["Notification"];
export type UnreadCount = Schemas["UnreadCount"];

export type Sweep = Schemas["Sweep"];
export type SweepProgress = Schemas["SweepProgress"];
export type ImportPreview = Schemas["ImportPreview"];
export type ImportResult = Schemas["ImportResult"];
export type Token = Schemas["Token"];
export type Scope = Schemas["Scope"];
export type CreatedToken = Schemas["CreatedToken"];

/** From which policy to which so many follow-ups would move. */
export interface PolicyMove {
  from: PolicySide;
  to: PolicySide;
  follow_ups: number;
}

interface PolicySide {
  policy: string;
  version: number;
}

export type Calendar = Schemas["Calendar"];
export type Policy = Schemas["Policy"];
export type PolicyDetail = Schemas["PolicyDetail"];
export type Simulation = Schemas["Simulation"];
export type Replay = Schemas["Replay"];
export type PolicyInput = Schemas["PolicyInput"];
export type LadderInput = Schemas["LadderInput"];
export type Coming = Schemas["Coming"];
export type PolicyVersion = Schemas["PolicyVersion"];
export type PastVersion = Schemas["PastVersion"];
export type CalendarPreview = Schemas["CalendarPreview"];
export type CalendarInput = Schemas["CalendarInput"];

export type ChannelInfo = Schemas["ChannelInfo"];
export type Destination = Schemas["Destination"];
export type DestinationState = Destination["state"];
export type NewDestination = Schemas["NewDestination"];
export type OwnChannel = NewDestination["channel"];
export type Webhook = Schemas["Webhook"];
export type NewWebhook = Schemas["NewWebhook"];
export type WebhookPatch = Schemas["WebhookPatch"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type WebhookDeliveryDetail = Schemas["WebhookDeliveryDetail"];
export type EventType = Webhook["event_types"][number];

export type Queues = Schemas["Queues"];
export type ServiceQueues = Schemas["ServiceQueues"];
export type QueueState = Schemas["QueueState"];
export type DeliveriesSummary = Schemas["DeliveriesSummary"];
export type OpsDelivery = Schemas["OpsDelivery"];
export type Outbox = Schemas["Outbox"];
export type SelfAudit = Schemas["SelfAudit"];
export type Finding = Schemas["Finding"];
export type DeadLetter = Schemas["DeadLetter"];
export type DeadLetterDetail = Schemas["DeadLetterDetail"];
export type DeadLettersDone = Schemas["DeadLettersDone"];
export type AuditEntry = Schemas["AuditEntry"];
