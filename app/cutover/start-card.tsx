import { randomUUID } from 'node:crypto';
import type { ReactNode } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { HiddenFields } from '#app/ui/hidden-fields.tsx';
import type { Check } from '#lib/report/check.ts';

interface StartCardProps {
  title: string;
  /** Where the form goes, and what it carries besides the name. */
  action: string;
  values: Record<string, string | readonly string[] | undefined>;
  /** The target's name, and why it has to be typed; none: it has not. */
  target: string;
  consent: readonly Check[];
  button: string;
  /** The last attempt came to nothing by another name. */
  isWrongName: boolean;
  children: ReactNode;
}

/** The last step: what is about to happen, the target's name where it is wanted, and the button. */
export function StartCard(props: StartCardProps) {
  const { title, action, values, target, consent, button, isWrongName, children } = props;
  return (
    <Card title={title}>
      <form method="post" action={action} className="grid max-w-prose gap-3 text-sm" aria-label={title}>
        <div>{children}</div>
        {/* Sent twice, by a second click or a reload, it is one request. */}
        <HiddenFields values={{ ...values, key: randomUUID() }} />
        {consent.length > 0 && (
          <>
            <ul className="list-disc pl-5">
              {consent.map(({ name, object, detail }) => (
                <li key={`${name} ${object}`}>
                  {object}: {detail}.
                </li>
              ))}
            </ul>
            <label className="grid max-w-xs gap-1">
              <span>
                Type <strong className="font-mono">{target}</strong> to confirm
              </span>
              <input
                name="confirm"
                required
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                aria-invalid={isWrongName ? true : undefined}
                className="h-8 rounded-md border border-edge bg-surface px-2 font-mono"
              />
            </label>
          </>
        )}
        <div>
          <Button type="submit" tone="primary">
            {button}
          </Button>
        </div>
      </form>
    </Card>
  );
}
