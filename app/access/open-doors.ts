import { carryPeerAddresses } from '#app/http/peer-address.ts';
import { offerSetup } from './offer-setup.ts';

/** What a server process needs before it lets anybody in. */
export async function openDoors(): Promise<void> {
  carryPeerAddresses();
  await offerSetup();
}
