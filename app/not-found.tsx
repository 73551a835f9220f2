import { buttonClass } from '#app/ui/button.tsx';

/** In the place of the page of Next.js, whose inline style the content security policy refuses. */
export default function NotFound() {
  return (
    <main className="mx-auto grid max-w-xl justify-items-start gap-4 px-4 py-16">
      <h1 className="text-xl font-semibold tracking-tight">There is nothing here</h1>
      <p>What you asked for does not exist, or not any more.</p>
      <a href="/" className={buttonClass()}>
        Back to the beginning
      </a>
    </main>
  );
}
