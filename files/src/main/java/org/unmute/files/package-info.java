/**
 * File handling for all modules: atomic writes that do not follow planted links, locks, checksums and manifests; JSON
 * headers of untrusted files; text for terminals; and the classification of failures for users.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.files;

import org.jspecify.annotations.NullMarked;
