// verify.js BUNDLE PUBLIC-KEY [TRUSTED-ROOT]: verifies a Sigstore bundle with @sigstore/verify; with a
// trusted root its log entry must be proven too.
const fs = require("fs");
const crypto = require("crypto");
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toTrustMaterial, toSignedEntity } = require("@sigstore/verify");
const { TrustedRoot } = require("@sigstore/protobuf-specs");

const [bundle, key, root] = process.argv.slice(2);
const publicKey = crypto.createPublicKey(fs.readFileSync(key));
const empty = { mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
const trusted = TrustedRoot.fromJSON(root ? JSON.parse(fs.readFileSync(root)) : empty);
const material = toTrustMaterial(trusted, () => ({ publicKey, validFor: () => true }));
const verifier = new Verifier(material, { tlogThreshold: root ? 1 : 0, ctlogThreshold: 0, timestampThreshold: 0 });

try {
  verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(fs.readFileSync(bundle)))));
  console.log("verified");
} catch (error) {
  console.log("refused: " + (error.code || error.message));
  process.exit(1);
}
