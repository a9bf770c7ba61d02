/*
 * A certificate for hooks.example.test, and its key. Both are worth nothing: nobody trusts the one but tests, and so the
 * other need not be kept.
 */

/** The certificate, which is its own authority, in PEM. */
export const testCertificate = `
-----BEGIN CERTIFICATE-----
MIIBsDCCAVagAwIBAgIUYw4yzvv2ZuX3XxIZMatuDu4ARjAwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSaG9va3MuZXhhbXBsZS50ZXN0MCAXDTI2MTEyODAwMTUyM1oY
DzIxMjYxMTA0MDAxNTIzWjAdMRswGQYDVQQDDBJob29rcy5leGFtcGxlLnRlc3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS2HXTzvb8FujxKxfBbJNM9+EhwTVQF
KGu4AetT0MSTVDC8YidL9oO2ySm5vScRsQaTFcq3IdwPOM/miachK9Syo3IwcDAd
BgNVHQ4EFgQUx5Heb855jlwPdHoZygq2okM+sUswHwYDVR0jBBgwFoAUx5Heb855
jlwPdHoZygq2okM+sUswHQYDVR0RBBYwFIISaG9va3MuZXhhbXBsZS50ZXN0MA8G
A1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgWXGgva7YP+hkkQHMHrT/
2OZors3SWhBz4yf6J/hSlNICIQC8hrYVW9d7xLxViR3u+UFj5bfgfjC8jUaHg+v8
pthFZQ==
-----END CERTIFICATE-----
`;

/** The key of the certificate, in PEM. */
export const testKey = `
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaN6eFOYv21RvM3EM
DqZlRhSsM0wh1Rdt7MjoMgdOEkuhRANCAAS2HXTzvb8FujxKxfBbJNM9+EhwTVQF
KGu4AetT0MSTVDC8YidL9oO2ySm5vScRsQaTFcq3IdwPOM/miachK9Sy
-----END PRIVATE KEY-----
`;
