/**
 * The storage of a token cache: a local folder, which is mapped, or an interface that programs implement for their own
 * store. A manifest lists the files that count.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.cache.files;

import org.jspecify.annotations.NullMarked;
