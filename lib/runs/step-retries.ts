/** How many times a step that fails is tried again, where another attempt can help. */
export const stepRetries = 5;
