import { type AndOr, type Command, forEachChild, type Redirect, type SyntaxNode } from 'unbash';
import { type Flow, join, settle } from './flow.js';
import type { Cwds } from './judgement.js';

/** What the walk hands over: commands and redirections with the folders they may stand in. */
export interface Visitor {
  /** Returns where the shell stands after the command. `around` is the text of its statement. */
  command(node: Command, cwds: Cwds, around: string): Flow;
  redirect(node: Redirect, cwds: Cwds): void;
  doubt(reason: string): void;
}

/** Walks shell text in the order in which it runs, following `cd`; nested substitutions stand where their command does. */
export function walk(node: SyntaxNode, source: string, cwds: Cwds, visitor: Visitor, around = source): Flow {
  const visit = (child: SyntaxNode, from: Cwds): Flow => walk(child, source, from, visitor, around);
  const visitAll = (from: Cwds): void => forEachChild(node, (child) => void visit(child, from));
  switch (node.type) {
    case 'Script': {
      if (node.errors && node.errors.length > 0) visitor.doubt("the command can't be parsed as shell");
      // A script in backticks has its own text.
      const own = node.source ?? source;
      return inOrder(node.commands, cwds, (child, from) =>
        walk(child, own, from, visitor, own === source ? around : own),
      );
    }
    case 'CompoundList':
      return inOrder(node.commands, cwds, visit);
    case 'Statement': {
      // The body of a here-document stands after its statement.
      const text = source.slice(node.pos, node.end);
      const flow = walk(node.command, source, cwds, visitor, text.includes('<<') ? around : text);
      return node.background ? { ok: cwds, fail: cwds } : flow;
    }
    case 'AndOr':
      return walkAndOr(node, cwds, visit);
    case 'Pipeline': {
      const flows = node.commands.map((child) => visit(child, cwds));
      const only = flows.length === 1 ? flows[0] : undefined;
      if (only === undefined) return { ok: cwds, fail: cwds };
      return node.prefixes.some((prefix) => prefix.type === 'Negation') ? { ok: only.fail, fail: only.ok } : only;
    }
    case 'If': {
      const arms: Cwds[] = [];
      let test = visit(node.clause, cwds);
      arms.push(settle(visit(node.then, test.ok), test.ok));
      for (const branch of node.elif) {
        test = visit(branch.clause, test.fail);
        arms.push(settle(visit(branch.then, test.ok), test.ok));
      }
      arms.push(node.else ? settle(visit(node.else, test.fail), test.fail) : test.fail);
      const after = arms.reduce(join);
      return { ok: after, fail: after };
    }
    case 'Subshell':
      visitAll(cwds);
      return { ok: cwds, fail: cwds };
    case 'BraceGroup':
      return visit(node.body, cwds);
    case 'Redirected': {
      for (const redirect of node.redirects) visit(redirect, cwds);
      return visit(node.command, cwds);
    }
    case 'Function':
      visitor.doubt('it defines a function, which may stand for any program');
      visitAll(cwds);
      return { ok: cwds, fail: cwds };
    case 'While':
    case 'For':
    case 'Select':
    case 'ArithmeticFor':
    case 'Case':
    case 'CaseItem':
      return walkRepeated(node, cwds, visit, visitor);
    case 'Command':
      visitAll(cwds);
      return visitor.command(node, cwds, around);
    case 'Redirect':
      visitor.redirect(node, cwds);
      visitAll(cwds);
      return { ok: cwds, fail: cwds };
    default:
      visitAll(cwds);
      return { ok: cwds, fail: cwds };
  }
}

type Visit = (child: SyntaxNode, cwds: Cwds) => Flow;

function inOrder(nodes: readonly SyntaxNode[], cwds: Cwds, visit: Visit): Flow {
  let flow: Flow = { ok: cwds, fail: cwds };
  for (const node of nodes) {
    const from = settle(flow, cwds);
    flow = visit(node, from);
  }
  return flow;
}

function walkAndOr(node: AndOr, cwds: Cwds, visit: Visit): Flow {
  let flow: Flow | undefined;
  node.commands.forEach((command, at) => {
    if (flow === undefined) flow = visit(command, cwds);
    else if (node.operators[at - 1] === '&&') {
      const next = visit(command, flow.ok);
      flow = { ok: next.ok, fail: join(flow.fail, next.fail) };
    } else {
      const next = visit(command, flow.fail);
      flow = { ok: join(flow.ok, next.ok), fail: next.fail };
    }
  });
  return flow ?? { ok: cwds, fail: cwds };
}

/** Loops and cases: a `cd` in a body that may run again, or not at all, leaves the folder unknown. */
function walkRepeated(node: SyntaxNode, cwds: Cwds, visit: Visit, visitor: Visitor): Flow {
  let moved = false;
  let from = cwds;
  forEachChild(node, (child) => {
    const after = settle(visit(child, from), from);
    if (after !== from && after?.join('\0') !== from?.join('\0')) {
      moved = true;
      from = node.type === 'While' || node.type === 'CaseItem' ? after : from;
    }
  });
  if (moved && node.type !== 'Case' && node.type !== 'CaseItem') visitor.doubt('a loop changes the folder');
  const end = moved ? null : cwds;
  return { ok: end, fail: end };
}
