'use client';

import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

/** Panels of which one is seen; arrow keys go through them. The first is open where `initial` names none. */
export function Tabs({ label, tabs, initial }: TabsProps) {
  return (
    <BaseTabs.Root defaultValue={initial ?? tabs[0].id}>
      <BaseTabs.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line px-2 print:hidden">
        {tabs.map(({ id, title }) => (
          <BaseTabs.Tab
            key={id}
            value={id}
            className="border-b-2 border-transparent px-3 py-2 text-sm whitespace-nowrap text-quiet hover:text-ink data-active:border-accent data-active:text-ink"
          >
            {title}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map(({ id, content }) => (
        <BaseTabs.Panel key={id} value={id} keepMounted className="[&[hidden]]:hidden print:block!">
          {content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}

interface Tab {
  id: string;
  title: string;
  content: ReactNode;
}

interface TabsProps {
  /** What the tabs are about, for who does not see them. */
  label: string;
  tabs: readonly [Tab, ...Tab[]];
  initial?: string;
}
