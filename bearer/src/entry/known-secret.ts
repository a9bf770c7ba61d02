/** What stands in examples, in quick starts, and at the top of every list of guesses; compared without case and signs. */
const classics = new Set(
  `admin administrator apikey bearer changeit default demo dev development example fauna faunaadmin faunabearer faunasecret
  foobar guest hunter iloveyou insecure key keyboardcat letmein local localhost mysecret none null pass passw0rd passwd
  password placeholder postgres postgresql production qwerty qwertyuiop redis replaceme root sample secret secretkey
  shhh supersecret s3cret s3cr3t temp test testing todo token undefined user verysecret welcome yoursecret yourtoken`.split(
    /\s+/,
  ),
);

const patterns: readonly RegExp[] = [
  /change.?me|replace.?me|your.?(own.?)?(secret|token|key|password)|put.?your/i,
  /^(secret|password|default|example|insecure|placeholder)/i,
  // One short text again and again, and what lies side by side on a keyboard.
  /^(.{1,8})\1+$/,
  /^0?123456789/,
  // What was to be filled in: <token>, ${TOKEN}, {{ token }}, …
  /^[<[{$].*[>\]}]$|…/,
];

/** Whether a secret is one that others know or guess: a classic default, or what an example has left to be filled in. */
export function isKnownSecret(text: string): boolean {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const word = plain.replace(/\d+$/, '');
  return classics.has(plain) || classics.has(word) || patterns.some((pattern) => pattern.test(text));
}

/** What to say of it. */
export const knownSecretMessage =
  'must not be a value that others know or guess: make one with "openssl rand -base64 48"';
