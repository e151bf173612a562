import { SENSITIVE } from './tool-inputs.js';

/** What may come of a call: one of these states, or a refusal with one of these codes and nothing changed. */
export interface Expected {
  readonly states: readonly string[];
  readonly refusals: readonly string[];
  /** Of a completion claim: whether it must, must not, or may be accepted. */
  readonly accepted?: boolean | 'either';
}

interface Run {
  readonly id: string;
  readonly tree: string;
  readonly passed: boolean;
}

interface Wish {
  readonly scope: readonly string[];
  readonly criteria: number;
}

export interface ClaimArgs {
  readonly files: readonly string[];
  readonly criteria: readonly { readonly id: string; readonly evidence: readonly string[] }[];
  /** Says more than files and criteria: questions, deviations, dependencies. */
  readonly more: boolean;
  readonly key: string;
}

const FINAL = ['none', 'approved', 'expired', 'cancelled'];
const WORKING = ['in_progress', 'verifying', 'under_review'];
const MAX_RETRIES = 3;
const SAME_CLAIMS = 3;

const answers = (...states: readonly string[]): Expected => ({ states, refusals: [] });
const refuses = (...refusals: readonly string[]): Expected => ({ states: [], refusals });

/**
 * The life of a manifest as the surface promises it, written without looking at how it is done. It knows the files because
 * it wrote them, the runs because it saw their answers, and nothing else.
 */
