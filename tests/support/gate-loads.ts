import { waitAtGate } from './query-gate.ts';
import { runSql } from './with-client.ts';

/**
 * Lets the load of every table that is made in the schema `side` wait for the gate of its database (`shutGate`), so
 * that a recovery can be held in the middle of its rows.
 */
export async function gateLoads(url: string): Promise<void> {
  await runSql(
    url,
    `create function public.wait_at_gate() returns trigger language plpgsql as
       $$ begin perform ${waitAtGate}; return null; end $$;
     create function public.gate_tables() returns event_trigger language plpgsql as $$ declare made record; begin
       for made in select * from pg_event_trigger_ddl_commands() where schema_name = 'side' loop
         execute format('create trigger gate before insert on %s for each statement execute function public.wait_at_gate()',
           made.object_identity);
       end loop; end $$;
     create event trigger gate on ddl_command_end when tag in ('CREATE TABLE') execute function public.gate_tables()`,
  );
}
