import type { Tier } from './manifest.js';

/** One reason to rate a request. Words are matched whole, so that "author page" is no security work. */
export interface RiskRule {
  readonly name: string;
  readonly tier: Tier;
  readonly changeClass: 1 | 2 | 3 | 4 | 5;
  readonly confidence: 1 | 2 | 3;
  readonly why: string;
  /** Matched in the objective and the criteria. */
  readonly words?: RegExp;
  /** Matched against each literal or glob of the scope, and the files it matches. */
  readonly paths?: RegExp;
}

/** Class: 1 adds, 2 modifies, 3 changes a contract, 4 replaces or migrates, 5 removes. Confidence: 3 is the least known. */
export const RISK_RULES: readonly RiskRule[] = [
  {
    name: 'authentication',
    tier: 'A',
    changeClass: 2,
    confidence: 2,
    why: 'it concerns who gets in',
    words:
      /\b(auth|authenticat(e|es|ed|ion)|log ?in|sign ?in|sso|oauth2?|saml|jwts?|passwords?|passphrases?|session (token|cookie)s?|2fa|mfa)\b/i,
    paths: /(^|\/)(auth|login|sso|oauth)(\/|[.-])/i,
  },
  {
    name: 'authorization',
    tier: 'A',
    changeClass: 2,
    confidence: 3,
    why: 'it concerns who may do what',
    words: /\b(authori[sz](e|es|ed|ation)|permissions?|access control|rbac|acls?|privileges?|admin rights?)\b/i,
    paths: /(^|\/)(permissions?|rbac|acl)(\/|[.-])/i,
  },
  {
    name: 'payments',
    tier: 'A',
    changeClass: 2,
    confidence: 2,
    why: 'it concerns money',
    words: /\b(payments?|billing|invoic(e|es|ing)|checkout|refunds?|pricing)\b/i,
    paths: /(^|\/)(payments?|billing|checkout|invoices?)(\/|[.-])/i,
  },
  {
    name: 'secrets',
    tier: 'A',
    changeClass: 2,
    confidence: 2,
    why: 'it concerns secrets or cryptography',
    words: /\b(secrets?|credentials?|api keys?|encrypt(s|ed|ion)?|decrypt(s|ed|ion)?|private keys?|certificates?)\b/i,
    paths: /(^|\/)(\.env(\.|$)|secrets?(\/|\.)|[^/]+\.(pem|key)$)/i,
  },
  {
    name: 'personal data',
    tier: 'A',
    changeClass: 2,
    confidence: 2,
    why: 'it concerns personal data',
    words: /\b(pii|personal data|gdpr)\b/i,
  },
  {
    name: 'data migration',
    tier: 'A',
    changeClass: 4,
    confidence: 2,
    why: 'data is moved or reshaped',
    words: /\b(migrat(e|es|ed|ion|ions|ing)|backfill)\b/i,
    paths: /(^|\/)migrations?\//i,
  },
  {
    name: 'schema',
    tier: 'B',
    changeClass: 3,
    confidence: 1,
    why: 'stored data changes shape',
    words: /\b(database schema|schema change|add (a )?column|new column|ddl)\b/i,
    paths: /(^|\/)schema\.(sql|prisma)$/i,
  },
  {
    name: 'destruction',
    tier: 'A',
    changeClass: 5,
    confidence: 3,
    why: 'data or a public promise goes away',
    words:
      /\b(drop (the )?\w* ?tables?|truncate (the )?\w* ?tables?|delete (all|the production|production)|retire (the )?public|remove (the )?public api)\b/i,
  },
  {
    name: 'production',
    tier: 'A',
    changeClass: 2,
    confidence: 2,
    why: 'it reaches production',
    words: /\b(deploy(s|ed|ment|ing)?|production|release pipeline|publish(es|ed|ing)? (the )?package)\b/i,
  },
  {
    name: 'continuous integration',
    tier: 'B',
    changeClass: 2,
    confidence: 1,
    why: 'it changes what the forge runs',
    words: /\b(ci|continuous integration|workflow files?|pipelines?)\b/i,
    paths: /^(\.github\/(workflows|actions)\/|\.gitlab-ci\.yml)/i,
  },
  {
    name: 'infrastructure',
    tier: 'B',
    changeClass: 2,
    confidence: 1,
    why: 'it changes where the program runs',
    words: /\b(infrastructure|terraform|kubernetes|docker(file)?)\b/i,
    paths: /(^|\/)(dockerfile|docker-compose[^/]*|[^/]+\.tf|k8s|helm)(\/|$)/i,
  },
  {
    name: 'dependencies',
    tier: 'B',
    changeClass: 2,
    confidence: 2,
    why: 'foreign code comes in or changes',
    words: /\b((add|upgrade|bump|replace|update) (a |the )?(new )?dependenc(y|ies))\b/i,
    paths:
      /(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|cargo\.lock|go\.sum|poetry\.lock|uv\.lock)$/i,
  },
  {
    name: 'public interface',
    tier: 'A',
    changeClass: 3,
    confidence: 1,
    why: 'others build on it',
    words: /\b(public|external) api\b/i,
  },
  {
    name: 'removal',
    tier: 'B',
    changeClass: 5,
    confidence: 2,
    why: 'something goes away',
    words: /\b(remove|delete|retire|drop)s?\b/i,
  },
  {
    name: 'replacement',
    tier: 'B',
    changeClass: 4,
    confidence: 2,
    why: 'something is replaced',
    words: /\b(rewrite|replace|port to)s?\b/i,
  },
  {
    name: 'documentation',
    tier: 'C',
    changeClass: 1,
    confidence: 1,
    why: 'it is about words',
    words: /\b(readme|docs?|documentation|typos?|comments?|changelog|wording|spelling)\b/i,
    paths: /(^|\/)(docs\/|readme|changelog)|\.(md|txt|rst)$/i,
  },
  {
    name: 'tests only',
    tier: 'C',
    changeClass: 1,
    confidence: 1,
    why: 'it is about tests',
    words: /\b(add|write|extend) (a |more |some )?(unit )?tests?\b/i,
  },
  {
    name: 'small addition',
    tier: 'C',
    changeClass: 1,
    confidence: 1,
    why: 'it adds something beside what is there',
    words: /\b(add|create|introduce|implement)s?\b/i,
  },
  {
    name: 'formatting and logs',
    tier: 'C',
    changeClass: 1,
    confidence: 2,
    why: 'behaviour stays',
    words: /\b(format(ting)?|lint|rename|log (message|format)s?)\b/i,
  },
];
