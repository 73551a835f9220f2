/** Whether a host is a compute of Neon, direct or pooled (Neon manual, "Connect from any application"; staging is `.build`). */
export function isNeonHost(host: string): boolean {
  return /\.neon\.(tech|build)$/i.test(host);
}
