/** What a person is told whose press of a hook's button was refused; the code comes from the address. */
export function describeHookProblem(code: string): string {
  return known.get(code) ?? 'The server could not start it. Its log says why.';
}

const known = new Map([
  ['hook_token_wrong', 'There is no hook of this name and token. Ask for its address once more.'],
  ['hook_form_stale', 'The page was opened too long ago. Open the address of the hook again, and press the button.'],
  ['event_not_sent', 'It could not be handed to Inngest. Try again in a moment.'],
  ['access_unavailable', 'The server cannot say now who may start it. Its log says why.'],
]);
