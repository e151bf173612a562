import picomatch from 'picomatch';
import type { Scope } from '../../manifest/manifest.js';
import { decidePath, type ScopeDecision } from '../../manifest/scope.js';
import { type Place, type Places, placePath, TEMP_VARIABLE } from './place.js';
import { type Arg, literalArg } from './word.js';

/** Folders a command may stand in, likeliest first; null when that can't be told. */
export type Cwds = readonly string[] | null;

export interface WriteOptions {
  /** Takes all that lies below the path with it, or may write anything there. */
  readonly deep?: 'all' | 'some' | undefined;
  /** Makes folders only. */
  readonly folder?: boolean;
  /** Stands for what is put into it, where it is a folder. */
  readonly holder?: boolean;
  /** Judged, but not written: a link's target, a path that a folder copied to may receive. */
  readonly unlisted?: boolean;
  /** Written only under one reading of the command: counts where it is protected or denied by name. */
  readonly maybe?: boolean;
  /** A dependency folder, which the scope does not speak of. */
  readonly residue?: boolean;
}

type Answer = { readonly kind: 'allow' } | { readonly kind: 'deny' | 'forbid'; readonly reason: string };

const MAX_TARGETS = 200;
const MAX_REASONS = 10;
const MAX_PATH = 4096;

/** Gathers what a command writes, and what speaks against it. `forbid` holds in whatever folder the command stands. */
export class Judgement {
  readonly #scope: Scope;
  readonly #places: Places;
  readonly #writes = new Set<string>();
  readonly #denied = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #answers = new Map<string, Answer>();

  constructor(scope: Scope, places: Places) {
    this.#scope = scope;
    this.#places = places;
  }

  deny(reason: string): void {
    if (this.#denied.size < MAX_REASONS) this.#denied.add(reason);
  }

  /** Notes what can't be judged from the text. */
  doubt(reason: string): void {
    if (this.#opaque.size < MAX_REASONS) this.#opaque.add(reason);
  }

  /** Decides a path that the command writes. */
  write(arg: Arg, cwds: Cwds, options: WriteOptions = {}): void {
    if (arg.pipe) return;
    if (arg.text.length > MAX_PATH) this.doubt('it names a path longer than any');
    else if (arg.exact) this.#writeExact(arg, cwds, options);
    else this.#writePartly(arg, cwds);
  }

  result(): { decision: 'allow' | 'deny' | 'unjudged'; reasons: string[]; writes: string[] } {
    const decision = this.#denied.size > 0 ? 'deny' : this.#opaque.size > 0 ? 'unjudged' : 'allow';
    return { decision, reasons: [...this.#denied, ...this.#opaque], writes: [...this.#writes] };
  }

  #writeExact(arg: Arg, cwds: Cwds, options: WriteOptions): void {
    if (arg.text === '') return;
    const folders = cwds ?? (/^\//.test(arg.text) || arg.home ? ['.'] : []);
    if (folders.length === 0) this.doubt(`${show(arg.text)} is relative to a folder that can't be told`);
    const answers = folders.map((cwd) => this.#answer(placePath(arg, cwd, this.#places), options));
    const against = answers.flatMap((answer) => (answer.kind === 'allow' ? [] : [answer]));
    const forbidden = against.find((answer) => answer.kind === 'forbid');
    const first = forbidden ?? against[0];
    if (first === undefined) return;
    if (forbidden || against.length === answers.length) this.deny(first.reason);
    else this.doubt(`${first.reason}, if cd fails: join the commands with &&`);
  }

  /** The known beginning of a path may already settle it. */
  #writePartly(arg: Arg, cwds: Cwds): void {
    const slash = arg.text.lastIndexOf('/');
    const folder = slash < 0 ? null : { ...literalArg(arg.text.slice(0, slash) || '/'), home: arg.home };
    for (const cwd of folder === null ? [] : (cwds ?? [])) {
      const place = placePath(folder ?? arg, cwd, this.#places);
      const answer = this.#answer(place, { unlisted: true });
      const near = place.kind === 'outside' && !arg.text.startsWith('..');
      if (answer.kind === 'forbid' || (answer.kind === 'deny' && near)) {
        this.deny(answer.reason);
        return;
      }
    }
    this.doubt(`what is written depends on ${show(arg.unknown)}`);
  }

  #answer(place: Place, options: WriteOptions): Answer {
    if (place.kind === 'device') return { kind: 'allow' };
    if (place.kind === 'network') {
      this.doubt('it talks to the network through the shell');
      return { kind: 'allow' };
    }
    const key = `${place.path}\0${options.deep}${options.folder}${options.holder}${options.residue}${options.maybe}`;
    const known = this.#answers.get(key);
    if (known === undefined && this.#answers.size >= MAX_TARGETS) {
      this.doubt(`it writes more than ${MAX_TARGETS} paths`);
      return { kind: 'allow' };
    }
    if (!options.unlisted && !place.path.startsWith(TEMP_VARIABLE)) this.#writes.add(place.path);
    const answer = known ?? this.#decide(place, options);
    this.#answers.set(key, answer);
    return answer;
  }

  #decide({ kind, path }: Place, options: WriteOptions): Answer {
    if (kind === 'temp') return { kind: 'allow' };
    if (kind === 'outside') return { kind: 'deny', reason: `${show(path)} is outside the root` };
    if (/(?:^|\/)\.git(?:\/|$)/i.test(path))
      return {
        kind: 'forbid',
        reason: `${show(path)} is git's own: its hooks and settings are not the agent's to change`,
      };
    const below = options.deep ? this.#guardBelow(path) : undefined;
    if (below !== undefined && options.deep === 'all')
      return { kind: 'forbid', reason: `${show(path)} would take ${show(below)} with it` };
    if (below !== undefined) this.doubt(`${show(below)} lies below ${show(path)}, and may be written`);
    if (options.residue) return { kind: 'allow' };
    const decision = decidePath(this.#scope, path);
    if (decision.decision === 'allow') return { kind: 'allow' };
    if (decision.why === 'outside' && this.#standsForScope(path, options)) return { kind: 'allow' };
    return { kind: decision.why === 'protected' ? 'forbid' : 'deny', reason: explain(path, decision) };
  }

  #guardBelow(path: string): string | undefined {
    return [...this.#scope.protected, ...this.#scope.deny].find((glob) => {
      const base = picomatch.scan(glob).base.toLowerCase();
      return path === '.' || base.startsWith(`${path.toLowerCase()}/`);
    });
  }

  /** The scope speaks of files: a folder is judged by what the scope holds of it. */
  #standsForScope(path: string, options: WriteOptions): boolean {
    if (options.maybe) return true;
    const folder = options.folder || options.holder || options.deep !== undefined;
    if (folder && this.#scope.allow.includes(`${path}/**`)) return true;
    if (!options.folder) return false;
    return this.#scope.allow.some((glob) => `${picomatch.scan(glob).base}/`.startsWith(`${path}/`));
  }
}

/** Quotes and shortens text of the command for a reason. */
export function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text).slice(1, -1);
}

function explain(path: string, decision: Exclude<ScopeDecision, { decision: 'allow' }>): string {
  if (decision.why === 'protected') return `${show(path)} is protected by ${decision.rule}`;
  if (decision.why === 'denied') return `${show(path)} is denied by ${decision.rule}`;
  return `${show(path)} is outside the manifest's scope: ask for an amendment with ces_manifest`;
}
