/** One thing a preflight looked at. `hint` matters where it did not pass. */
export interface Check {
  name: string;
  object: string;
  passed: boolean;
  detail: string;
  hint: string;
}
