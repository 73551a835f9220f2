import { buttonClass } from '#app/ui/button.tsx';

/** What a page shows to who may not see it; Next.js answers 403 with it. */
export default function Forbidden() {
  return (
    <main className="mx-auto grid max-w-xl justify-items-start gap-4 px-4 py-16">
      <h1 className="text-xl font-semibold tracking-tight">Not for you</h1>
      <p>You are signed in, but what you asked for takes another role, or lies outside what you are limited to.</p>
      <a href="/" className={buttonClass()}>
        Back to the beginning
      </a>
    </main>
  );
}
