import { useState } from "react";

/**
 * The `Idempotency-Key` of what a form creates: the same for each try of the same content, so that a try whose
 * answer was lost creates nothing twice, and another one once the content has changed or was created.
 */
export class Submission {
  private content = "";
  private key = "";

  /** @param content what is sent, or what it is made from */
  keyOf(content: unknown): string {
    const now = JSON.stringify(content);
    if (!this.key || now !== this.content) {
      this.content = now;
      this.key = randomKey();
    }
    return this.key;
  }

  /** It was created: the same content once more is meant to create once more. */
  created(): void {
    this.key = "";
  }
}

/** That of a form, for as long as the form is there. */
export function useSubmission(): Submission {
  const [submission] = useState(() => new Submission());
  return submission;
}

/** `crypto.randomUUID` is there only with https and on localhost. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