export class ProjectModel {
  state = 'none';
  manifestId = '';
  criteria = 0;
  retries = MAX_RETRIES;
  readonly runs: Run[] = [];
  readonly files: Map<string, string>;
  #committed: ReadonlyMap<string, string>;
  #base: ReadonlyMap<string, string> = new Map();
  #start: ReadonlyMap<string, string> = new Map();
  #scope: readonly string[] = [];
  #wasAuthorized = false;
  #lastRun: Run | null = null;
  #wishes: Wish[] = [];
  #lastClaim: ClaimArgs | null = null;
  readonly #evidence = new Map<string, { criteria: readonly string[]; tree: string }>();
  readonly #refusedClaims = new Map<string, number>();

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
    this.#committed = new Map(this.files);
  }

  get tree(): string {
    return JSON.stringify([...this.files].sort());
  }

  get isFinal(): boolean {
    return FINAL.includes(this.state);
  }

  get isWorking(): boolean {
    return WORKING.includes(this.state);
  }

  get checkPasses(): boolean {
    return !this.files.has('src/broken');
  }

  /** Paths that changed since the work began, and those that differ from the commit that it stands on. */
  get changed(): readonly string[] {
    return difference(this.#start, this.files);
  }

  get evidenceIds(): readonly string[] {
    return [...this.#evidence].filter(([, { tree }]) => tree === this.tree).map(([id]) => id);
  }

  commit(): void {
    this.#committed = new Map(this.files);
  }

  restore(): readonly string[] {
    const changed = difference(this.#committed, this.files);
    for (const path of changed) {
      const before = this.#committed.get(path);
      if (before === undefined) this.files.delete(path);
      else this.files.set(path, before);
    }
    return changed;
  }

  // --- What is expected ---

  expectManifest(input: {
    objective?: string;
    scope: readonly string[];
    checks: readonly string[];
    amend?: Wish;
  }): Expected {
    if (input.amend !== undefined) {
      if (this.isFinal) return refuses('no_active_manifest');
      return input.amend.scope.length + input.amend.criteria === 0 ? refuses('invalid_input') : answers(this.state);
    }
    if (this.isFinal) {
      if ((input.objective ?? '').trim() === '' || input.checks.some((id) => id !== 'quick'))
        return refuses('invalid_input');
      const narrow = input.scope.length > 0 && !input.scope.includes('**');
      return answers(narrow && input.objective !== SENSITIVE ? 'in_progress' : 'proposed');
    }
    if (this.state === 'authorized') return answers('in_progress');
    if (this.state === 'rejected' && this.#wasAuthorized && this.retries > 0) return answers('in_progress');
    return answers(this.state);
  }

  expectEvidence(input: { manifestId: string; criteria: readonly string[]; path?: string }): Expected {
    const early = this.#expectWork(input.manifestId);
    if (early !== null) return early;
    if (input.criteria.some((id) => !this.#hasCriterion(id))) return refuses('invalid_input');
    if (input.path !== undefined && !this.files.has(input.path)) return refuses('not_found');
    return answers(this.state);
  }

  expectVerify(input: { manifestId?: string; checks?: readonly string[]; runId?: string; cancel: boolean }): Expected {
    if (input.runId !== undefined)
      return this.runs.some(({ id }) => id === input.runId) ? answers(this.state) : refuses('not_found');
    if (input.cancel) return refuses('invalid_input');
    const early = this.#expectWork(input.manifestId);
    if (early !== null) return early;
    if (input.checks?.some((id) => id !== 'quick')) return refuses('invalid_input');
    return this.state === 'in_progress' ? answers('in_progress', 'verifying') : answers(this.state);
  }

  expectClaim(manifestId: string, claim: ClaimArgs): Expected {
    const early = this.#expectWork(manifestId);
    if (early !== null) return early;
    const accepted = this.#judge(claim);
    const refused =
      this.retries === 0
        ? ['blocked']
        : (this.#refusedClaims.get(claim.key) ?? 0) + 1 >= SAME_CLAIMS
          ? ['blocked', 'in_progress']
          : ['in_progress'];
    const states = accepted === true ? ['under_review'] : accepted === false ? refused : ['under_review', ...refused];
    return { states, refusals: [], accepted };
  }

  expectBlocked(manifestId: string | undefined): Expected {
    return answers(
      this.isWorking && (manifestId === undefined || manifestId === this.manifestId) ? 'blocked' : this.state,
    );
  }

  expectApprove(): Expected {
    if (this.isFinal) return refuses('not_found');
    if (this.#wishes.length > 0) return answers(this.state);
    if (this.state === 'proposed') return answers('authorized');
    if (this.state === 'blocked') return { states: ['approved'], refusals: ['conflict'] };
    if (this.state !== 'under_review') return refuses('not_found');
    const holds = this.#lastClaim === null ? false : this.#judge(this.#lastClaim);
    if (holds === 'either') return { states: ['approved'], refusals: ['conflict'] };
    return holds ? answers('approved') : refuses('conflict');
  }

  expectReject(cancel: boolean): Expected {
    if (this.isFinal) return refuses('not_found');
    if (cancel) return answers('cancelled');
    if (this.#wishes.length > 0) return answers(this.state);
    return ['proposed', 'under_review', 'blocked'].includes(this.state) ? answers('rejected') : refuses('not_found');
  }

  // --- What was seen ---

  seeManifest(id: string, state: string, criteria: number, scope: readonly string[]): void {
    if (id !== this.manifestId) {
      this.manifestId = id;
      this.retries = MAX_RETRIES;
      this.#base = this.#committed;
      this.#start = new Map(this.files);
      this.#wasAuthorized = state === 'in_progress';
      this.#lastRun = null;
      this.#lastClaim = null;
      this.#wishes = [];
      this.#evidence.clear();
      this.#refusedClaims.clear();
    } else if (this.state === 'rejected' && state === 'in_progress') this.retries -= 1;
    this.criteria = criteria;
    this.#scope = scope;
    this.state = state;
  }

  seeWish(wish: Wish, id: string): void {
    if (!this.#seenWishes.has(id)) this.#wishes.push(wish);
    this.#seenWishes.add(id);
  }
  readonly #seenWishes = new Set<string>();

  seeEvidence(id: string, criteria: readonly string[]): void {
    this.#evidence.set(id, { criteria, tree: this.tree });
  }

  /** A run that was started on the files as they are now; one that is known already speaks again. */
  seeRun(id: string, passed: boolean, counts: boolean): void {
    if (this.runs.some((run) => run.id === id)) return;
    const run = { id, passed, tree: this.tree };
    this.runs.push(run);
    if (counts) this.#lastRun = run;
  }

  seeClaim(claim: ClaimArgs, accepted: boolean, state: string): void {
    this.#lastClaim = claim;
    if (!accepted) {
      this.#refusedClaims.set(claim.key, (this.#refusedClaims.get(claim.key) ?? 0) + 1);
      if (state === 'in_progress') this.retries -= 1;
    }
    this.state = state;
  }

  seeApproval(kind: string, state: string): void {
    const wish = kind === 'amendment' ? this.#wishes.shift() : undefined;
    if (wish !== undefined) {
      this.criteria += wish.criteria;
      this.#scope = [...this.#scope, ...wish.scope];
      // A claim was of the version before.
      this.#refusedClaims.clear();
    }
    if (kind === 'manifest') this.#wasAuthorized = true;
    this.state = state;
  }

  seeRejection(kind: string, state: string): void {
    if (kind === 'amendment') this.#wishes.shift();
    this.state = state;
  }

  // --- How it is judged ---

  #expectWork(manifestId: string | undefined): Expected | null {
    if (this.isFinal || (manifestId !== undefined && manifestId !== this.manifestId))
      return refuses('no_active_manifest');
    return this.isWorking ? null : refuses('illegal_transition');
  }

  #hasCriterion(id: string): boolean {
    const number = Number(id.slice(3));
    return number >= 1 && number <= this.criteria;
  }

  /** True for an honest claim of finished work; false where something measured speaks against it. */
  #judge(claim: ClaimArgs): boolean | 'either' {
    const delta = difference(this.#base, this.files);
    if (this.#lastRun?.tree !== this.tree || !this.#lastRun.passed) return false;
    if (this.changed.some((path) => !claim.files.includes(path) || !this.#isAllowed(path))) return false;
    if (claim.files.some((path) => !this.changed.includes(path) && !delta.includes(path))) return false;
    if (claim.criteria.some(({ id }) => !this.#hasCriterion(id))) return false;
    for (let number = 1; number <= this.criteria; number += 1) if (!this.#isShown(`AC-${number}`, claim)) return false;
    const ownWorkOnly = difference(this.#base, this.#start).length === 0 && delta.length > 0;
    return ownWorkOnly && !claim.more ? true : 'either';
  }

  #isShown(criterion: string, claim: ClaimArgs): boolean {
    const ids = claim.criteria.filter(({ id }) => id === criterion).flatMap(({ evidence }) => evidence);
    const shown = ids.map((id) => this.#evidence.get(id));
    return (
      shown.every((evidence) => evidence?.criteria.includes(criterion)) &&
      shown.some((evidence) => evidence?.tree === this.tree)
    );
  }

  #isAllowed(path: string): boolean {
    return this.#scope.some(
      (glob) => glob === '**' || glob === path || (glob.endsWith('/**') && path.startsWith(glob.slice(0, -2))),
    );
  }
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
