// The address that the page is at.

const LOCAL = /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0|\[::\])$/;

export const here = () => new URL(".", document.baseURI.split("#")[0]);

/** Whether an address leads each machine to itself alone. */
export const isLocal = (address) => LOCAL.test(address.hostname);
