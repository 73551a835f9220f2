/** A request that Neon would refuse: the server answers it as a GeneralError. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
