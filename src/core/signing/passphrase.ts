const LENGTH = 12;
const DIFFERENT = 6;
const BYTE_LIMIT = 512;

// The commonest ones that are long enough to pass the other rules, without spaces and in lower case.
const COMMON = [
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'mypassword123',
  'passw0rd1234',
  'p@ssw0rd1234',
  '123456789012',
  '1234567890123',
  '012345678901',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiopasdf',
  'qwertyuiopasdfghjkl',
  'qwerty123456',
  '1qaz2wsx3edc',
  '1qaz2wsx3edc4rfv',
  '1q2w3e4r5t6y',
  'asdfghjklqwerty',
  'zxcvbnmasdfghjkl',
  'administrator',
  'adminadmin123',
  'iloveyou1234',
  'letmein12345',
  'welcome12345',
  'changeme1234',
  'unbelievable',
  'correcthorsebatterystaple',
  'abcdefghijkl',
  'abcdefghijklmnop',
  'abcdefghijklmnopqrstuvwxyz',
  'abc123456789',
  'trustno1trustno1',
  'opensesame123',
];

/** The rule in one sentence, for people. */
export const PASSPHRASE_RULE = `at least ${LENGTH} characters, at least ${DIFFERENT} of them different, not a well-known one, and not made of your name or the project's`;

/**
 * Says why a passphrase is too weak, or null when it will do. `names` are the user's and the project's. It must also be
 * something that a terminal can pass on: no control characters, at most 512 bytes.
 */
export function findPassphraseWeakness(passphrase: string, names: readonly string[]): string | null {
  if (/\p{Cc}|\p{Cs}/u.test(passphrase)) return 'it holds a character that a terminal does not pass on';
  if (Buffer.byteLength(passphrase) > BYTE_LIMIT) return `it is longer than ${BYTE_LIMIT} bytes`;
  const characters = [...passphrase];
  if (characters.length < LENGTH) return `it has fewer than ${LENGTH} characters`;
  if (new Set(characters).size < DIFFERENT) return `it has fewer than ${DIFFERENT} different characters`;
  const plain = simplify(passphrase);
  if (COMMON.includes(plain)) return 'it is one of the commonest passphrases';
  return names.some((name) => isMadeOf(plain, simplify(name))) ? 'it is made of a name that is known' : null;
}

/** True where nothing but the name, repeated, and digits or signs around it is there. */
function isMadeOf(plain: string, name: string): boolean {
  if (name.length < 3 || !plain.includes(name)) return false;
  return (
    plain
      .split(name)
      .join('')
      .replace(/[\d\p{P}\p{S}]/gu, '').length < DIFFERENT
  );
}

function simplify(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s/g, '');
}
