import type { ComponentProps } from 'react';
import { StartAction } from './start-action.tsx';

interface RunActionProps extends Omit<ComponentProps<typeof StartAction>, 'address' | 'body' | 'stayAt'> {
  runId: string;
  action: 'approve' | 'cancel' | 'rollback' | 'discard';
}

/** A button that asks, then changes something of a run; a name that must be typed is sent along. */
export function RunAction({ runId, action, ...rest }: RunActionProps) {
  const body = rest.typed === undefined ? {} : { confirm: rest.typed };
  return <StartAction {...rest} address={`/api/v1/runs/${runId}/${action}`} body={body} stayAt={runId} />;
}
