/**
 * What is known of parts of clips: rows of tokens, and bags of them.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.truth;

import org.jspecify.annotations.NullMarked;
