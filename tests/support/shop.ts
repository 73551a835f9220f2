import { ensureTemplate } from './test-database.ts';
import { runSql } from './with-client.ts';

/** A small database with one of each kind of thing that a proof looks at. Loads on every version. */
const shopSql = `
create schema shop;
create extension pg_trgm;
create type shop.state as enum ('new', 'paid', 'sent');
create table shop.customers (
  id bigint generated always as identity primary key, name text not null, profile jsonb,
  constraint named check (name <> ''));
insert into shop.customers (name, profile)
  select 'customer ' || i, jsonb_build_object('level', i % 7) from generate_series(1, 500) i;
create table shop.orders (
  id bigserial primary key, customer bigint not null references shop.customers, state shop.state not null default 'new',
  amount numeric(12, 2) not null, note text);
insert into shop.orders (customer, state, amount, note)
  select 1 + i % 500, (array['new', 'paid', 'sent'])[1 + i % 3]::shop.state, i * 1.25, repeat(md5(i::text), 3)
  from generate_series(1, 3000) i;
create index orders_by_customer on shop.orders (customer);
create index orders_open on shop.orders (id) where state = 'new';
create table shop.prices (sku text primary key, price numeric);
insert into shop.prices values ('a', 1), ('b', 'NaN'), ('c', null);
create table shop.secrets (id int primary key, owner text, body text);
insert into shop.secrets select i, 'nobody', 's' || i from generate_series(1, 20) i;
alter table shop.secrets enable row level security;
create policy own on shop.secrets using (owner = current_user);
create table shop.empty (a int, b text);
create materialized view shop.totals as select customer, sum(amount) as total from shop.orders group by 1;
create unique index totals_by_customer on shop.totals (customer);
create view shop.open_orders as select id, customer from shop.orders where state = 'new';
create function shop.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before update on shop.orders for each row execute function shop.touch();
create sequence shop.tickets start 100;
select nextval('shop.tickets');
create table public.settings (key text primary key, value text);
insert into public.settings values ('theme', 'dark'), ('empty', ''), ('nothing', null);
`;

/** The name of a template database on the source server that holds the shop. */
export function shopTemplate(): Promise<string> {
  return ensureTemplate({ cluster: 'source', name: 'shop', build: loadShop });
}

/** Fills an empty database with the shop. */
export async function loadShop(url: string): Promise<void> {
  await runSql(url, shopSql);
}
