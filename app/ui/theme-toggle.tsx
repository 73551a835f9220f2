'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { type Theme, themeCookie, themes } from './theme.ts';

const icons = { system: Monitor, light: Sun, dark: Moon } as const;
const yearInSeconds = 31_536_000;

/** One button that goes round system, light and dark. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const Icon = icons[theme];
  const choose = (): void => {
    setTheme(next);
    document.documentElement.dataset['theme'] = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that the console supports.
    document.cookie = `${themeCookie}=${next}; path=/; max-age=${yearInSeconds}; samesite=lax`;
  };
  return (
    <button
      type="button"
      onClick={choose}
      aria-label={`Colours: ${theme}. Change to ${next}`}
      title={`Colours: ${theme}`}
      className="inline-flex size-8 items-center justify-center rounded-md text-quiet hover:bg-sunken hover:text-ink"
    >
      <Icon aria-hidden size={16} />
    </button>
  );
}
