/** What the sign-in page says, by the code in its address; of any other code it says the last. */
const problems: Readonly<Record<string, string>> = {
  token_wrong: 'This token is not known here.',
  token_expired: 'This token has expired.',
  token_revoked: 'This token was revoked.',
  setup_code_wrong:
    'This admin link is not good any more: it was used, has expired, or a newer one was printed. Restart the server: as long as nobody is admin it prints a new one.',
  too_many_attempts: 'There were too many attempts. Wait five minutes, then try again.',
  cross_site: 'The form was not sent by this page. Open this page again and sign in here.',
  session_over: 'You were signed out. Sign in again.',
  no_role:
    'Your identity provider knows you, but nobody has given you a role here. Ask the person who runs this Holdfast to name one of your groups under oidc.roles in its config.',
  oidc_refused: 'Your identity provider has not let you in. Try again from the beginning.',
  oidc_stale: 'This sign-in took too long, or was used before. Try again from the beginning.',
  oidc_unavailable: 'The identity provider cannot be reached. The log of the server says more.',
  oidc_secret_missing: 'The identity provider is not set up yet. The log of the server says what is missing.',
  session_secret_missing: 'Nobody can sign in yet: HOLDFAST_SESSION_SECRET is not set on the server.',
};

/** What to say of a problem. */
export function describeProblem(code: string): string {
  return Object.hasOwn(problems, code)
    ? (problems[code] ?? '')
    : 'Signing in did not work. The log of the server says more.';
}
