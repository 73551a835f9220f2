import type { Metadata } from 'next';
import Link from 'next/link';
import { placesFor } from '#app/http/places-for.ts';
import { HookCard } from '#app/settings/hook-card.tsx';
import { listShownHooks } from '#app/settings/list-shown-hooks.ts';
import { showSettings } from '#app/settings/settings-page.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { may } from '#lib/access/may.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Hooks' };

/** The deploy hooks: what each starts, who may open it, and what it was sent last. */
export default function HooksPage() {
  return showSettings('/settings/hooks', {
    about: (
      <>
        Addresses that start what the config names. How to call one, and what it answers, is under Deploy hooks of{' '}
        <Link className="underline" href="/api-docs">
          the API
        </Link>
        ; docs/hooks.md is the guide.
      </>
    ),
    render: async ({ identity }) => {
      const hooks = await listShownHooks(await openWorkspace(), identity);
      if (hooks.length === 0) {
        return (
          <EmptyState title="There are no hooks">
            Name them under hooks in holdfast.config.ts: what each starts, and of which connection.
          </EmptyState>
        );
      }
      return hooks.map((shown) => (
        <HookCard
          key={shown.hook.name}
          {...{ shown, mayChange: may(identity.role, 'hooks'), tell: placesFor(identity) }}
        />
      ));
    },
  });
}
