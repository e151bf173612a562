import { expect, test } from 'vitest';
import { formatAllowedSigner, parseAllowedSigners } from '../../../src/core/approval/allowed-signers.js';
import { createSecurityKey } from '../../support/keys.js';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGrjpBEQH8b5EZ7TLCB7uuFNC92IUIi7W9r89qEiwS4x';
const OTHER = createSecurityKey().publicKey;
const NS = 'namespaces="ces-approval"';

test('comments, empty lines, limits and two signers are read', () => {
  const text = `# operators\n\nada@example.org ${NS} ${KEY} Ada's key\n  # more\ngrace ${NS},valid-after="20300101Z",valid-before="203101020304Z" ${OTHER}\n`;
  expect(parseAllowedSigners(text)).toMatchObject({
    ok: true,
    signers: [
      { principal: 'ada@example.org', keyType: 'ssh-ed25519', validAfter: null, validBefore: null, line: 3 },
      { principal: 'grace', validAfter: '2030-01-01T00:00:00.000Z', validBefore: '2031-01-02T03:04:00.000Z', line: 5 },
    ],
  });
  expect(parseAllowedSigners('')).toEqual({ ok: true, signers: [] });
});

test.each([
  ['a wildcard', `* ${NS} ${KEY}`],
  ['a wildcard inside a name', `ad? ${NS} ${KEY}`],
  ['two principals', `ada,grace ${NS} ${KEY}`],
  ['a negated principal', `!ada ${NS} ${KEY}`],
  ['a quoted principal', `"ada" ${NS} ${KEY}`],
  ['a principal that looks like an option', `-Oprint ${NS} ${KEY}`],
  ['no namespace', `ada ${KEY}`],
  ['only a time limit', `ada valid-before="20310101Z" ${KEY}`],
  ['another namespace', `ada namespaces="git" ${KEY}`],
  ['two namespaces', `ada namespaces="ces-approval,git" ${KEY}`],
  ['a wildcard namespace', `ada namespaces="*" ${KEY}`],
  ['namespaces given twice', `ada ${NS},${NS} ${KEY}`],
  ['namespaces in capitals', `ada NAMESPACES="ces-approval" ${KEY}`],
  ['a certificate authority', `ada cert-authority,${NS} ${KEY}`],
  ['a certificate authority in capitals', `ada ${NS},CERT-AUTHORITY ${KEY}`],
  ['an unknown option', `ada ${NS},verify-required ${KEY}`],
  ['a limit in local time', `ada ${NS},valid-before="20310101" ${KEY}`],
  ['a day that does not exist', `ada ${NS},valid-before="20310230Z" ${KEY}`],
  ['a limit that is no time', `ada ${NS},valid-after="always" ${KEY}`],
  ['an empty limit', `ada ${NS},valid-after="" ${KEY}`],
  ['RSA', `ada ${NS} ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC3`],
  ['a type that is not the key’s', `ada ${NS} sk-ssh-ed25519@openssh.com ${KEY.split(' ')[1]}`],
  ['a broken key', `ada ${NS} ${KEY.slice(0, -4)}`],
  ['a key that goes on', `ada ${NS} ${KEY}AAAA`],
  ['no key', `ada ${NS} ssh-ed25519`],
  ['a carriage return', `ada ${NS} ${KEY}\r`],
  ['a bidirectional character', `ada\u202E ${NS} ${KEY}`],
  ['a NUL', `ada ${NS} ${KEY} a\0b`],
  ['plain prose', 'please approve'],
])('%s makes the whole file unusable, with the number of the line', (_what, line) => {
  const parsed = parseAllowedSigners(`grace ${NS} ${OTHER}\n# next\n${line}\n`);
  expect(parsed).toEqual({ ok: false, line: 3, reason: expect.stringMatching(/./) });
});

test('one key in two lines makes the file unusable', () => {
  expect(parseAllowedSigners(`ada ${NS} ${KEY}\ngrace ${NS} ${KEY}\n`)).toMatchObject({ ok: false, line: 2 });
});

test('a line that is written for a public key can be read, and a bad name or key is refused', () => {
  const line = formatAllowedSigner('ada', `${KEY} ada@laptop\n`);
  expect(parseAllowedSigners(line)).toMatchObject({ ok: true, signers: [{ principal: 'ada' }] });
  for (const [principal, key] of Object.entries({ 'a b': KEY, '*': KEY, ada: 'nonsense' }))
    expect(() => formatAllowedSigner(principal, key)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
