/**
 * File handling for all modules: atomic writes that do not follow planted links, locks, checksums and manifests; JSON
 * headers of untrusted files; text for terminals; and the classification of failures for users.
 */
package org.unmute.files;
