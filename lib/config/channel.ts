/** What is told: how a run ended, that nothing ran in time, and that either is over. */
export const noticeEvents = ['failure', 'overdue', 'recovered', 'success'] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** A secret and where it comes from: a variable's name, or the field of the config. `value` is `null` where it is not set. */
export interface Secret {
  value: string | null;
  from: string;
}

interface ChannelBase {
  /** Unique; what steps, records and reports carry. */
  name: string;
  on: readonly NoticeEvent[];
  /** `null`: all. */
  connections: readonly string[] | null;
}

/** Any HTTP receiver; requests are signed by Standard Webhooks. */
export interface WebhookChannel extends ChannelBase {
  kind: 'webhook';
  url: Secret;
  /** `whsec_` and base64. */
  secret: Secret;
}

/** An incoming webhook of Slack or Discord: who knows the URL may post. */
export interface ChatChannel extends ChannelBase {
  kind: 'slack' | 'discord';
  url: Secret;
}

/** Mail by SMTP. */
export interface EmailChannel extends ChannelBase {
  kind: 'email';
  host: string;
  port: number;
  tls: 'starttls' | 'implicit' | 'none';
  /** `null`: the server asks for no login. */
  login: { user: Secret; password: Secret } | null;
  /** A PEM file with the authority of the server's certificate, where it is a private one. */
  caFile: string | null;
  from: string;
  to: readonly string[];
}

/** Where people are told. */
export type Channel = WebhookChannel | ChatChannel | EmailChannel;
