import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** The caller of `deleteMany` said that its time is over: nothing is sent any more, and any of the keys may be gone. */
export class OutOfTimeError extends UnavailableError {
  constructor() {
    super('The time to delete is over.', { code: 'delete_out_of_time', hint: 'The next attempt goes on.' });
  }
}
