import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCommand } from '../../../src/core/policy/shell.js';
import { DENIED, OPERATOR, PLACES, READING, SCOPE, WORKING } from './shell-corpus.js';
import { OPAQUE } from './shell-corpus-opaque.js';

const groups = { reading: READING, working: WORKING, denied: DENIED, operator: OPERATOR, opaque: OPAQUE };

for (const [group, rows] of Object.entries(groups))
  describe(`judging shell commands: ${group}`, () => {
    it.each(rows)('%s is %s', (command, decision, writes) => {
      const judged = judgeCommand(command, SCOPE, '.', PLACES);
      expect([judged.decision, judged.writes.join(' ')], judged.reasons.join('; ')).toEqual([decision, writes]);
      expect(judged.reasons.length > 0).toBe(decision !== 'allow');
    });
  });

describe('judging shell commands', () => {
  const wide = { allow: ['**'], deny: [], protected: ['.ces/**'] };

  it('answers any text without throwing', () => {
    const piece = fc.constantFrom(
      ...[
        '$(',
        ')',
        '`',
        '"',
        "'",
        '{',
        '}',
        ';',
        '&&',
        '||',
        '|',
        '>',
        '<<EOF\n',
        ' cd ',
        ' rm ',
        ' git ',
        ' -',
        ' sed -i ',
        '..',
        '/',
        '~',
      ],
      ...[
        'if ',
        'then ',
        'fi',
        'case ',
        'in ',
        'esac',
        ' bash -c ',
        ' eval ',
        'x',
        '*',
        '$x',
        '\n',
        '\0',
        '((',
        '[[',
        '=',
        ' npm ',
        ' -C ',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (command) => {
        const judged = judgeCommand(command, SCOPE, '.', PLACES);
        expect(['allow', 'deny', 'unjudged']).toContain(judged.decision);
        expect(judged.reasons.length > 0).toBe(judged.decision !== 'allow');
      }),
      { numRuns: 1000 },
    );
  });

  it('never allows a command that an appended write to protected state follows', () => {
    for (const [command] of [...READING, ...WORKING])
      expect(judgeCommand(`${command}\nrm -rf /home/dev/app/.ces`, SCOPE, '.', PLACES).decision, command).toBe('deny');
  });

  it('does not judge what is longer than 64 KB', () => {
    expect(judgeCommand(`echo ${'a'.repeat(1_000_000)}`, SCOPE)).toMatchObject({ decision: 'unjudged', writes: [] });
  });

  it.each([
    ['substitutions', '$('.repeat(30_000)],
    ['backticks', '`'.repeat(60_000)],
    ['parentheses', '('.repeat(60_000)],
    ['functions', 'f() { '.repeat(10_000)],
    ['defaults', `\${a:-`.repeat(12_000)],
    ['targets', `touch ${'a '.repeat(30_000)}`],
    ['different targets', `touch ${Array.from({ length: 9_000 }, (_, at) => `d${at}`).join(' ')}`],
    ['programs', 'sh;'.repeat(20_000)],
    ['assignments', 'A=1 '.repeat(15_000)],
    ['braces', `touch ${'{a,b}'.repeat(10_000)}`],
    ['a long path', `touch ${'a/'.repeat(30_000)}`],
    ['a long sed script', `sed '1${' '.repeat(60_000)}' a`],
    ['folders', 'cd a; '.repeat(10_000)],
    ['a long perl edit', `perl -pi -e 's/${'/g'.repeat(30_000)}' a`],
  ])('answers on a flood of %s', (_, text) => {
    expect(text.length).toBeLessThanOrEqual(64 * 1024);
    expect(['allow', 'deny', 'unjudged']).toContain(judgeCommand(text, SCOPE, '.', PLACES).decision);
  });

  it('lets nothing below a protected folder go with its parent, nor through a changed folder', () => {
    for (const command of ['command cd .ces && rm policy.yaml', 'mv .ces docs', 'cd . && cd .ces; rm policy.yaml'])
      expect(judgeCommand(command, wide, '.', PLACES).decision, command).toBe('deny');
    expect(judgeCommand('rm -rf a', { ...wide, protected: ['a/b/**'] }).decision).toBe('deny');
  });

  it('starts in the folder it is given, relative or absolute', () => {
    expect(judgeCommand('echo x > a.ts', SCOPE, 'src/health', PLACES).writes).toEqual(['src/health/a.ts']);
    expect(judgeCommand('echo x > a.ts', SCOPE, '/home/dev/app/src/health', PLACES).decision).toBe('allow');
    expect(judgeCommand('echo x > a.ts', SCOPE, '/home/dev', PLACES).decision).toBe('deny');
  });

  it('counts absolute paths as outside when the root is not told, and a root in a temporary folder as the root', () => {
    expect(judgeCommand('echo x > /home/dev/app/docs/a.md', SCOPE).decision).toBe('deny');
    expect(judgeCommand('echo x > ../a', SCOPE).decision).toBe('deny');
    expect(judgeCommand('echo x > /tmp/p/src/app.ts', SCOPE, '.', { root: '/tmp/p' }).decision).toBe('deny');
    expect(judgeCommand('echo x > /tmp/q', SCOPE, '.', { root: '/tmp/p' }).decision).toBe('allow');
  });
});
