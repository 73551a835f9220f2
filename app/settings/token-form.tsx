'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useRef, useState } from 'react';
import { z } from 'zod';
import { ShownOnce } from '#app/settings/shown-once.tsx';
import { Button } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { postJson, type ShownError } from '#app/ui/post-json.ts';
import { TextField } from '#app/ui/text-field.tsx';
import { roles } from '#lib/access/role.ts';

const answerSchema = z.object({ token: z.object({ name: z.string() }), secret: z.string() });
type Made = z.infer<typeof answerSchema>;

const lifetimes = [
  ['30d', '30 days'],
  ['90d', '90 days'],
  ['365d', 'a year'],
  ['', 'until it is revoked'],
] as const;

const selectClass = 'h-8 rounded-md border border-edge bg-surface px-2 text-sm text-ink';

/** Makes a token. Its secret is in this page only, until it is left. */
export function TokenForm({ connections }: { connections: readonly string[] }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<Made>();
  const [error, setError] = useState<ShownError>();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const chosen = fields.getAll('connections').map(String);
    const body = {
      name: String(fields.get('name') ?? ''),
      role: String(fields.get('role') ?? ''),
      connections: chosen.length === 0 ? null : chosen,
      expiresIn: String(fields.get('expiresIn') ?? '') || null,
    };
    setBusy(true);
    setError(undefined);
    setMade(undefined);
    const answer = await postJson('/api/v1/tokens', { body, schema: answerSchema });
    setBusy(false);
    if (!answer.ok) {
      setError(answer.error);
      return;
    }
    setMade(answer.value);
    form.current?.reset();
    router.refresh();
  };
  return (
    <div className="grid gap-4">
      <form ref={form} onSubmit={submit} className="flex flex-wrap items-end gap-3" aria-label="Make a token">
        <TextField label="Name" name="name" required maxLength={100} placeholder="ci" />
        <label className="grid gap-1 text-xs text-quiet">
          Role
          <select name="role" className={selectClass}>
            {roles.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
        </label>
        <label className="grid gap-1 text-xs text-quiet">
          Good for
          <select name="expiresIn" defaultValue="90d" className={selectClass}>
            {lifetimes.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {connections.length > 0 && (
          <fieldset className="grid gap-1">
            <legend className="mb-1 text-xs text-quiet">Limited to (none: all connections)</legend>
            <div className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
              {connections.map((name) => (
                <label key={name} className="inline-flex items-center gap-1.5">
                  <input type="checkbox" name="connections" value={name} className="size-4 accent-accent" />
                  {name}
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <Button type="submit" tone="primary" disabled={busy}>
          {busy ? 'One moment…' : 'Make it'}
        </Button>
      </form>
      {error && <ErrorPanel error={error} />}
      <div role="status" className="empty:hidden">
        {made && <ShownOnce title={`The token “${made.token.name}”`} text={made.secret} />}
      </div>
    </div>
  );
}
