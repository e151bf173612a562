/** A changed file with its text before and after; null where there was or is none, or where it is no text. */
export interface ChangedText {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface IntegrityFinding {
  readonly path: string;
  readonly severity: 'high' | 'medium' | 'low';
  readonly message: string;
  readonly fix: string;
}

/** Looks at all changes, since a deleted test may have been moved. */
export type IntegrityRule = (changes: readonly ChangedText[]) => readonly IntegrityFinding[];
