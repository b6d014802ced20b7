/** What other parts of the page may use of comments. */
import { later } from "@/components/later";

export { CommentEntry } from "@/features/comments/CommentEntry";
export const CommentForm = later(() => import("@/features/comments/CommentForm"));
